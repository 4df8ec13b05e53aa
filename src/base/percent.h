#pragma once

#include <string>
#include <string_view>

namespace oxbow {

/// `text` as a part of a URL's path or query, whatever it holds: what RFC 3986 calls unreserved
/// (letters, digits, "-", ".", "_" and "~") stays, each other byte becomes %XX.
std::string percent_encoded(std::string_view text);

}  // namespace oxbow
