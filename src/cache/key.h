#pragma once

#include <cstddef>
#include <string_view>

namespace oxbow::cache {

/// So that the longest name that is made of a key still is one.
inline constexpr std::size_t longest_layer_key = 200;

/// Whether `text` may be a folder's name in the cache: [A-Za-z0-9._-]+ without a leading dot, and
/// none that the cache has another use for ("base", "KEY.lock").
bool is_layer_key(std::string_view text);

}  // namespace oxbow::cache
