#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "report/phrase.h"
#include "report/text.h"

namespace oxbow::report {

/// Terminal writes lines for a terminal, which no piece of them can steer.
class Terminal {
 public:
  explicit Terminal(Colour colour) : colour_(colour) {}

  void write(const Line& line);

  /// A heading above lines, if there are any, which stand so many levels below it. One at the
  /// first level has an empty line before it.
  void section(const Phrase& heading, const Lines& lines, std::size_t level, std::size_t below = 1);

  std::string text() && { return std::move(text_); }

 private:
  void write(Style style, std::string_view shown);

  Colour colour_;
  std::string text_;
};

}  // namespace oxbow::report
