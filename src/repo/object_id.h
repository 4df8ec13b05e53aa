#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace oxbow::repo {

/// ObjectId names a git object (a commit, a tree or a blob) by the SHA-1 of its contents: equal ids
/// mean equal contents, in whatever repository they are found.
struct ObjectId {
  std::array<std::uint8_t, 20> bytes{};

  static ObjectId from_bytes(std::span<const std::uint8_t, 20> bytes) {
    ObjectId id;
    std::ranges::copy(bytes, id.bytes.begin());
    return id;
  }

  /// The id that 40 hexadecimal digits of either case spell, nothing for any other text.
  static std::optional<ObjectId> from_hex(std::string_view hex);

  /// 40 lower-case hexadecimal digits.
  std::string hex() const;

  friend auto operator<=>(const ObjectId&, const ObjectId&) = default;
};

}  // namespace oxbow::repo

template <>
struct std::hash<oxbow::repo::ObjectId> {
  // The bytes are evenly distributed already.
  std::size_t operator()(const oxbow::repo::ObjectId& id) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, id.bytes.data(), sizeof value);
    return value;
  }
};
