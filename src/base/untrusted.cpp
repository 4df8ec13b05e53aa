#include "base/untrusted.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace oxbow {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view ellipsis = "\xE2\x80\xA6";     // U+2026

// A piece at the start of a text: a character, or bytes that are none and never will be.
struct Decoded {
  std::optional<char32_t> character;
  std::size_t bytes = 1;
};

constexpr bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// The Unicode standard's table 3-7, of well-formed sequences: how many bytes follow a first one,
// and between what the second one lies. The others are continuations of any value.
struct Sequence {
  std::size_t following;
  unsigned char second_least;
  unsigned char second_most;
};

constexpr std::optional<Sequence> sequence_of(unsigned char first) {
  if (first >= 0xC2 && first <= 0xDF) return Sequence{1, 0x80, 0xBF};
  if (first == 0xE0) return Sequence{2, 0xA0, 0xBF};
  if (first == 0xED) return Sequence{2, 0x80, 0x9F};  // no surrogates
  if (first >= 0xE1 && first <= 0xEF) return Sequence{2, 0x80, 0xBF};
  if (first == 0xF0) return Sequence{3, 0x90, 0xBF};
  if (first >= 0xF1 && first <= 0xF3) return Sequence{3, 0x80, 0xBF};
  if (first == 0xF4) return Sequence{3, 0x80, 0x8F};
  return std::nullopt;
}

Decoded decode(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return {first, 1};
  const auto sequence = sequence_of(first);
  if (!sequence) return {};
  char32_t character = first & (0x3FU >> sequence->following);
  for (std::size_t at = 1; at <= sequence->following; ++at) {
    if (at == text.size()) return {std::nullopt, at};
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool fits = at == 1 ? byte >= sequence->second_least && byte <= sequence->second_most
                              : is_continuation(text[at]);
    if (!fits) return {std::nullopt, at};
    character = (character << 6U) | (byte & 0x3FU);
  }
  return {character, sequence->following + 1};
}

// Calls `each(character or none, its bytes)` for the whole of a text.
template <typename Each>
void for_each_character(std::string_view text, const Each& each) {
  while (!text.empty()) {
    const Decoded decoded = decode(text);
    each(decoded.character, text.substr(0, decoded.bytes));
    text.remove_prefix(decoded.bytes);
  }
}

struct Interval {
  char32_t first;
  char32_t last;
};

// Controls, separators of lines, marks of direction and what has no width: all that can make a line
// look like another one.
constexpr std::array deceptive = {
    Interval{0x0000, 0x001F},   Interval{0x007F, 0x009F}, Interval{0x00AD, 0x00AD},
    Interval{0x034F, 0x034F},   Interval{0x061C, 0x061C}, Interval{0x115F, 0x1160},
    Interval{0x17B4, 0x17B5},   Interval{0x180B, 0x180F}, Interval{0x200B, 0x200F},
    Interval{0x2028, 0x202E},   Interval{0x2060, 0x206F}, Interval{0x3164, 0x3164},
    Interval{0xFEFF, 0xFEFF},   Interval{0xFFA0, 0xFFA0}, Interval{0xFFF0, 0xFFFB},
    Interval{0xE0000, 0xE0FFF},
};

bool is_deceptive(char32_t character) {
  return std::ranges::any_of(deceptive, [&](const Interval& interval) {
    return character >= interval.first && character <= interval.last;
  });
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  for_each_character(text, [&](std::optional<char32_t> character, std::string_view bytes) {
    valid += character ? bytes : replacement;
  });
  return valid;
}

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for_each_character(text, [&](std::optional<char32_t> character, std::string_view bytes) {
    if (!character) {
      shown += replacement;
    } else if (*character == U'\t') {
      shown += ' ';
    } else if (*character == U'\n') {
      shown += "\\n";
    } else if (!is_deceptive(*character)) {
      shown += bytes;
    } else if (*character < 0x80) {
      shown += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(*character));
    } else {
      shown += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(*character));
    }
  });
  return shown;
}

std::string printable(std::string_view text, std::size_t bytes) {
  // No byte gets shorter, so what comes later is cut anyway.
  return shortened(printable(text.substr(0, bytes + 1)), bytes);
}

std::string in_one_line(std::string_view text, std::size_t bytes) {
  constexpr std::string_view white = " \t\r\n";
  std::string line;
  while (line.size() <= bytes) {
    const std::size_t begin = std::min(text.find_first_not_of(white), text.size());
    const bool is_new_line = text.substr(0, begin).find_first_of("\r\n") != std::string_view::npos;
    if (!line.empty() && begin < text.size()) {
      line += is_new_line ? " " : std::string(text.substr(0, begin));
    }
    text.remove_prefix(begin);
    if (text.empty()) break;
    const std::size_t end = std::min(text.find_first_of(white), text.size());
    line += text.substr(0, std::min(end, bytes + 1));
    text.remove_prefix(end);
  }
  return printable(line, bytes);
}

std::string shortened(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  std::size_t end = bytes < ellipsis.size() ? 0 : bytes - ellipsis.size();
  while (end > 0 && is_continuation(text[end])) --end;
  return std::string(text.substr(0, end)).append(ellipsis);
}

}  // namespace oxbow
