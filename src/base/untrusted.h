#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What is done to text that strangers wrote (a repository, a program, a server, a request) before
/// anybody gets to see it. Each has one line, and a length where it is given one.
namespace oxbow {

/// `text` with U+FFFD in place of each part that is not UTF-8.
std::string valid_utf8(std::string_view text);

/// `text` as one line of valid UTF-8 that shows what it holds: whatever steers a terminal, ends a
/// line, turns the direction of writing or is not seen at all stands there as an escape, as in
/// "\x1b" or "\u{202e}". A tab becomes a space.
std::string printable(std::string_view text);

/// The same of no more than `bytes` bytes, an ellipsis at the end of what was cut.
std::string printable(std::string_view text, std::size_t bytes);

/// The same of prose that a program or a server gave us: without white space around, and each run
/// of it that holds a newline as one space.
std::string in_one_line(std::string_view text, std::size_t bytes);

/// The whole of `text`, valid UTF-8, if it has at most `bytes` bytes; otherwise its beginning and
/// an ellipsis, which together have no more.
std::string shortened(std::string_view text, std::size_t bytes);

}  // namespace oxbow
