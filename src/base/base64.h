#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oxbow::build {

/// RFC 4648's base64, padded.
std::string to_base64(std::string_view bytes);

/// None if `text` is not what to_base64 gives for some bytes.
std::optional<std::string> parse_base64(std::string_view text);

}  // namespace oxbow::build
