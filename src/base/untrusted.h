#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What is done to text that was taken from a repository before anybody gets to see it.
namespace oxbow {

/// `text` with U+FFFD in place of each part that is not UTF-8.
std::string valid_utf8(std::string_view text);

/// `text` as one line of valid UTF-8 that shows what it holds: whatever steers a terminal, ends a
/// line, turns the direction of writing or is not seen at all stands there as an escape, as in
/// "\x1b" or "\u{202e}". A tab becomes a space.
std::string printable(std::string_view text);

/// The whole of `text`, valid UTF-8, if it has at most `bytes` bytes; otherwise its beginning and
/// an ellipsis, which together have no more.
std::string shortened(std::string_view text, std::size_t bytes);

}  // namespace oxbow
