#include "base/base64.h"

#include <cstddef>
#include <cstdint>

namespace oxbow {
namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::uint32_t group =
        byte_at(bytes, at) << 16U | byte_at(bytes, at + 1) << 8U | byte_at(bytes, at + 2);
    text += digits[group >> 18U];
    text += digits[group >> 12U & 63U];
    text += at + 1 < bytes.size() ? digits[group >> 6U & 63U] : '=';
    text += at + 2 < bytes.size() ? digits[group & 63U] : '=';
  }
  return text;
}

std::string to_base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return text;
}

std::optional<std::string> parse_base64(std::string_view text) {
  std::string_view unpadded = text;
  for (int i = 0; i < 2 && unpadded.ends_with('='); ++i) unpadded.remove_suffix(1);
  std::string bytes;
  bytes.reserve(unpadded.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char c : unpadded) {
    const std::size_t digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    group = group << 6U | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 255U);
  }
  // Says no to wrong padding and to bits that are left over, without a rule for each.
  if (to_base64(bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace oxbow
