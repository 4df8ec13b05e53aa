#include "report/terminal.h"

#include "base/untrusted.h"

namespace oxbow::report {
namespace {

constexpr std::size_t breaking_width = 100;  // of lines that may be broken

}  // namespace

void Terminal::write(const Line& line) {
  const std::size_t indent = 2 * line.level;
  text_.append(indent, ' ');
  std::size_t column = indent;  // in bytes, which is near enough
  for (const Piece& piece : line.phrase.pieces()) {
    const std::string shown = printable(piece.text);
    if (line.breakable && piece.style != Style::words && column > indent &&
        column + shown.size() > breaking_width) {
      while (text_.ends_with(' ')) text_.pop_back();
      text_.append("\n").append(indent + 2, ' ');
      column = indent + 2;
    }
    write(piece.style, shown);
    column += shown.size();
  }
  text_ += '\n';
}

void Terminal::section(const Phrase& heading, const Lines& lines, std::size_t level,
                       std::size_t below) {
  if (lines.empty()) return;
  if (level == 0) text_ += '\n';
  write({level, heading});
  for (const Line& line : lines) write({line.level + level + below, line.phrase, line.breakable});
}

void Terminal::write(Style style, std::string_view shown) {
  const std::string_view sequence = style == Style::strong ? "\x1b[1m" : "\x1b[1;31m";
  const bool plain = colour_ == Colour::no || style == Style::words || style == Style::quoted;
  if (!plain) text_ += sequence;
  text_ += shown;
  if (!plain) text_ += "\x1b[0m";
}

}  // namespace oxbow::report
