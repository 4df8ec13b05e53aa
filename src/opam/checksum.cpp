#include "opam/checksum.h"

#include <algorithm>

namespace oxbow::opam {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::optional<HashKind> parse_kind(std::string_view text) {
  const std::string wanted = lower(text);
  for (const HashKind kind : {HashKind::md5, HashKind::sha256, HashKind::sha512}) {
    if (wanted == name(kind)) return kind;
  }
  return std::nullopt;
}

}  // namespace

std::string Checksum::to_string() const { return std::string(name(kind)) + "=" + hex; }

std::optional<Checksum> parse_checksum(std::string_view text) {
  const std::size_t equal = text.find('=');
  const bool has_kind = equal != std::string_view::npos;
  const auto kind = has_kind ? parse_kind(text.substr(0, equal)) : HashKind::md5;
  std::string hex = lower(has_kind ? text.substr(equal + 1) : text);
  if (!kind || hex.size() != hex_length(*kind)) return std::nullopt;
  const bool is_hex = std::all_of(hex.begin(), hex.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (!is_hex) return std::nullopt;
  return Checksum{*kind, std::move(hex)};
}

}  // namespace oxbow::opam
