#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oxbow {

/// RFC 4648's base64, padded.
std::string to_base64(std::string_view bytes);

/// The same in its alphabet for URLs, without padding.
std::string to_base64url(std::string_view bytes);

/// None if `text` is not what to_base64 gives for some bytes.
std::optional<std::string> parse_base64(std::string_view text);

}  // namespace oxbow
