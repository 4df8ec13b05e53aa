#include "bot/label.h"

#include <algorithm>
#include <array>

namespace oxbow::bot {
namespace {

struct Bucket {
  std::size_t most;  // packages; of the last: any number
  std::string_view label;
  std::string_view colour;
};

// ofborg's buckets, which maintainers of package repositories know.
constexpr std::array buckets = {
    Bucket{0, "rebuild: 0", "c2e0c6"},           Bucket{10, "rebuild: 1-10", "d4e8b8"},
    Bucket{100, "rebuild: 11-100", "f2e5a0"},    Bucket{500, "rebuild: 101-500", "f5cf9f"},
    Bucket{1000, "rebuild: 501-1000", "f2b38f"}, Bucket{2500, "rebuild: 1001-2500", "ec9a86"},
    Bucket{0, "rebuild: 2501+", "e07a70"},
};

const Bucket* find(std::string_view label) {
  const auto found = std::ranges::find(buckets, label, &Bucket::label);
  return found == buckets.end() ? nullptr : &*found;
}

}  // namespace

std::string_view rebuild_label(std::size_t packages) {
  for (std::size_t i = 0; i + 1 < buckets.size(); ++i) {
    if (packages <= buckets[i].most) return buckets[i].label;
  }
  return buckets.back().label;
}

bool is_rebuild_label(std::string_view label) { return find(label) != nullptr; }

std::string_view label_colour(std::string_view label) {
  const Bucket* const bucket = find(label);
  return bucket == nullptr ? buckets.front().colour : bucket->colour;
}

}  // namespace oxbow::bot
