#include "opam/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>

#include "base/ascii.h"

namespace oxbow::opam {
namespace {

bool is_ident_char(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }

// The length of an identifier's part at the start of `text`: a run of identifier characters with
// a letter in it, or else (where `underscore` may stand alone) a single '_'.
std::size_t ident_part(std::string_view text, bool underscore) {
  const auto* const end = std::find_if_not(text.begin(), text.end(), is_ident_char);
  const std::string_view run(text.begin(), static_cast<std::size_t>(end - text.begin()));
  if (std::any_of(run.begin(), run.end(), is_letter)) return run.size();
  return underscore && !run.empty() && run.front() == '_' ? 1 : 0;
}

// part ('+' part)* (':' name)?
std::size_t ident_length(std::string_view text) {
  std::size_t length = ident_part(text, true);
  if (length == 0) return 0;
  while (length < text.size() && text[length] == '+') {
    const std::size_t part = ident_part(text.substr(length + 1), true);
    if (part == 0) break;
    length += 1 + part;
  }
  if (length < text.size() && text[length] == ':') {
    const std::size_t part = ident_part(text.substr(length + 1), false);
    if (part != 0) length += 1 + part;
  }
  return length;
}

// How much of a string's content certainly stands for itself.
std::size_t plain_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && text[length] != '"' && text[length] != '\\' &&
         text[length] != '\r') {
    ++length;
  }
  return length;
}

std::size_t integer_length(std::string_view text) {
  const std::size_t sign = !text.empty() && text.front() == '-' ? 1 : 0;
  std::size_t length = sign;
  while (length < text.size() && (is_digit(text[length]) || text[length] == '_')) ++length;
  return length == sign ? 0 : length;
}

// OCaml's integers have 63 bits, and underscores may stand between digits.
std::optional<long long> integer_value(std::string_view text) {
  const std::size_t first = text.front() == '-' ? 1 : 0;
  if (!is_digit(text[first])) return std::nullopt;
  std::string digits(text);
  std::erase(digits, '_');
  long long value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  constexpr long long limit = std::numeric_limits<long long>::max() / 2;
  if (result.ec != std::errc() || value > limit || value < -limit - 1) return std::nullopt;
  return value;
}

}  // namespace

Token Lexer::next() {
  if (auto error = skip_blanks()) return *error;
  if (at_ == source_.size()) return take(TokenKind::end, 0);
  switch (source_[at_]) {
    case ':': return looking_at(":=") ? operator_token() : take(TokenKind::colon, 1);
    case '{': return take(TokenKind::open_brace, 1);
    case '}': return take(TokenKind::close_brace, 1);
    case '[': return take(TokenKind::open_bracket, 1);
    case ']': return take(TokenKind::close_bracket, 1);
    case '(': return take(TokenKind::open_paren, 1);
    case ')': return take(TokenKind::close_paren, 1);
    case '&': return take(TokenKind::conj, 1, Op::conj);
    case '|': return take(TokenKind::disj, 1, Op::disj);
    case '"': return string(at_);
    default: break;
  }
  if (is_ident_char(source_[at_])) return word();
  return operator_token();
}

std::optional<Token> Lexer::skip_blanks() {
  while (at_ < source_.size()) {
    const char c = source_[at_];
    if (c == ' ' || c == '\t' || c == '\n' || looking_at("\r\n")) {
      ++at_;
    } else if (c == '#') {
      at_ = std::min(source_.find('\n', at_), source_.size());
    } else if (looking_at("(*")) {
      const std::size_t start = at_;
      if (!skip_comment()) return fail(start, "this comment does not end");
    } else {
      break;
    }
  }
  return std::nullopt;
}

bool Lexer::skip_comment() {
  std::size_t open = 0;
  do {
    if (looking_at("(*")) {
      ++open;
      at_ += 2;
    } else if (looking_at("*)")) {
      --open;
      at_ += 2;
    } else {
      ++at_;
    }
  } while (open > 0 && at_ < source_.size());
  at_ = std::min(at_, source_.size());
  return open == 0;
}

Token Lexer::string(std::size_t start) {
  const bool triple = looking_at(R"(""")");
  const std::string_view quote = triple ? R"(""")" : R"(")";
  at_ += quote.size();
  const std::size_t content_start = at_;
  std::pmr::string content(arena_);  // used once something differs from the source
  bool copied = false;
  const auto copy_so_far = [&] {
    if (!copied) content.assign(source_.substr(content_start, at_ - content_start));
    copied = true;
  };
  while (at_ < source_.size()) {
    if (looking_at(quote)) {
      const std::string_view plain = source_.substr(content_start, at_ - content_start);
      at_ += quote.size();
      Token token{TokenKind::string, Op::none, static_cast<std::uint32_t>(start), plain};
      if (copied) {
        auto* const kept = static_cast<char*>(arena_->allocate(content.size() + 1, 1));
        std::memcpy(kept, content.data(), content.size());
        token.text = std::string_view(kept, content.size());
      }
      return token;
    }
    if (const std::size_t plain = plain_length(source_.substr(at_)); plain > 0) {
      if (copied) content.append(source_.substr(at_, plain));
      at_ += plain;
    } else if (source_[at_] == '\\') {
      copy_so_far();
      const std::size_t backslash = at_++;
      if (!escape(content)) return fail(backslash, "this escape sequence is not one of opam's");
    } else if (looking_at("\r\n")) {
      copy_so_far();
      ++at_;
    } else {
      if (copied) content.push_back(source_[at_]);
      ++at_;
    }
  }
  return fail(start, "this string does not end");
}

