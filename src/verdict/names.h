#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace oxbow::verdict {

/// The value that a name stands for, of an enumeration whose names are listed in its order.
template <typename Enum>
std::optional<Enum> find_name(std::span<const std::string_view> names, std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace oxbow::verdict
