#include "opam/changed_fields.h"

#include <catch2/catch.hpp>

#include "tests/opam/texts.h"

using namespace oxbow::opam;

namespace {

using Names = std::vector<std::string>;

Names changed(std::string_view before, std::string_view after) {
  const Names forwards = changed_fields(*defined(before), *defined(after));
  CHECK(changed_fields(*defined(after), *defined(before)) == forwards);
  return forwards;
}

}  // namespace

TEST_CASE("equal definitions differ in no field") {
  CHECK(changed("", "").empty());
  CHECK(changed("build: \"x\"\n", "build: \"x\"\n").empty());
}

TEST_CASE("layout, comments and the order of fields do not count") {
  CHECK(changed("build: [\"a\" \"b\"]\nsynopsis: \"x\"\n",
                "# comment\nsynopsis: \"x\"\nbuild: [\n  \"a\"  # first\n  \"b\"\n]\n")
            .empty());
  CHECK(changed("url { src: \"https://x.org/a\" }\n", "url {\n  src: \"https://x.org/a\"\n}\n")
            .empty());
}

TEST_CASE("a field that differs, is new or is gone is named, by the alphabet") {
  CHECK(changed("build: \"a\"\n", "build: \"b\"\n") == Names{"build"});
  CHECK(changed("synopsis: \"a\"\ndepends: [\"x\"]\nbuild: \"a\"\n",
                "synopsis: \"b\"\nmaintainer: \"m\"\nbuild: \"a\"\n") ==
        Names{"depends", "maintainer", "synopsis"});
  CHECK(changed("", "x-anything: \"a\"\n") == Names{"x-anything"});
}

TEST_CASE("the order within a field counts") {
  CHECK(changed("depends: [\"a\" \"b\"]\n", "depends: [\"b\" \"a\"]\n") == Names{"depends"});
}

TEST_CASE("a section's fields stand behind its name") {
  constexpr std::string_view before = R"(
url { src: "https://x.org/a" checksum: "md5=0123456789abcdef0123456789abcdef" }
)";
  constexpr std::string_view after = R"(
url { src: "https://x.org/a" checksum: "md5=f123456789abcdef0123456789abcdef" mirrors: "https://y.org/a" }
)";
  CHECK(changed(before, after) == Names{"url.checksum", "url.mirrors"});
  CHECK(changed("", before) == Names{"url.checksum", "url.src"});
}

TEST_CASE("sections are told apart by their titles") {
  constexpr std::string_view before = R"(
extra-source "a.patch" { src: "https://x.org/a" }
extra-source "b.patch" { src: "https://x.org/b" }
)";
  constexpr std::string_view after = R"(
extra-source "b.patch" { src: "https://x.org/c" }
extra-source "a.patch" { src: "https://x.org/a" }
)";
  CHECK(changed(before, after) == Names{"extra-source b.patch.src"});
  CHECK(changed(before, "") == Names{"extra-source a.patch.src", "extra-source b.patch.src"});
}

TEST_CASE("of a field that stands twice the first counts, as it does for opam") {
  CHECK(changed("build: \"a\"\nbuild: \"b\"\n", "build: \"a\"\nbuild: \"c\"\n").empty());
  CHECK(changed("build: \"a\"\nbuild: \"b\"\n", "build: \"b\"\nbuild: \"a\"\n") == Names{"build"});
}
