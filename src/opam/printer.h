#pragma once

#include <string>
#include <string_view>

#include "opam/syntax.h"

namespace oxbow::opam {

/// The items in opam's own layout, without a newline at the end.
/// Source: opam-file-format src/opamPrinter.ml (2.2.0).
std::string print_items(const Item* first);

/// A value as opam would lay it out on lines of its own.
std::string print_value(const Node& value);

}  // namespace oxbow::opam
