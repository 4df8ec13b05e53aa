#include "opam/chosen_definition.h"

#include <catch2/catch.hpp>

namespace oxbow::opam {
namespace {

std::shared_ptr<const Definition> parse(std::string text) {
  auto definition = Definition::parse(std::move(text));
  REQUIRE(definition);
  return *definition;
}

TEST_CASE("a chosen definition depends on exactly what was chosen") {
  const auto definition = parse(
      "# one\nopam-version: \"2.0\"\n"
      "depends: [ \"ocaml\" {>= \"4.08\"} (\"a\" | \"b\") ]\n"
      "# two\ndepopts: \"c\"\nconflicts: \"d\"\nconflict-class: \"e\"\navailable: os = \"linux\"\n"
      "build: [ [make] {b:installed} ]\n");
  const std::vector<PackageId> deps = {{"b", "1"}, {"ocaml", "5.2.0+ox"}};
  CHECK(chosen_definition(*definition, deps, {}) ==
        "# one\nopam-version: \"2.0\"\n"
        "build: [ [make] {b:installed} ]\n"
        "\ndepends: [\n  \"b\" {= \"1\"}\n  \"ocaml\" {= \"5.2.0+ox\"}\n]\n");
}

TEST_CASE("a chosen definition takes its sources from where they are") {
  const auto definition = parse(
      "opam-version: \"2.0\"\n"
      "url { src: \"git+https://example.com/x.git#main\" }\n"
      "extra-source \"fix.patch\" { src: \"https://example.com/fix\" checksum: "
      "\"md5=00000000000000000000000000000000\" }\n"
      "extra-source \"other\" { src: \"https://example.com/o\" }\n");
  const std::vector<ChosenSource> sources = {{"", "git+file:///x#abc", std::nullopt},
                                             {"other", "https://example.com/o", "sha256=12"}};
  const std::string text = chosen_definition(*definition, {}, sources);
  CHECK(
      text ==
      "opam-version: \"2.0\"\n"
      "extra-source \"fix.patch\" { src: \"https://example.com/fix\" checksum: "
      "\"md5=00000000000000000000000000000000\" }\n"
      "\ndepends: [\n]\n"
      "url {\n  src: \"git+file:///x#abc\"\n}\n"
      "extra-source \"other\" {\n  src: \"https://example.com/o\"\n  checksum: \"sha256=12\"\n}\n");
  CHECK(parse(text)->url()->url.hash == "abc");
}

TEST_CASE("a chosen definition cannot be broken out of by a name") {
  const auto definition = parse("opam-version: \"2.0\"\n");
  const std::vector<ChosenSource> sources = {{"a\" {} build: \"x\\", "u\"\n", std::nullopt}};
  const auto again = parse(chosen_definition(*definition, {}, sources));
  CHECK(again->field(Field::build) == nullptr);
}

}  // namespace
}  // namespace oxbow::opam
