#include "opam/parser.h"

#include <catch2/catch.hpp>
#include <sys/mman.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/opam/repeated.h"

using namespace oxbow::opam;

namespace {

std::string shape(const Node& node);

std::string shapes(const Node* first) {
  std::string text;
  for (const Node& node : siblings(first)) text += (text.empty() ? "" : " ") + shape(node);
  return text;
}

// The tree as an s-expression, so that what binds what can be seen.
std::string shape(const Node& node) {
  const std::string op(text(node.op));
  switch (node.kind) {
    case NodeKind::string: return "'" + std::string(node.text) + "'";
    case NodeKind::integer: return "int:" + std::string(node.text);
    case NodeKind::boolean: return "bool:" + std::string(node.text);
    case NodeKind::ident: return std::string(node.text);
    case NodeKind::list: return "[" + shapes(node.child) + "]";
    case NodeKind::group: return "(" + shapes(node.child) + ")";
    case NodeKind::option: return "<option " + shapes(node.child) + ">";
    case NodeKind::env_binding: return "<env " + op + " " + shapes(node.child) + ">";
    default: return "<" + op + " " + shapes(node.child) + ">";
  }
}

std::string parsed(std::string_view value) {
  Arena arena;
  const std::string source = "f: " + std::string(value);
  const auto items = parse_items(source, arena);
  return items ? shape(*(*items)->value) : "error: " + items.error().message;
}

}  // namespace

TEST_CASE("values") {
  CHECK(parsed("\"a\"") == "'a'");
  CHECK(parsed("a:b") == "a:b");
  CHECK(parsed("12") == "int:12");
  CHECK(parsed("true") == "bool:true");
  CHECK(parsed("[]") == "[]");
  CHECK(parsed("()") == "()");
  CHECK(parsed("[a [b] ()]") == "[a [b] ()]");
  CHECK(parsed("a {}") == "<option a>");
  CHECK(parsed("a {b c} {d}") == "<option <option a b c> d>");
  CHECK(parsed("[a = b c d]") == "[<= a b> c d]");
}

TEST_CASE("what binds what") {
  CHECK(parsed("a | b & c") == "<| a <& b c>>");
  CHECK(parsed("a & b | c") == "<| <& a b> c>");
  CHECK(parsed("a | b | c") == "<| <| a b> c>");
  CHECK(parsed("a & b & c") == "<& <& a b> c>");
  CHECK(parsed("a & (b & c)") == "<& a (<& b c>)>");
  CHECK(parsed("!a & b") == "<& <! a> b>");
  CHECK(parsed("!a = b") == "<! <= a b>>");
  CHECK(parsed("!?a") == "<! <? a>>");
  CHECK(parsed("a & b {c}") == "<& a <option b c>>");
  CHECK(parsed("!a {b}") == "<! <option a b>>");
  CHECK(parsed(">= a | < \"b\"") == "<| <>= a> << 'b'>>");
  CHECK(parsed("a ~ b") == "<>= a b>");
  CHECK(parsed("a += \"b\"") == "<env += a 'b'>");
  CHECK(parsed("a = \"b\"") == "<= a 'b'>");
}

TEST_CASE("fields and sections") {
  Arena arena;
  const auto items = parse_items("a: 1\nurl { src: \"x\" }\nextra \"t\" { s { } }\n", arena);
  REQUIRE(items);
  const Item* const field = *items;
  CHECK(field->name == "a");
  CHECK_FALSE(field->is_section);
  const Item* const url = field->next;
  CHECK((url->is_section && !url->has_title && url->offset == 5));
  CHECK(url->child->name == "src");
  CHECK(url->child->value->text == "x");
  const Item* const extra = url->next;
  CHECK((extra->has_title && extra->title == "t" && extra->next == nullptr));
  CHECK((extra->child->is_section && extra->child->child == nullptr));
}

TEST_CASE("a file may hold nothing") {
  Arena arena;
  for (const std::string_view empty : {"", " \n", "# a comment", "(* another *)"}) {
    const auto items = parse_items(empty, arena);
    REQUIRE(items);
    CHECK(*items == nullptr);
  }
}

