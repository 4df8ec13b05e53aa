#include "tests/bench/build_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <numeric>
#include <random>
#include <vector>

#include "schedule/executor.h"
#include "tests/fakes/fake_runner.h"

namespace oxbow {
namespace {

using namespace oxbow::schedule;

constexpr std::size_t step_count = 2000;
constexpr std::size_t level_count = 12;
constexpr double required = 1.1;

/// In [0, 1), the same with every library.
double fraction(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11U) / 9007199254740992.0;
}

/// Log-normal, as build times are: half take less than 6 s, one in a hundred more than 100 s.
double build_seconds(std::mt19937_64& random) {
  const double normal = std::sqrt(-2 * std::log(1 - fraction(random))) *
                        std::cos(2 * std::numbers::pi * fraction(random));
  return 6 * std::exp(1.2 * normal);
}

/// A cone in levels: the package that changed, and above it levels of which each is two thirds as
/// large as the one below. A step stands on one of the level below and up to four others further
/// down, more often on those that come first there (as a few packages are what most depend on).
StepGraph cone(std::mt19937_64& random) {
  std::vector<std::size_t> begins = {0, 1};
  double share = (step_count - 1) / 3.0;
  for (double end = 1; begins.size() < level_count; share *= 2 / 3.0) {
    end += share;
    begins.push_back(static_cast<std::size_t>(end));
  }
  begins.push_back(step_count);
  const auto pick = [&](std::size_t from, std::size_t to) {
    const double skewed = std::pow(fraction(random), 3);
    return StepIndex(from + static_cast<std::size_t>(skewed * static_cast<double>(to - from)));
  };
  StepGraph graph;
  for (std::size_t level = 0; level < level_count; ++level) {
    for (std::size_t i = begins[level]; i < begins[level + 1]; ++i) {
      Step step;
      step.expected = build_seconds(random);
      if (level > 0) {
        step.deps.push_back(pick(begins[level - 1], begins[level]));
        for (auto others = random() % 5; others > 0; --others) {
          step.deps.push_back(pick(0, begins[level]));
        }
      }
      graph.steps.push_back(std::move(step));
    }
  }
  return graph;
}

class Silent final : public StepObserver {
 public:
  void started(StepIndex) override {}
  void set_aside(StepIndex) override {}
  void finished(StepIndex, const StepResult&) override {}
  void at(const StepCounts&, double) override {}
};

struct Makespan {
  double bound = 0;      ///< max(critical path, total / jobs), in seconds
  double simulated = 0;  ///< what the executor came to
  double own = 0;        ///< seconds that the executor itself took for it
};

Makespan makespan(const StepGraph& recorded, const std::vector<double>& seconds, std::size_t jobs) {
  // The bound is that of the real times; the executor knows only the recorded ones.
  StepGraph real = recorded;
  for (std::size_t i = 0; i < seconds.size(); ++i) real.steps[i].expected = seconds[i];
  Makespan result;
  result.bound = Schedule(real).seconds_left(jobs, {});
  FakeRunner runner(recorded, jobs);
  runner.seconds = seconds;
  runner.remembers = false;
  ExecutorSettings settings;
  settings.jobs = jobs;
  settings.tick = std::chrono::hours(1);
  Silent observer;
  const auto start = std::chrono::steady_clock::now();
  const auto results = run_steps(recorded, runner, settings, observer);
  result.own = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!results || !runner.breaches.empty()) {
    fmt::print(stderr, "oxbow_bench: the simulated run went wrong\n");
    std::exit(2);
  }
  result.simulated = runner.elapsed();
  return result;
}

}  // namespace

bool build_rows() {
  std::mt19937_64 random(2000);
  const StepGraph recorded = cone(random);
  // What a build takes differs from the last time that it was recorded.
  std::vector<double> seconds;
  for (const Step& step : recorded.steps) {
    seconds.push_back(step.expected * (0.8 + 0.4 * fraction(random)));
  }
  fmt::print(
      "\nA cone of {} steps, simulated; real times differ from the recorded ones by up to 20 %. "
      "The "
      "bound is max(critical path, total / jobs):\n\n"
      "| jobs | bound | makespan | × bound | required | executor's own time a step | |\n"
      "|---|---|---|---|---|---|---|\n",
      recorded.steps.size());
  bool kept = true;
  for (const std::size_t jobs : {2U, 8U, 32U, 128U}) {
    const Makespan found = makespan(recorded, seconds, jobs);
    const double multiple = found.simulated / found.bound;
    kept = kept && multiple <= required;
    fmt::print("| {} | {:.0f} s | {:.0f} s | {:.3f} | ≤ {} | {:.1f} µs | {} |\n", jobs, found.bound,
               found.simulated, multiple, required,
               1e6 * found.own / static_cast<double>(recorded.steps.size()),
               multiple <= required ? "ok" : "MISSED");
  }
  std::fflush(stdout);
  return kept;
}

}  // namespace oxbow
