#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "schedule/step_runner.h"

namespace oxbow::schedule {

/// FakeRunner runs steps in virtual time, which goes on in wait() alone. A step takes its expected
/// time and succeeds, unless it was told otherwise. What must never happen is noted in `breaches`.
class FakeRunner final : public StepRunner {
 public:
  using Seconds = std::chrono::duration<double>;
  using Time = std::chrono::steady_clock::time_point;

  struct Start {
    StepIndex step{};
    double at = 0;  ///< seconds from the beginning
    IfBusy if_busy = IfBusy::come_back;
    std::vector<StepIndex> beside;  ///< what ran then
  };

  FakeRunner(const StepGraph& graph, std::size_t jobs)
      : graph_(graph), jobs_(jobs), succeeded_(graph.steps.size()) {
    for (const Step& step : graph.steps) seconds.push_back(step.expected);
  }

  // What happens.
  std::vector<double> seconds;                          ///< that each takes
  std::map<StepIndex, std::deque<StepResult>> results;  ///< of its attempts, before it succeeds
  std::map<StepIndex, double> busy_until;               ///< another process builds it so long
  std::map<StepIndex, std::string> unstartable;
  bool remembers = true;  ///< whether `starts` is kept

  // What happened.
  std::vector<Start> starts;
  std::size_t most_at_once = 0;
  std::size_t stops = 0;
  std::vector<std::string> breaches;

  double elapsed() const { return Seconds(now_.time_since_epoch()).count(); }
  std::size_t running() const { return running_.size(); }

  Result<void> start(StepIndex step, IfBusy if_busy) override {
    if (const auto found = unstartable.find(step); found != unstartable.end()) {
      return fail(found->second);
    }
    check_start(step);
    if (remembers) starts.push_back({step, elapsed(), if_busy, running_});
    running_.push_back(step);
    most_at_once = std::max(most_at_once, running_.size());
    StepEnd end{step, {}, false};
    end.result.outcome = verdict::Outcome::success;
    end.result.seconds = seconds[index(step)];
    double at = elapsed() + seconds[index(step)];
    if (const auto busy = busy_until.find(step); busy != busy_until.end()) {
      end.busy = if_busy == IfBusy::come_back && elapsed() < busy->second;
      end.result.found = !end.busy;
      at = end.busy ? elapsed() : std::max(elapsed(), busy->second);
    } else if (auto& script = results[step]; !script.empty()) {
      end.result = script.front();
      script.pop_front();
    }
    ends_.push({at, order_++, std::move(end)});
    return {};
  }

  std::optional<StepEnd> wait(std::chrono::milliseconds patience) override {
    const Time until = now_ + patience;
    if (ends_.empty() || time_of(ends_.top().at) > until) {
      now_ = until;
      return std::nullopt;
    }
    StepEnd end = ends_.top().end;
    now_ = std::max(now_, time_of(ends_.top().at));
    ends_.pop();
    std::erase(running_, end.step);
    succeeded_[index(end.step)] = !end.busy && end.result.outcome == verdict::Outcome::success;
    return end;
  }

  void stop() override {
    ++stops;
    running_.clear();
    ends_ = {};
  }

  Time now() const override { return now_; }

 private:
  struct End {
    double at = 0;
    std::size_t order = 0;
    StepEnd end;
    bool operator<(const End& other) const {
      return std::pair(at, order) > std::pair(other.at, other.order);
    }
  };

  static Time time_of(double at) { return Time(std::chrono::ceil<Time::duration>(Seconds(at))); }

  void check_start(StepIndex step) {
    const auto note = [&](const char* what) {
      breaches.push_back(fmt::format("step {} was started {}", index(step), what));
    };
    if (running_.size() >= jobs_) note("beside too many");
    if (succeeded_[index(step)]) note("again after its success");
    if (std::ranges::find(running_, step) != running_.end()) note("while it runs");
    for (const StepIndex dep : graph_[step].deps) {
      if (!succeeded_[index(dep)]) note("before a dependency had succeeded");
    }
  }

  const StepGraph& graph_;
  std::size_t jobs_;
  std::vector<bool> succeeded_;
  Time now_;
  std::vector<StepIndex> running_;
  std::priority_queue<End> ends_;
  std::size_t order_ = 0;
};

}  // namespace oxbow::schedule
