#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"

namespace oxbow::bench {

[[noreturn]] void give_up(const std::string& message);

template <typename T>
T value_of(Result<T> result) {
  if (!result) give_up(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// In seconds. The CPU time is that of all threads, and of children that ended meanwhile: other
/// work on the machine adds little to it.
struct Cost {
  double cpu = 0;
  double wall = 0;
};

Cost cost_of(const std::function<void()>& work);

double median(std::vector<double> values);

/// Runs a program with its output thrown away; the largest memory that it had, in MiB.
long run_program(const std::vector<std::string>& words, const std::string& input = "/dev/null");

}  // namespace oxbow::bench
