#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace oxbow {

/// HMAC-SHA-256 as lower-case hexadecimal.
std::string hmac_sha256_hex(std::string_view key, std::string_view text);

/// Whether two texts are equal, in a time that depends on their lengths alone.
bool is_equal_in_constant_time(std::string_view a, std::string_view b);

/// RsaKey is a private key that signs. Errors never hold a part of it. For one thread.
class RsaKey {
 public:
  /// Reads a key in PEM; `what` is what the error calls it.
  static Result<RsaKey> parse(std::string_view pem, std::string_view what);

  RsaKey(RsaKey&&) noexcept;
  RsaKey& operator=(RsaKey&&) noexcept;
  ~RsaKey();

  /// RSASSA-PKCS1-v1_5 with SHA-256 (JWT's RS256), the bytes of it. The same for the same text.
  Result<std::string> sign(std::string_view text) const;

 private:
  struct Key;
  explicit RsaKey(std::unique_ptr<Key> key);
  std::unique_ptr<Key> key_;
};

}  // namespace oxbow
