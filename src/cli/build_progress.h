#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "schedule/executor.h"

namespace oxbow::cli {

/// What BuildProgress shows at a moment.
struct BuildStatus {
  struct Running {
    std::string name;  ///< printable
    double seconds = 0;
  };

  schedule::StepCounts counts;
  std::size_t cached = 0;  ///< layers that needed no step
  double seconds_left = 0;
  std::vector<Running> running;  ///< those that have run the longest first
};

/// The status as two lines (the second may be empty) of at most `width` columns.
std::vector<std::string> status_lines(const BuildStatus& status, std::size_t width);

/// BuildProgress shows at the bottom of a terminal, on standard error, how far the steps are, and
/// above it a line for each that fails. What it shows at the bottom goes when it is destroyed.
/// Where that is not a terminal it is silent. For one thread.
class BuildProgress final : public schedule::StepObserver {
 public:
  /// `name` is what a step is called, which need not be printable.
  using Name = std::function<std::string(schedule::StepIndex step)>;

  BuildProgress(Name name, std::size_t cached);
  BuildProgress(const BuildProgress&) = delete;
  BuildProgress& operator=(const BuildProgress&) = delete;
  ~BuildProgress() override;

  void started(schedule::StepIndex step) override;
  void set_aside(schedule::StepIndex step) override;
  void finished(schedule::StepIndex step, const schedule::StepResult& result) override;
  void at(const schedule::StepCounts& counts, double seconds_left) override;

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Since {
    schedule::StepIndex step{};
    Time time;
  };

  std::string name(schedule::StepIndex step) const;
  void erase();

  Name name_;
  std::size_t cached_;
  bool on_terminal_;
  std::vector<Since> running_;
  Time drawn_;
  std::size_t lines_ = 0;  // that are at the bottom now
};

}  // namespace oxbow::cli
