#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/error.h"
#include "schedule/schedule.h"
#include "schedule/step_graph.h"
#include "schedule/step_runner.h"

namespace oxbow::schedule {

/// StepObserver is told how a run goes, on the thread that runs it.
class StepObserver {
 public:
  virtual ~StepObserver() = default;

  virtual void started(StepIndex step) = 0;

  /// It runs no more and will be started again: another process is building it, or it met trouble
  /// that may pass.
  virtual void set_aside(StepIndex step) = 0;

  /// Told once of every step, also of one that was never started.
  virtual void finished(StepIndex step, const StepResult& result) = 0;

  /// Told after every change, and each `tick` in between.
  virtual void at(const StepCounts& counts, double seconds_left) = 0;
};

struct ExecutorSettings {
  std::size_t jobs = 1;              ///< steps that run at once
  bool keep_going = true;            ///< or start nothing more after the first failure
  std::optional<std::size_t> limit;  ///< of steps that are started; the rest is cancelled

  /// How often a step is started that meets trouble which may pass, and how long it rests before
  /// the second time; twice as long before each that follows.
  std::uint32_t attempts = 3;
  std::chrono::milliseconds pause{5000};

  std::chrono::milliseconds tick{100};

  /// Asked after each wait of the runner, which an interruption cuts short.
  std::function<bool()> stop_requested = [] { return false; };
};

/// Runs all steps, each when those it depends on have succeeded, the longest path first.
///
/// A step that another process is building makes way for others; when no other is ready it is
/// started once more to wait for that process, and holds one of the `jobs` meanwhile (should the
/// other give up, it builds). A step that ran out of memory is tried again with nothing at its
/// side, since those may have been the cause. When a stop is requested, the runner is stopped and
/// all that has not ended is cancelled.
///
/// An error is only what no step could be started for.
Result<std::vector<StepResult>> run_steps(const StepGraph& graph, StepRunner& runner,
                                          const ExecutorSettings& settings, StepObserver& observer);

}  // namespace oxbow::schedule
