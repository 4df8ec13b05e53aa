#include "opam/lexer.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace oxbow::opam;

namespace {

struct Lexeme {
  TokenKind kind;
  std::string text;
  friend bool operator==(const Lexeme&, const Lexeme&) = default;
};

std::ostream& operator<<(std::ostream& out, const Lexeme& lexeme) {
  return out << static_cast<int>(lexeme.kind) << " '" << lexeme.text << "'";
}

// The tokens up to the end or the first error, either included.
std::vector<Lexeme> lexemes(std::string_view source) {
  Arena arena;
  Lexer lexer(source, arena);
  std::vector<Lexeme> found;
  do {
    const Token token = lexer.next();
    found.push_back({token.kind, std::string(token.text)});
  } while (found.back().kind != TokenKind::end && found.back().kind != TokenKind::error);
  return found;
}

// The content of a text that is one string.
std::string content(std::string_view source) {
  const auto found = lexemes(source);
  if (found.size() != 2 || found[0].kind != TokenKind::string) return "no string";
  return found[0].text;
}

Op operator_of(std::string_view source) {
  Arena arena;
  return Lexer(source, arena).next().op;
}

}  // namespace

TEST_CASE("blanks and comments separate tokens") {
  const std::vector<Lexeme> expected = {
      {TokenKind::ident, "a"}, {TokenKind::ident, "b"}, {TokenKind::end, ""}};
  CHECK(lexemes("a b") == expected);
  CHECK(lexemes(" \t\n\r\na # to the end of the line \"\n\tb#") == expected);
  CHECK(lexemes("a(* one (* in *) \" another *)b") == expected);
  CHECK(lexemes("# only a comment") == std::vector<Lexeme>{{TokenKind::end, ""}});
  CHECK(lexemes("") == std::vector<Lexeme>{{TokenKind::end, ""}});
}

TEST_CASE("words are identifiers, truth values or integers, the longest match winning") {
  for (const std::string_view ident : {"a", "build-test", "foo:lib", "_:name", "a+b:installed",
                                       "a+b+c", "4ever", "-x", "1-a", "_+a:b", "True"}) {
    INFO(ident);
    CHECK(lexemes(ident) ==
          std::vector<Lexeme>{{TokenKind::ident, std::string(ident)}, {TokenKind::end, ""}});
  }
  CHECK(lexemes("true")[0].kind == TokenKind::boolean);
  CHECK(lexemes("false")[0].kind == TokenKind::boolean);
  CHECK(lexemes("a:") == std::vector<Lexeme>{{TokenKind::ident, "a"},
                                             {TokenKind::colon, ":"},
                                             {TokenKind::end, ""}});
  CHECK(lexemes("a:1")[1].kind == TokenKind::colon);
  CHECK(lexemes("a: b").size() == 4);
}

TEST_CASE("integers are printed without what does not count") {
  CHECK(lexemes("42")[0] == Lexeme{TokenKind::integer, "42"});
  CHECK(lexemes("-7")[0] == Lexeme{TokenKind::integer, "-7"});
  CHECK(lexemes("007")[0] == Lexeme{TokenKind::integer, "7"});
  CHECK(lexemes("1_000")[0] == Lexeme{TokenKind::integer, "1000"});
  CHECK(lexemes("4611686018427387903")[0].kind == TokenKind::integer);
  CHECK(lexemes("-4611686018427387904")[0].kind == TokenKind::integer);
  for (const std::string_view beyond :
       {"4611686018427387904", "-4611686018427387905", "99999999999999999999999", "-_1", "_"}) {
    INFO(beyond);
    CHECK(lexemes(beyond)[0] ==
          Lexeme{TokenKind::error, "this is not an integer that opam can hold"});
  }
}

