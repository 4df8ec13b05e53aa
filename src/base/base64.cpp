#include "base/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace oxbow {
namespace {

// OpenSSL takes lengths as int; a multiple of 3 is written without padding.
constexpr std::size_t piece = std::size_t{3} << 20U;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text, std::size_t from) {
  return reinterpret_cast<unsigned char*>(text.data() + from);
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock adds a NUL
  std::size_t written = 0;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string_view part = bytes.substr(at, piece);
    written += static_cast<std::size_t>(
        EVP_EncodeBlock(bytes_of(text, written), bytes_of(part), static_cast<int>(part.size())));
  }
  text.resize(written);
  return text;
}

std::string to_base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<std::string> parse_base64(std::string_view text) {
  if (text.size() > std::numeric_limits<int>::max()) return std::nullopt;
  std::string bytes((text.size() + 3) / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(bytes_of(bytes, 0), bytes_of(text), static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  // It gives a byte 0 for each '=' of the padding.
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(length) - std::min<std::size_t>(padding, 2));
  // It takes spaces around, and bits that are left over.
  if (to_base64(bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace oxbow
