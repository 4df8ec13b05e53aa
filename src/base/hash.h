#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
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

/// Lower-case hexadecimal digits, two a byte.
std::string to_hex(std::span<const std::uint8_t> bytes);

/// Hasher takes the digest of data that comes in pieces. For one thread.
class Hasher {
 public:
  explicit Hasher(HashKind kind);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  void add(std::string_view data);

  /// The digest of all that was added, as lower-case hexadecimal. What comes next begins anew.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

inline std::string sha256_hex(std::string_view data) { return hex_digest(HashKind::sha256, data); }
inline std::string md5_hex(std::string_view data) { return hex_digest(HashKind::md5, data); }

}  // namespace oxbow