bool Lexer::escape(std::pmr::string& content) {
  if (at_ == source_.size()) return false;
  if (source_[at_] == '\n' || looking_at("\r\n")) {
    at_ += source_[at_] == '\n' ? 1U : 2U;
    while (at_ < source_.size() && (source_[at_] == ' ' || source_[at_] == '\t')) ++at_;
    return true;
  }
  const char c = source_[at_];
  const std::string_view rest = source_.substr(at_);
  if (const std::size_t simple = std::string_view("\\\"'nrtb ").find(c);
      simple != std::string_view::npos) {
    content.push_back("\\\"'\n\r\t\b "[simple]);
    ++at_;
    return true;
  }
  if (rest.size() >= 3 && is_digit(rest[0]) && is_digit(rest[1]) && is_digit(rest[2])) {
    const int code = 100 * (rest[0] - '0') + 10 * (rest[1] - '0') + (rest[2] - '0');
    if (code > 255) return false;
    content.push_back(static_cast<char>(code));
    at_ += 3;
    return true;
  }
  if (rest.size() >= 3 && c == 'x' && hex_value(rest[1]) >= 0 && hex_value(rest[2]) >= 0) {
    content.push_back(static_cast<char>(16 * hex_value(rest[1]) + hex_value(rest[2])));
    at_ += 3;
    return true;
  }
  return false;
}

Token Lexer::word() {
  const std::string_view rest = source_.substr(at_);
  const std::size_t ident = ident_length(rest);
  const std::size_t integer = integer_length(rest);
  if (integer >= ident && integer > 0) {
    const auto value = integer_value(rest.substr(0, integer));
    if (!value) return fail(at_, "this is not an integer that opam can hold");
    Token token = take(TokenKind::integer, integer);
    std::array<char, 24> buffer{};
    const auto written = std::to_chars(buffer.begin(), buffer.end(), *value);
    const auto length = static_cast<std::size_t>(written.ptr - buffer.data());
    auto* const kept = static_cast<char*>(arena_->allocate(length, 1));
    std::memcpy(kept, buffer.data(), length);
    token.text = std::string_view(kept, length);
    return token;
  }
  if (ident == 0) return fail(at_, "this is not a token of opam's format");
  const std::string_view word = rest.substr(0, ident);
  return take(word == "true" || word == "false" ? TokenKind::boolean : TokenKind::ident, ident);
}

Token Lexer::operator_token() {
  struct Spelling {
    std::string_view text;
    TokenKind kind;
    Op op;
  };
  // Longest first.
  static constexpr std::array<Spelling, 15> spellings = {{
      {"=+=", TokenKind::env_op, Op::env_equal_plus_equal},
      {"=:=", TokenKind::error, Op::none},
      {"+=", TokenKind::env_op, Op::env_plus_equal},
      {"=+", TokenKind::env_op, Op::env_equal_plus},
      {":=", TokenKind::env_op, Op::env_colon_equal},
      {"=:", TokenKind::env_op, Op::env_equal_colon},
      {"!=", TokenKind::relop, Op::not_equal},
      {"<=", TokenKind::relop, Op::less_equal},
      {">=", TokenKind::relop, Op::greater_equal},
      {"=", TokenKind::relop, Op::equal},
      {"<", TokenKind::relop, Op::less},
      {">", TokenKind::relop, Op::greater},
      {"~", TokenKind::relop, Op::greater_equal},
      {"!", TokenKind::pfxop, Op::negation},
      {"?", TokenKind::pfxop, Op::defined},
  }};
  for (const Spelling& spelling : spellings) {
    if (looking_at(spelling.text) && spelling.kind != TokenKind::error) {
      return take(spelling.kind, spelling.text.size(), spelling.op);
    }
    if (looking_at(spelling.text)) break;
  }
  return fail(at_, "this is not a token of opam's format");
}

Token Lexer::take(TokenKind kind, std::size_t length, Op op) {
  const Token token{kind, op, static_cast<std::uint32_t>(at_), source_.substr(at_, length)};
  at_ += length;
  return token;
}

Token Lexer::fail(std::size_t offset, std::string_view message) {
  return {TokenKind::error, Op::none, static_cast<std::uint32_t>(offset), message};
}

}  // namespace oxbow::opam
