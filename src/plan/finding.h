#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oxbow::plan {

/// How much a finding weighs: an error is what opam will refuse, a warning is what it will do
/// otherwise than one may think, a note is worth knowing.
enum class Level : std::uint8_t { error, warning, note };

std::string_view name(Level level);

/// Finding is something to be said about a place in the repository under test. Its texts may hold
/// anything that the repository's files do.
struct Finding {
  std::string path;      ///< from the repository's top
  std::size_t line = 1;  ///< from 1
  Level level = Level::warning;
  std::string message;
  std::string excerpt;  ///< the line with a caret under the place, or nothing
};

}  // namespace oxbow::plan
