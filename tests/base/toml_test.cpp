#include "base/toml.h"

#include <catch2/catch.hpp>

#include <string>

using namespace oxbow;
using Catch::Matchers::StartsWith;
using Texts = std::vector<std::string>;
using Need = TomlTable::Need;

namespace {

TomlTable parsed(std::string_view text) {
  auto table = TomlTable::parse(text, "file");
  INFO((table ? "" : table.error().message));
  REQUIRE(table);
  return *std::move(table);
}

/// The error after `read` has read.
template <typename Read>
std::string error_of(std::string_view text, const Read& read) {
  const TomlTable table = parsed(text);
  read(table);
  return table.error() ? table.error()->message : "";
}

}  // namespace

TEST_CASE("settings are read by their kind") {
  const TomlTable top = parsed(
      "a = 'text'\nb = true\nc = 7\nd = ['x', 'y']\n[e]\nf = 1\n[[g]]\nh = 1\n[[g]]\nh = 2\n");
  CHECK(top.text("a") == "text");
  CHECK(top.flag("b") == true);
  CHECK(top.integer("c", 1, 7) == 7);
  CHECK(top.texts("d") == Texts{"x", "y"});
  CHECK(top.table("e")->integer("f", 0, 9) == 1);
  const auto tables = top.tables("g");
  REQUIRE(tables.size() == 2);
  CHECK(tables[1].integer("h", 0, 9) == 2);
  top.only_known({"a", "b", "c", "d", "e", "g"});
  CHECK_FALSE(top.error());
}

TEST_CASE("settings that are left out are none, and no error") {
  const TomlTable top = parsed("");
  CHECK_FALSE(top.text("a"));
  CHECK_FALSE(top.flag("a"));
  CHECK_FALSE(top.integer("a", 0, 1));
  CHECK(top.texts("a").empty());
  CHECK_FALSE(top.table("a"));
  CHECK(top.tables("a").empty());
  CHECK_FALSE(top.error());
}

TEST_CASE("an error names the text, the line and the setting") {
  CHECK(error_of("\na = 1", [](const auto& t) { t.text("a"); }) == "file:2: 'a' must be a text");
  CHECK(error_of("a = ''", [](const auto& t) { t.text("a"); }) == "file:1: 'a' must be a text");
  CHECK(error_of("a = 1", [](const auto& t) { t.text("b", Need::required); }) ==
        "file:1: 'b' is missing");
  CHECK(error_of("a = 1", [](const auto& t) { t.flag("a"); }) ==
        "file:1: 'a' must be true or false");
  CHECK(error_of("a = ['x', 1]", [](const auto& t) { t.texts("a"); }) ==
        "file:1: 'a' must be a list of texts");
  CHECK(error_of("a = 8", [](const auto& t) { t.integer("a", 1, 7); }) ==
        "file:1: 'a' must be a number from 1 to 7");
  CHECK(error_of("a = 0", [](const auto& t) { t.integer("a", 1, 7); }) ==
        "file:1: 'a' must be a number from 1 to 7");
  CHECK(error_of("a = 1", [](const auto& t) { t.table("a"); }) == "file:1: write [a]");
  CHECK(error_of("a = 1", [](const auto& t) { t.tables("a"); }) == "file:1: write [[a]]");
  CHECK(error_of("a = [1]", [](const auto& t) { t.tables("a"); }) == "file:1: write [[a]]");
  CHECK(error_of("a = 1\nb = 2", [](const auto& t) { t.only_known({"a"}); }) ==
        "file:2: there is no setting 'b' here");
}

TEST_CASE("the first error of a text stays, whichever table it is in") {
  CHECK(error_of("a = 1\n[b]\nc = 1\n", [](const auto& t) {
          t.table("b")->text("c");
          t.text("a");
        }) == "file:3: 'c' must be a text");
}

TEST_CASE("what is no TOML is an error with its line") {
  const auto broken = TomlTable::parse("a = 1\nb = \n", "file");
  REQUIRE_FALSE(broken);
  CHECK_THAT(broken.error().message, StartsWith("file:2: "));
}
