#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oxbow {

/// The hash functions that opam's checksums name.
enum class HashKind : std::uint8_t { md5, sha256, sha512 };

/// "md5", "sha256" or "sha512".
std::string_view name(HashKind kind);

/// The length of a digest in hexadecimal digits: 32, 64 or 128.
std::size_t hex_length(HashKind kind);

/// The digest of `data` as lower-case hexadecimal. Safe to call from any thread.
std::string hex_digest(HashKind kind, std::string_view data);

inline std::string sha256_hex(std::string_view data) { return hex_digest(HashKind::sha256, data); }
inline std::string md5_hex(std::string_view data) { return hex_digest(HashKind::md5, data); }

}  // namespace oxbow
