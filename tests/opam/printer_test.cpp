#include "opam/printer.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "opam/parser.h"

using namespace oxbow::opam;

namespace {

// What was read, printed as it is, without any normal form.
std::string reprinted(std::string_view source) {
  Arena arena;
  const auto items = parse_items(source, arena);
  REQUIRE(items);
  return print_items(*items);
}

std::string string_printed(std::string_view content) {
  return print_value({NodeKind::string, Op::none, 1, 0, content, nullptr, nullptr});
}

std::string word(std::size_t length) { return '"' + std::string(length - 2, 'w') + '"'; }

}  // namespace

TEST_CASE("strings on one line") {
  CHECK(string_printed("") == R"("")");
  CHECK(string_printed("a\"b\\c") == R"("a\"b\\c")");
  CHECK(string_printed("\t\x01\xC3\xA9\xFF") == "\"\t\x01\xC3\xA9\xFF\"");
  CHECK(string_printed("%{a}% %%") == "\"%{a}% %%\"");
}

TEST_CASE("strings of several lines") {
  CHECK(string_printed("a\nb") == "\"\"\"\\\na\nb\"\"\"");
  CHECK(string_printed("\na") == "\"\"\"\na\"\"\"");
  CHECK(string_printed("\n") == "\"\"\"\n\"\"\"");
  CHECK(string_printed("a \"q\" \\\n") == "\"\"\"\\\na \"q\" \\\\\n\"\"\"");
  CHECK(string_printed("a\n\"") == "\"\"\"\\\na\n\\\"\"\"\"");
  CHECK(string_printed("a\n\"\"\"b") == "\"\"\"\\\na\n\\\"\"\"b\"\"\"");
  CHECK(string_printed("a\n\"\"\"\"b") == "\"\"\"\\\na\n\\\"\\\"\"\"b\"\"\"");
  CHECK(string_printed("a\n\"\"") == "\"\"\"\\\na\n\"\\\"\"\"\"");
}

TEST_CASE("what is printed is read again") {
  static const std::vector<std::string_view> contents = {
      "",      "a\"b\\c", "a\nb", "\na\n", "a\n\"", "a\n\"\"", "\n\"\"\"", "a\n\"\"\"\"\"b\\\"",
      "\\\n\\"};
  for (const std::string_view content : contents) {
    Arena arena;
    const std::string source = "f: " + string_printed(content);
    INFO(source);
    const auto items = parse_items(source, arena);
    REQUIRE(items);
    CHECK((*items)->value->text == content);
  }
}

TEST_CASE("values on one line") {
  for (const std::string_view line :
       {"f: a",           "f: 12",          "f: true",       "f: a:b",
        "f: [a b]",       "f: (a b)",       "f: ()",         "f: \"a\" {b}",
        "f: \"a\" {b c}", "f: a {b} {c}",   "f: a = b",      "f: a >= b & c | d",
        "f: !a",          "f: !?a",         "f: >= \"1\"",   "f: !(a = b)",
        "f: A += \"b\"",  "f: A =+= \"b\"", "f: A := \"b\"", "f: [a = b c]"}) {
    INFO(line);
    CHECK(reprinted(line) == line);
  }
}

TEST_CASE("an empty option keeps its braces") { CHECK(reprinted("f: a {}") == "f: a {}"); }

TEST_CASE("lists with lists or options have a line for each element") {
  CHECK(reprinted("f: [[a] b]") == "f: [\n  [a]\n  b\n]");
  CHECK(reprinted("f: [a b {c}]") == "f: [\n  a\n  b {c}\n]");
  CHECK(reprinted("f: [[]  []]") == "f: [\n  []\n  []\n]");
  CHECK(reprinted("f: [a {} b]") == "f: [a {} b]");
  CHECK(reprinted("f: [a | b {c}]") == "f: [a | b {c}]");
}

TEST_CASE("empty lists leave their line behind") {
  CHECK(reprinted("a: 1\nb: []\nc: 2") == "a: 1\n\nc: 2");
  CHECK(reprinted("a: 1 b: [[]]") == "a: 1\n");
}

TEST_CASE("lists break in two steps") {
  // `f: [` and `]` are five columns; between the words there is one.
  CHECK(reprinted("f: [" + word(30) + " " + word(41) + "]") ==
        "f: [" + word(30) + " " + word(41) + "]");
  CHECK(reprinted("f: [" + word(30) + " " + word(42) + "]") ==
        "f: [\n  " + word(30) + " " + word(42) + "\n]");
  CHECK(reprinted("f: [" + word(30) + " " + word(44) + "]") ==
        "f: [\n  " + word(30) + " " + word(44) + "\n]");
  CHECK(reprinted("f: [" + word(30) + " " + word(45) + "]") ==
        "f: [\n  " + word(30) + "\n  " + word(45) + "\n]");
}

TEST_CASE("a value that does not fit moves to the next line") {
  CHECK(reprinted("f: " + word(74)) == "f: " + word(74));
  CHECK(reprinted("f: " + word(75)) == "f:\n  " + word(75));
  CHECK(reprinted("f: a = " + word(70)) == "f: a = " + word(70));
  CHECK(reprinted("f: a = " + word(71)) == "f:\n  a = " + word(71));
}

TEST_CASE("a joined value breaks at its outermost operator first") {
  CHECK(reprinted("f: " + word(30) + " & " + word(30) + " | " + word(30)) ==
        "f:\n  " + word(30) + " & " + word(30) + " |\n  " + word(30));
  CHECK(reprinted("f: " + word(50) + " & " + word(50)) ==
        "f:\n  " + word(50) + " &\n  " + word(50));
}

TEST_CASE("braces move to a line of their own") {
  CHECK(reprinted("f: [" + word(60) + " {aaaaaaaaaaaaaaaaa}]") ==
        "f: [\n  " + word(60) + "\n    {aaaaaaaaaaaaaaaaa}\n]");
}

TEST_CASE("a string of several lines stays behind its field's name") {
  CHECK(reprinted("f: \"" + std::string(80, 'a') + "\\nb\"") ==
        "f: \"\"\"\\\n" + std::string(80, 'a') + "\nb\"\"\"");
}

TEST_CASE("sections") {
  CHECK(reprinted("s { a: 1 b: [2] }") == "s {\n  a: 1\n  b: [2]\n}");
  CHECK(reprinted("s \"t\\\"u\" { }") == "s \"t\\\"u\" {\n  \n}");
  CHECK(reprinted("s { t { a: " + word(80) + " } }") ==
        "s {\n  t {\n    a:\n      " + word(80) + "\n  }\n}");
}

TEST_CASE("nothing is printed for nothing") { CHECK(print_items(nullptr).empty()); }

TEST_CASE("the deepest text that is read can be printed") {
  std::string source = "f: ";
  for (std::size_t i = 0; i + 2 < max_depth; ++i) source += "(";
  source += "a";
  for (std::size_t i = 0; i + 2 < max_depth; ++i) source += ")";
  CHECK(reprinted(source).size() >= source.size());
}
