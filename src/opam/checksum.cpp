#include "opam/checksum.h"

#include <algorithm>

#include "base/ascii.h"

namespace oxbow::opam {
namespace {

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
  if (!std::all_of(hex.begin(), hex.end(), is_hex_digit)) return std::nullopt;
  return Checksum{*kind, std::move(hex)};
}

}  // namespace oxbow::opam
