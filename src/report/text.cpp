#include "report/text.h"

#include <string_view>
#include <utility>

#include "report/phrase.h"
#include "report/untrusted.h"
#include "report/wording.h"

namespace oxbow::report {
namespace {

constexpr Bounds bounds{
    .entries = 20, .packages = 30, .explained = 5, .constraints = 5, .names = 10};
constexpr std::size_t width = 100;  // of lines that may be broken

class Terminal {
 public:
  explicit Terminal(Colour colour) : colour_(colour) {}

  void write(const Line& line) {
    const std::size_t indent = 2 * line.level;
    text_.append(indent, ' ');
    std::size_t column = indent;  // in bytes, which is near enough
    for (const Piece& piece : line.phrase.pieces()) {
      const std::string shown = printable(piece.text);
      if (line.breakable && piece.style != Style::words && column > indent &&
          column + shown.size() > width) {
        while (text_.ends_with(' ')) text_.pop_back();
        text_.append("\n").append(indent + 2, ' ');
        column = indent + 2;
      }
      write(piece.style, shown);
      column += shown.size();
    }
    text_ += '\n';
  }

  // A heading above lines, if there are any, which stand so many levels below it.
  void section(const Phrase& heading, const Lines& lines, std::size_t level,
               std::size_t below = 1) {
    if (lines.empty()) return;
    if (level == 0) text_ += '\n';
    write({level, heading});
    for (const Line& line : lines) write({line.level + level + below, line.phrase, line.breakable});
  }

  std::string text() && { return std::move(text_); }

 private:
  void write(Style style, std::string_view shown) {
    const std::string_view sequence = style == Style::strong ? "\x1b[1m" : "\x1b[1;31m";
    const bool plain = colour_ == Colour::no || style == Style::words || style == Style::quoted;
    if (!plain) text_ += sequence;
    text_ += shown;
    if (!plain) text_ += "\x1b[0m";
  }

  Colour colour_;
  std::string text_;
};

Phrase heading(std::string_view words) { return Phrase().strong(words); }

void write_target(const TargetReport& target, bool cache_known, Wording& wording,
                  Terminal& terminal) {
  terminal.section(target_name(target), {{0, target_counts(target, cache_known)}}, 0);
  for (const InstallabilityList& list : installability_lists) {
    terminal.section(heading(list.title), wording.explained(target.*list.packages), 1);
  }
  terminal.section(heading("Rebuilt"), wording.rebuilt(target.cone), 1);
}

}  // namespace

std::string to_text(const Report& report, Colour colour) {
  using enum plan::Level;
  Terminal terminal(colour);
  Wording wording(bounds);
  terminal.write({0, summary(report), true});
  terminal.section(heading("Changes"), wording.changes(report), 0);
  // Not indented, so that an editor takes the start of the line for a place.
  terminal.section(heading("Findings"), wording.findings(report.findings, {error, warning, note}),
                   0, 0);
  for (const TargetReport& target : report.targets) {
    if (!is_untouched(target)) write_target(target, report.cache_known, wording, terminal);
  }
  if (wording.left_something_out()) {
    terminal.write({});
    terminal.write({0, Phrase().words(whole_report)});
  }
  return std::move(terminal).text();
}

}  // namespace oxbow::report
