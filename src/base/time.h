#pragma once

#include <chrono>
#include <cstdint>

namespace oxbow {

/// A moment as the store keeps it: Unix time in milliseconds. No function of this folder reads a
/// clock; who calls says what time it is.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

constexpr std::int64_t to_number(Time time) { return time.time_since_epoch().count(); }
constexpr Time to_time(std::int64_t number) { return Time(std::chrono::milliseconds(number)); }

}  // namespace oxbow
