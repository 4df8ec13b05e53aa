#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace oxbow {

/// A program to be run to its end: no shell, nothing on its standard input.
struct ProcessRequest {
  std::vector<std::string> arguments;                     ///< the program first, looked up in PATH
  std::optional<std::vector<std::string>> environment{};  ///< NAME=VALUE; ours where it is left out
  std::string directory{};                                ///< to start in; ours where it is empty
  std::optional<std::chrono::milliseconds> timeout{};
  std::size_t output_limit = std::size_t{1}
                             << 20;  ///< bytes of output that are kept, the last ones
};

struct ProcessEnd {
  int status = 0;  ///< its exit code, or 128 + the signal that ended it
  bool timed_out = false;
  std::string output;  ///< standard output and standard error, as they came
};

/// Runs a program and waits for it. When its time is over, and when we are killed, it is killed
/// too (what it started itself is not: see sandbox/sandbox.h for that). An error if it cannot be
/// started.
Result<ProcessEnd> run_process(const ProcessRequest& request);

}  // namespace oxbow
