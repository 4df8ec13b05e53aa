#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>

#include "opam/syntax.h"

namespace oxbow::opam {

enum class TokenKind : std::uint8_t {
  end,
  error,
  colon,
  open_brace,
  close_brace,
  open_bracket,
  close_bracket,
  open_paren,
  close_paren,
  string,
  ident,
  boolean,
  integer,
  relop,
  conj,
  disj,
  pfxop,
  env_op,
};

/// Token is a lexeme: for strings `text` is the unescaped content, for errors the message.
struct Token {
  TokenKind kind = TokenKind::end;
  Op op = Op::none;
  std::uint32_t offset = 0;
  std::string_view text;
};

/// Lexer cuts a text into the tokens of opam's format, the longest match winning. At the end it
/// repeats that token; after an error there is nothing more to read. The source must be below
/// 4 GiB and outlive the tokens, whose texts point into it or, if they had escapes, into the arena.
/// Source: opam-file-format src/opamLexer.mll.
class Lexer {
 public:
  Lexer(std::string_view source, Arena& arena) : source_(source), arena_(&arena) {}

  Token next();

 private:
  // Skips blanks and comments; an error if a comment does not end.
  std::optional<Token> skip_blanks();
  bool skip_comment();
  Token string(std::size_t start);
  // Reads the escape after a backslash at `at_`; false if it is none.
  bool escape(std::pmr::string& content);
  Token word();
  Token operator_token();
  Token take(TokenKind kind, std::size_t length, Op op = Op::none);
  static Token fail(std::size_t offset, std::string_view message);

  bool looking_at(std::string_view expected) const {
    return source_.substr(at_, expected.size()) == expected;
  }

  std::string_view source_;
  Arena* arena_;
  std::size_t at_ = 0;
};

}  // namespace oxbow::opam
