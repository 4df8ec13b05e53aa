#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

/// Sizes and times as people write and read them.
namespace oxbow::cli {

/// A whole number with K, M, G or T (powers of 1024) or nothing behind it: "20G".
Result<std::uint64_t> parse_size(std::string_view text);

/// A whole number with s, m, h, d or w behind it: "30d".
Result<std::chrono::seconds> parse_age(std::string_view text);

/// "1.4 GiB", "812 B".
std::string size_text(std::uint64_t bytes);

}  // namespace oxbow::cli
