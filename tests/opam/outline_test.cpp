#include "opam/outline.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "opam/printer.h"
#include "tests/opam/texts.h"

using namespace oxbow::opam;

namespace {

std::shared_ptr<const Outline> outline_of(std::string_view source) {
  auto outline = Outline::read(source);
  REQUIRE(outline);
  return *outline;
}

/// An outline says what the definition does.
void check_same(const Outline& outline, const Definition& definition) {
  for (const Field field : Outline::fields) {
    INFO(name(field));
    REQUIRE((outline.field(field) == nullptr) == (definition.field(field) == nullptr));
    if (outline.field(field) == nullptr) continue;
    CHECK(print_value(*outline.field(field)) == print_value(*definition.field(field)));
  }
  CHECK(outline.source() == definition.source());
  CHECK(outline.avoid_version() == definition.avoid_version());
  CHECK(outline.lacks_checksum() == (definition.url() && definition.url()->checksums.empty()));
  CHECK(outline.is_development() == (definition.url() && definition.url()->is_development()));
}

}  // namespace

TEST_CASE("an outline has the same fields as the definition, wherever they stand") {
  const std::string some =
      "url { src: \"git+https://example.org/a\" }\n"
      "conflict-class: \"c\" depopts: [\"o\" \"p\"]\n"
      "depends: [ \"a\\\\\\n  b\" {>= \"1\" & !(os = \"x\")} (\"c\" | \"d\") ]\n"
      "available: os != \"win\\x33\" & \"%{arch}%\" = \"x\"\n"
      "ocaml-version: [>= \"4\"] os: [\"linux\"]\n"
      "tags: \"flags:avoid-version\" conflicts: [\"q\" | \"r\" {< \"2\"}]";
  for (const std::string& fields : {std::string(), some}) {
    const auto definition = defined(fields);
    check_same(*outline_of(definition->source()), *definition);
  }
}

TEST_CASE("outlines of many files are those of one, and live as long as they are held") {
  OutlineReader reader(10'000);
  std::vector<std::shared_ptr<const Outline>> outlines;
  std::vector<std::shared_ptr<const Definition>> definitions;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(OXBOW_TEST_DATA) / "opam")) {
    if (entry.path().extension() != ".opam") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string source{std::istreambuf_iterator<char>(file), {}};
    auto outline = reader.read(source);
    auto definition = Definition::parse(source);
    REQUIRE(outline.has_value() == definition.has_value());
    if (!outline) continue;
    outlines.push_back(std::move(*outline));
    definitions.push_back(std::move(*definition));
  }
  REQUIRE(outlines.size() >= 10);
  for (std::size_t i = 1; i < outlines.size(); i += 2) outlines[i].reset();
  reader = OutlineReader(0);
  for (std::size_t i = 0; i < outlines.size(); i += 2) {
    INFO(i);
    check_same(*outlines[i], *definitions[i]);
  }
}

TEST_CASE("what opam cannot read has the same error as an outline") {
  for (const std::string source : {"", "opam-version: \"3.0\"", "opam-version: \"2.0\" a: [",
                                   "opam-version: \"2.0\" x-env-path-rewrite: \"a\""}) {
    INFO(source);
    const auto outline = Outline::read(source);
    const auto definition = Definition::parse(source);
    REQUIRE((!outline && !definition));
    CHECK(outline.error().message == definition.error().message);
    CHECK(outline.error().offset == definition.error().offset);
  }
}

TEST_CASE("the whole of an outline is the definition of its text") {
  const auto definition = defined("synopsis: \"s\" build: [\"make\"]");
  const auto whole = outline_of(definition->source())->whole();
  CHECK(effective_part(*whole, "p", "1") == effective_part(*definition, "p", "1"));
  CHECK(whole->items()->next->name == "synopsis");
}
