#include "base/duration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace oxbow {
namespace {

constexpr std::int64_t minute = 60;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;

// Longer than anything that we tell of, and NaN is 0.
double within_bounds(double seconds) { return seconds > 0 ? std::min(seconds, 1e12) : 0; }

std::string two_units(std::int64_t first, const char* unit, std::int64_t second, const char* of) {
  return second == 0 ? fmt::format("{} {}", first, unit)
                     : fmt::format("{} {} {} {}", first, unit, second, of);
}

}  // namespace

std::string duration_text(double seconds) {
  const double bounded = within_bounds(seconds);
  return bounded < 9.95 ? fmt::format("{:.1f} s", bounded) : clock_text(bounded);
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(within_bounds(seconds)));
  if (whole < minute) return fmt::format("{} s", whole);
  if (whole < hour) return two_units(whole / minute, "min", whole % minute, "s");
  if (whole < 2 * day) return two_units(whole / hour, "h", whole % hour / minute, "min");
  return two_units(whole / day, "d", whole % day / hour, "h");
}

std::string age_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(within_bounds(seconds));
  if (whole < 2 * minute) return fmt::format("{} s", whole);
  if (whole < 2 * hour) return fmt::format("{} min", whole / minute);
  if (whole < 2 * day) return fmt::format("{} h", whole / hour);
  return fmt::format("{} d", whole / day);
}

}  // namespace oxbow
