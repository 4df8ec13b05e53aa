#include "opam/syntax.h"

#include <algorithm>
#include <cstdlib>

namespace oxbow::opam {
namespace {

// The length of the UTF-8 character at the start of `text`, 0 if there is none: no overlong form,
// no surrogate, no control character of two bytes.
std::size_t utf8_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  std::size_t length = 0;
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) length = 2;
  if (first >= 0xE0 && first < 0xF0) length = 3;
  if (first >= 0xF0 && first < 0xF5) length = 4;
  if (length == 0 || text.size() < length) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  if ((first == 0xC2 || first == 0xE0) && second < 0xA0) return 0;
  if ((first == 0xED && second >= 0xA0) || (first == 0xF0 && second < 0x90) ||
      (first == 0xF4 && second >= 0x90)) {
    return 0;
  }
  const auto tail = text.substr(1, length - 1);
  const bool whole = std::all_of(tail.begin(), tail.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
  });
  return whole ? length : 0;
}

}  // namespace

std::string_view text(Op op) {
  switch (op) {
    case Op::none: return "";
    case Op::equal: return "=";
    case Op::not_equal: return "!=";
    case Op::greater_equal: return ">=";
    case Op::greater: return ">";
    case Op::less_equal: return "<=";
    case Op::less: return "<";
    case Op::conj: return "&";
    case Op::disj: return "|";
    case Op::negation: return "!";
    case Op::defined: return "?";
    case Op::env_equal: return "=";
    case Op::env_plus_equal: return "+=";
    case Op::env_equal_plus: return "=+";
    case Op::env_equal_plus_equal: return "=+=";
    case Op::env_colon_equal: return ":=";
    case Op::env_equal_colon: return "=:";
  }
  std::abort();
}

Op negated(Op op) {
  switch (op) {
    case Op::equal: return Op::not_equal;
    case Op::not_equal: return Op::equal;
    case Op::greater_equal: return Op::less;
    case Op::greater: return Op::less_equal;
    case Op::less_equal: return Op::greater;
    case Op::less: return Op::greater_equal;
    default: std::abort();
  }
}

std::size_t child_count(const Node& node, std::size_t limit) {
  std::size_t count = 0;
  for (const Node* child = node.child; child != nullptr && count < limit; child = child->next) {
    ++count;
  }
  return count;
}

Position position(std::string_view source, std::size_t offset) {
  const std::string_view before = source.substr(0, std::min(offset, source.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<std::size_t>(lines) + 1, before.size() - line_start + 1};
}

std::string excerpt(std::string_view source, std::size_t offset) {
  constexpr std::size_t reach = 60;
  offset = std::min(offset, source.size());
  const std::size_t line_start = source.substr(0, offset).rfind('\n') + 1;
  std::size_t line_end = std::min(source.find('\n', offset), source.size());
  if (line_end > offset && source[line_end - 1] == '\r') --line_end;
  const std::size_t start = offset - line_start > reach ? offset - reach : line_start;
  const std::size_t end = std::min(line_end, offset + reach);

  std::string shown;
  std::size_t caret = 0;
  for (std::size_t at = start; at < end;) {
    if (at < offset) ++caret;
    const std::size_t length = utf8_length(source.substr(at, end - at));
    const auto c = static_cast<unsigned char>(source[at]);
    if (length == 0 || c < 0x20 || c == 0x7F) {
      shown.push_back(c == '\t' ? ' ' : '?');
    } else {
      shown.append(source.substr(at, length));
    }
    at += std::max<std::size_t>(length, 1);
  }
  return "  " + shown + "\n  " + std::string(caret, ' ') + "^\n";
}

}  // namespace oxbow::opam
