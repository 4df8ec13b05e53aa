#pragma once

#include <chrono>
#include <cstdint>

namespace oxbow {

/// A moment as the store keeps it: Unix time in milliseconds.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

constexpr std::int64_t to_number(Time time) { return time.time_since_epoch().count(); }
constexpr Time to_time(std::int64_t number) { return Time(std::chrono::milliseconds(number)); }

/// Unix time in seconds.
constexpr double to_seconds(Time time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

/// What the clock says. Only for the outermost: whoever can be given the time takes it as an
/// argument.
inline Time now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace oxbow
