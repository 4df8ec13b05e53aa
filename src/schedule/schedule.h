#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <span>
#include <utility>
#include <vector>

#include "schedule/step_graph.h"

namespace oxbow::schedule {

/// How many steps of a graph are where. Each is in one place.
struct StepCounts {
  static constexpr std::size_t outcomes = std::to_underlying(verdict::Outcome::internal_error) + 1;

  std::size_t waiting = 0;
  std::size_t running = 0;
  std::array<std::size_t, outcomes> ended{};  ///< by outcome

  std::size_t with(verdict::Outcome outcome) const { return ended[std::to_underlying(outcome)]; }
  std::size_t done() const;
  std::size_t total() const { return waiting + running + done(); }
};

/// Schedule is the state of a graph's steps: which may start, and which of those should first. That
/// is the one with the longest path of expected times above it, of equals the first in the graph. A
/// step without an expected time is taken for the median of the others, or for a second. It knows
/// no clock and starts nothing. The graph outlives it. For one thread.
class Schedule {
 public:
  /// Aborts if the graph has a cycle.
  explicit Schedule(const StepGraph& graph);

  struct Ready {
    StepIndex step{};
    bool was_busy = false;  ///< it came back, and nothing else is ready
  };

  /// Takes the step that should start now; none if all that is left waits for others. Whoever took
  /// a step gives it back by busy() or finished().
  std::optional<Ready> next();

  /// Puts a step that was taken behind all that are ready.
  void busy(StepIndex step);

  /// Ends a step that was taken. Unless it succeeded, all that stand on it end with it: cancelled
  /// where it is, dependency_failed otherwise, whether the trouble was the package's or ours (who
  /// reads the results sees by failed_step which). Returns those.
  std::vector<StepIndex> finished(StepIndex step, StepResult result);

  /// Ends all that have not ended, as cancelled, and returns them.
  std::vector<StepIndex> cancel();

  bool done() const { return counts_.waiting + counts_.running == 0; }
  const StepCounts& counts() const { return counts_; }
  const StepResult& result(StepIndex step) const { return results_[index(step)]; }

  /// A step that was taken, with the seconds that it has been running.
  struct Elapsed {
    StepIndex step{};
    double seconds = 0;
  };

  /// The seconds that are left if so many run at once. `taken` is all that were.
  double seconds_left(std::size_t workers, std::span<const Elapsed> taken) const;

  /// What became of each. Where several dependencies of a step failed, which one is blamed does not
  /// depend on which ended first: a package's own failure before an infrastructure error, and of
  /// equals the first in the graph.
  std::vector<StepResult> results() &&;

 private:
  // Longest path first, then first in the graph.
  struct Waiting {
    double path = 0;
    StepIndex step{};
    bool operator<(const Waiting& other) const {
      return path != other.path ? path < other.path : step > other.step;
    }
  };
  enum class Place : std::uint8_t { waiting, taken, ended };

  void estimate();
  void measure_paths();
  void move(StepIndex step, Place to);
  void end(StepIndex step, StepResult result);
  StepIndex culprit(StepIndex dep) const;

  const StepGraph& graph_;
  std::vector<std::vector<StepIndex>> dependents_;
  std::vector<StepIndex> order_;        // dependencies first
  std::vector<double> expected_;        // seconds of each
  std::vector<double> path_;            // the same with the longest path above
  std::vector<std::uint32_t> missing_;  // dependencies that have not succeeded
  std::vector<Place> places_;
  std::vector<StepResult> results_;
  std::priority_queue<Waiting> ready_;
  std::deque<StepIndex> busy_;
  StepCounts counts_;
  double left_ = 0;  // expected seconds of all that have not ended
};

}  // namespace oxbow::schedule