TEST_CASE("each error names its place and what is missing there") {
  struct Row {
    std::string_view source;
    std::size_t line;
    std::size_t column;
    std::string_view message;
  };
  static const std::vector<Row> rows = {
      {"42", 1, 1, "expected a field or a section"},
      {"a: b\n]", 2, 1, "expected a field or a section"},
      {"true: 1", 1, 1, "expected a field or a section"},
      {"a", 1, 2,
       "expected ':' or '{' after a field's or section's name before the end of the file"},
      {"a [", 1, 3, "expected ':' or '{' after a field's or section's name"},
      {"a \"t\" :", 1, 7, "expected ':' or '{' after a field's or section's name"},
      {"a:", 1, 3, "expected a value before the end of the file"},
      {"a:\n  }", 2, 3, "expected a value"},
      {"a: [\n  \"b\"\n", 3, 1, "expected a value or ']' before the end of the file"},
      {"a: [b }", 1, 7, "expected a value or ']'"},
      {"a: (b ]", 1, 7, "expected a value or ')'"},
      {"a: b {c ]", 1, 9, "expected a value or '}'"},
      {"a: b {c", 1, 8, "expected a value or '}' before the end of the file"},
      {"a { b: 1", 1, 9, "expected a field, a section or '}' before the end of the file"},
      {"a { 1 }", 1, 5, "expected a field, a section or '}'"},
      {"a: b &", 1, 7, "expected a value before the end of the file"},
      {"a: & b", 1, 4, "expected a value"},
      {"a: b = (c)", 1, 8, "expected a value"},
      {"a: >= (c)", 1, 7, "expected a value"},
      {"a: !", 1, 5, "expected a value before the end of the file"},
      {"a: b = c = d", 1, 10, "expected a field or a section"},
      {"a: b += c {d} e", 1, 16,
       "expected ':' or '{' after a field's or section's name before the end of the file"},
      {"a: @", 1, 4, "this is not a token of opam's format"},
      {"a: [\n\"\\q\"]", 2, 2, "this escape sequence is not one of opam's"},
      {"a: 1\n\"open", 2, 1, "this string does not end"},
      {"a: 1\n  (* open", 2, 3, "this comment does not end"},
      {"@", 1, 1, "this is not a token of opam's format"},
  };
  for (const Row& row : rows) {
    INFO(row.source);
    Arena arena;
    const auto items = parse_items(row.source, arena);
    REQUIRE_FALSE(items);
    CHECK(items.error().message == row.message);
    const Position place = position(row.source, items.error().offset);
    CHECK(place.line == row.line);
    CHECK(place.column == row.column);
  }
}

TEST_CASE("what is nested too deeply is refused") {
  const auto refused = [](const std::string& source) {
    Arena arena;
    const auto items = parse_items(source, arena);
    return !items && items.error().message == "nested too deeply";
  };
  constexpr std::size_t deep = 100'000;
  for (const std::size_t depth : {max_depth + 1, deep}) {
    CHECK(refused("a: " + repeated("(", depth) + "b" + repeated(")", depth)));
    CHECK(refused("a: " + repeated("[", depth) + "b" + repeated("]", depth)));
    CHECK(refused("a: " + repeated("!", depth) + "b"));
    CHECK(refused("a: " + repeated("b {", depth) + "b" + repeated("}", depth)));
    CHECK(refused("a: b " + repeated("{c} ", depth)));
    CHECK(refused("a: b" + repeated(" & b", depth)));
    CHECK(refused("a: b" + repeated(" | b", depth)));
    CHECK(refused("a: b" + repeated(" | b & b", depth)));
    CHECK(refused(repeated("a { ", depth) + repeated("}", depth)));
    CHECK(refused("a: " + repeated("[(!", depth)));  // without an end
  }
}

TEST_CASE("what is nested deeply is read") {
  const auto accepted = [](const std::string& source) {
    Arena arena;
    return parse_items(source, arena).has_value();
  };
  constexpr std::size_t depth = max_depth - 2;
  CHECK(accepted("a: " + repeated("(", depth) + "b" + repeated(")", depth)));
  CHECK(accepted("a: " + repeated("!", depth) + "b"));
  CHECK(accepted("a: b" + repeated(" & b", depth)));
  CHECK(accepted(repeated("a { ", depth) + repeated("}", depth)));
  CHECK(accepted("a: [" + repeated("b ", 100'000) + "]"));
}

TEST_CASE("a text that is too large is refused unread") {
  // Who reads a byte of it is killed.
  constexpr std::size_t size = 100'000'000;
  void* const closed = ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(closed != MAP_FAILED);
  Arena arena;
  const auto items = parse_items({static_cast<const char*>(closed), size}, arena);
  ::munmap(closed, size);
  REQUIRE_FALSE(items);
  CHECK(items.error().offset == 0);
  CHECK(items.error().message == "larger than 8 MiB, which no opam file is");
}

TEST_CASE("CRLF files are read as others are") {
  CHECK(parsed("[\r\n  \"a\"\r\n  \"b\r\nc\" # d\r\n]\r\n") == "['a' 'b\nc']");
}
