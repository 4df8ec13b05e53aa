#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What is told of a build's log, which holds whatever the build chose to print.
namespace oxbow::report {

/// No line that is quoted of a log is longer than this in bytes.
inline constexpr std::size_t log_line_bytes = 400;

/// The log as a terminal would leave it: without escape sequences, with what was overwritten after
/// a carriage return gone. It is valid UTF-8 without control characters but the newline; it may
/// still hold what deceives, which `printable` shows.
std::string plain(std::string_view log);

/// The last lines of a log, at most so many, as `plain` has them and each of them shortened. Empty
/// lines at the end do not count.
std::vector<std::string> tail(std::string_view log, std::size_t lines);

/// The first line of a log that says what went wrong; empty if none does. What a compiler says
/// counts more than what a shell does, that more than make, which only passes an error on, and that
/// more than opam. An OCaml compiler's error has its place before it: "src/x.ml:3: Error: …".
std::string first_error_line(std::string_view log);

/// The same for two lines of `first_error_line` that say the same of two builds: without the place,
/// the build's folder, names of temporary files and long numbers.
std::string fingerprint(std::string_view error_line);

}  // namespace oxbow::report
