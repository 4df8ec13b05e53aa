#include "opam/package_id.h"

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <string_view>

using namespace oxbow::opam;

TEST_CASE("what may stand as a package name") {
  for (const std::string_view good : {"a", "A", "ocaml-base", "0install", "conf-g++", "_x", "-a"}) {
    INFO(good);
    CHECK(is_name(good));
  }
  for (const std::string_view bad :
       {"", "0", "1-2", "_", "+", "a.b", "a b", "a~", "\xC3\xA9", "a/"}) {
    INFO(bad);
    CHECK_FALSE(is_name(bad));
  }
}

TEST_CASE("a package's name ends at the first dot") {
  const auto id = parse_package_id("foo-bar.1.2.3~rc1");
  REQUIRE(id);
  CHECK(id->name == "foo-bar");
  CHECK(id->version == "1.2.3~rc1");
  CHECK(id->to_string() == "foo-bar.1.2.3~rc1");
  CHECK(parse_package_id("a..") == PackageId{"a", "."});
}

TEST_CASE("what is not a package") {
  for (const std::string_view bad :
       {"", "foo", "foo.", ".1", "1.2", "foo.1 ", "foo.1/2", "f o.1"}) {
    INFO(bad);
    CHECK_FALSE(parse_package_id(bad));
  }
}

TEST_CASE("names are ordered without regard to case, then with it") {
  static constexpr std::array<std::string_view, 17> sorted = {
      "+a", "-a", "0a", "9z",   "_a",  "A",   "AB",  "Ab", "a",
      "aA", "aB", "ab", "ab-c", "ab0", "ab_", "abc", "B"};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t j = 0; j < sorted.size(); ++j) {
      INFO(sorted[i] << " and " << sorted[j]);
      const int order = compare_names(sorted[i], sorted[j]);
      CHECK((order < 0) == (i < j));
      CHECK((order > 0) == (i > j));
    }
  }
}

TEST_CASE("packages are ordered by name, then by version") {
  CHECK(compare_packages({"a", "2"}, {"b", "1"}) < 0);
  CHECK(compare_packages({"a", "2"}, {"a", "10"}) < 0);
  CHECK(compare_packages({"a", "1.0"}, {"a", "1.0~rc"}) > 0);
}

TEST_CASE("packages whose versions compare equal are different, in the same place") {
  const PackageId first{"ocaml-variants", "5.5.0+introcaml"};
  const PackageId second{"ocaml-variants", "5.5.0+introcaml0"};
  CHECK(compare_packages(first, second) == 0);
  CHECK(first != second);
}
