#pragma once

#include <cstddef>
#include <string_view>

namespace oxbow::bot {

/// The label of a pull request that rebuilds so many packages: "rebuild: 11-100".
std::string_view rebuild_label(std::size_t packages);

/// Whether a label is one of these, also of another number.
bool is_rebuild_label(std::string_view label);

/// The label's colour as GitHub takes it: six hexadecimal digits.
std::string_view label_colour(std::string_view label);

}  // namespace oxbow::bot