TEST_CASE("operators") {
  CHECK(operator_of("=") == Op::equal);
  CHECK(operator_of("!=") == Op::not_equal);
  CHECK(operator_of(">=") == Op::greater_equal);
  CHECK(operator_of(">") == Op::greater);
  CHECK(operator_of("<=") == Op::less_equal);
  CHECK(operator_of("<") == Op::less);
  CHECK(operator_of("~") == Op::greater_equal);
  CHECK(operator_of("&") == Op::conj);
  CHECK(operator_of("|") == Op::disj);
  CHECK(operator_of("!") == Op::negation);
  CHECK(operator_of("?") == Op::defined);
  CHECK(operator_of("+=") == Op::env_plus_equal);
  CHECK(operator_of("=+") == Op::env_equal_plus);
  CHECK(operator_of("=+=") == Op::env_equal_plus_equal);
  CHECK(operator_of(":=") == Op::env_colon_equal);
  CHECK(operator_of("=:") == Op::env_equal_colon);
}

TEST_CASE("what is not a token") {
  for (const std::string_view bad :
       {"@", "$", "%", "*", "/", ".", ",", ";", "'", "\\", "+", "=:=", "\xC3\xA9", "\r", "\x01"}) {
    INFO(bad);
    CHECK(lexemes(bad)[0] == Lexeme{TokenKind::error, "this is not a token of opam's format"});
  }
  CHECK(lexemes(std::string_view("\0", 1))[0].kind == TokenKind::error);
}

TEST_CASE("escapes in strings") {
  CHECK(content(R"("a\"b\\c\'d")") == "a\"b\\c'd");
  CHECK(content(R"("\n\t\r\b\ ")") == "\n\t\r\b ");
  CHECK(content(R"("\065\x42\x4a\xfF\255")") == "ABJ\xFF\xFF");
  CHECK(content(R"("\000")") == std::string(1, '\0'));
  CHECK(content("\"one \\\n   \t two\"") == "one two");
  CHECK(content("\"one \\\r\n two\"") == "one two");
  CHECK(content("\"one \\\n\n two\"") == "one \n two");
}

TEST_CASE("line ends in strings become plain ones") {
  CHECK(content("\"a\r\nb\rc\nd\"") == "a\nb\rc\nd");
  CHECK(content("\"\"\"\r\na\r\n\"\"\"") == "\na\n");
}

TEST_CASE("three quotes hold quotes") {
  CHECK(content(R"("""a"b""c""")") == "a\"b\"\"c");
  CHECK(content(R"("""a\"""b""")") == "a\"\"\"b");
  CHECK(content("\"\"\"\\\n  a\n  b\"\"\"") == "a\n  b");
  CHECK(content(R"("""""")").empty());
  CHECK(content(R"("")").empty());
}

TEST_CASE("what is wrong with a string, and where") {
  struct Row {
    std::string_view source;
    std::size_t offset;
    std::string_view message;
  };
  static const std::vector<Row> rows = {
      {"\"abc", 0, "this string does not end"},
      {"\"\"\"abc\"\"", 0, "this string does not end"},
      {R"("abc\")", 0, "this string does not end"},
      {R"("a\q")", 2, "this escape sequence is not one of opam's"},
      {R"("a\256")", 2, "this escape sequence is not one of opam's"},
      {R"("a\12")", 2, "this escape sequence is not one of opam's"},
      {R"("a\xg0")", 2, "this escape sequence is not one of opam's"},
      {"\"a\\", 2, "this escape sequence is not one of opam's"},
      {"(* open (* closed *)", 0, "this comment does not end"},
      {"(*", 0, "this comment does not end"},
  };
  for (const Row& row : rows) {
    INFO(row.source);
    Arena arena;
    Lexer lexer(row.source, arena);
    const Token token = lexer.next();
    CHECK(token.kind == TokenKind::error);
    CHECK(token.offset == row.offset);
    CHECK(token.text == row.message);
  }
}

TEST_CASE("tokens know their place") {
  Arena arena;
  Lexer lexer("a:\n \"b\"", arena);
  CHECK(lexer.next().offset == 0);
  CHECK(lexer.next().offset == 1);
  CHECK(lexer.next().offset == 4);
  CHECK(lexer.next().offset == 7);
}
