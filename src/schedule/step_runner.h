#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "schedule/step_graph.h"

namespace oxbow::schedule {

/// What came back from a step that was started.
struct StepEnd {
  StepIndex step{};
  StepResult result;
  /// Another process is building this layer at the moment; nothing was done. `result` is not set.
  bool busy = false;
};

/// StepRunner runs steps: LocalRunner as processes on this machine, a fake in no time. For one
/// thread.
class StepRunner {
 public:
  StepRunner() = default;
  StepRunner(const StepRunner&) = delete;
  StepRunner& operator=(const StepRunner&) = delete;
  virtual ~StepRunner() = default;

  /// Whether a step that another process is building is waited for, or comes back as busy.
  enum class IfBusy : std::uint8_t { wait, come_back };

  /// Starts a step of the graph that the runner was made for. The error is trouble that would meet
  /// every step (no process can be started), and ends the run.
  virtual Result<void> start(StepIndex step, IfBusy if_busy) = 0;

  /// Waits for the next step to end; none when `patience` is over before, or the run was
  /// interrupted.
  virtual std::optional<StepEnd> wait(std::chrono::milliseconds patience) = 0;

  /// Ends all that runs, and waits until it is gone.
  virtual void stop() = 0;

  /// The time, for what takes how long.
  virtual std::chrono::steady_clock::time_point now() const = 0;
};

}  // namespace oxbow::schedule
