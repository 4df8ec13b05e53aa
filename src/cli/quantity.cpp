#include "cli/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <span>

namespace oxbow::cli {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array size_units = {Unit{"", 1}, Unit{"K", 1ULL << 10U}, Unit{"M", 1ULL << 20U},
                                   Unit{"G", 1ULL << 30U}, Unit{"T", 1ULL << 40U}};
constexpr std::array age_units = {Unit{"s", 1}, Unit{"m", 60}, Unit{"h", 3600}, Unit{"d", 86400},
                                  Unit{"w", 604800}};

std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units) {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name = text.substr(static_cast<std::size_t>(rest - text.data()));
  const auto unit = std::ranges::find(units, name, &Unit::name);
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  if (unit == units.end() || number > most / unit->factor) return std::nullopt;
  return number * unit->factor;
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
  if (const auto size = parse(text, size_units)) return *size;
  return fail(fmt::format("'{}' is not a size; write a number and K, M, G or T, as in 20G", text));
}

Result<std::chrono::seconds> parse_age(std::string_view text) {
  // Longer than any clock of ours knows of.
  constexpr std::uint64_t longest = 200ULL * 365 * 86400;
  const auto age = parse(text, age_units);
  if (age && *age <= longest) return std::chrono::seconds(*age);
  return fail(
      fmt::format("'{}' is not an age; write a number and s, m, h, d or w, as in 30d", text));
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  constexpr std::array names = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; size >= 1023.95; size /= 1024) ++unit;
  return fmt::format("{:.1f} {}", size, names[unit]);
}

}  // namespace oxbow::cli
