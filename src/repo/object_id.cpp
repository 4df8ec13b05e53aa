#include "repo/object_id.h"

#include "base/ascii.h"
#include "base/hash.h"

namespace oxbow::repo {
std::optional<ObjectId> ObjectId::from_hex(std::string_view hex) {
  ObjectId id;
  if (hex.size() != 2 * id.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    const int high = hex_value(hex[2 * i]);
    const int low = hex_value(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(16 * high + low);
  }
  return id;
}

std::string ObjectId::hex() const { return to_hex(bytes); }

}  // namespace oxbow::repo
