#pragma once

#include <expected>
#include <string_view>

#include "opam/syntax.h"

namespace oxbow::opam {

/// The items of an opam file, first to last (null if there are none). They live in `arena` and
/// point into `source`. Any bytes may be given: what is not opam's format, is nested deeper than
/// `max_depth` or is larger than `max_source` is an error with its place.
/// Source: opam-file-format src/opamBaseParser.mly.
std::expected<const Item*, SyntaxError> parse_items(std::string_view source, Arena& arena);

/// The largest text that is read, in bytes. The largest opam file known has a hundredth of it.
inline constexpr std::size_t max_source = std::size_t{8} << 20U;

}  // namespace oxbow::opam
