#include "schedule/schedule.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace oxbow::schedule {

using verdict::Outcome;

std::size_t StepCounts::done() const {
  return std::accumulate(ended.begin(), ended.end(), std::size_t{0});
}

Schedule::Schedule(const StepGraph& graph)
    : graph_(graph),
      dependents_(graph.steps.size()),
      missing_(graph.steps.size()),
      places_(graph.steps.size()),
      results_(graph.steps.size()) {
  const std::size_t size = graph.steps.size();
  counts_.waiting = size;
  for (std::size_t i = 0; i < size; ++i) {
    for (const StepIndex dep : graph.steps[i].deps) dependents_[index(dep)].push_back(StepIndex(i));
    missing_[i] = static_cast<std::uint32_t>(graph.steps[i].deps.size());
  }
  estimate();
  measure_paths();
  for (std::size_t i = 0; i < size; ++i) {
    if (missing_[i] == 0) ready_.push({path_[i], StepIndex(i)});
  }
}

void Schedule::estimate() {
  std::vector<double> known;
  for (const Step& step : graph_.steps) {
    if (step.expected > 0) known.push_back(step.expected);
  }
  double median = 1;
  if (!known.empty()) {
    const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
    std::ranges::nth_element(known, middle);
    median = *middle;
  }
  for (const Step& step : graph_.steps) {
    expected_.push_back(step.expected > 0 ? step.expected : median);
  }
  left_ = std::accumulate(expected_.begin(), expected_.end(), 0.0);
}

void Schedule::measure_paths() {
  std::vector<std::uint32_t> missing = missing_;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (missing[i] == 0) order_.push_back(StepIndex(i));
  }
  for (std::size_t i = 0; i < order_.size(); ++i) {
    for (const StepIndex above : dependents_[index(order_[i])]) {
      if (--missing[index(above)] == 0) order_.push_back(above);
    }
  }
  if (order_.size() != graph_.steps.size()) std::abort();
  path_ = expected_;
  for (auto step = order_.rbegin(); step != order_.rend(); ++step) {
    double longest = 0;
    for (const StepIndex above : dependents_[index(*step)]) {
      longest = std::max(longest, path_[index(above)]);
    }
    path_[index(*step)] += longest;
  }
}

void Schedule::move(StepIndex step, Place to) {
  Place& place = places_[index(step)];
  if (place == Place::waiting) --counts_.waiting;
  if (place == Place::taken) --counts_.running;
  if (to == Place::waiting) ++counts_.waiting;
  if (to == Place::taken) ++counts_.running;
  place = to;
}

std::optional<Schedule::Ready> Schedule::next() {
  Ready ready;
  if (!ready_.empty()) {
    ready.step = ready_.top().step;
    ready_.pop();
  } else if (!busy_.empty()) {
    ready = {busy_.front(), true};
    busy_.pop_front();
  } else {
    return std::nullopt;
  }
  move(ready.step, Place::taken);
  return ready;
}

void Schedule::busy(StepIndex step) {
  move(step, Place::waiting);
  busy_.push_back(step);
}

void Schedule::end(StepIndex step, StepResult result) {
  move(step, Place::ended);
  ++counts_.ended[std::to_underlying(result.outcome)];
  left_ -= expected_[index(step)];
  results_[index(step)] = std::move(result);
}

std::vector<StepIndex> Schedule::finished(StepIndex step, StepResult result) {
  const Outcome outcome = result.outcome;
  end(step, std::move(result));
  if (outcome == Outcome::success) {
    for (const StepIndex above : dependents_[index(step)]) {
      if (--missing_[index(above)] == 0) ready_.push({path_[index(above)], above});
    }
    return {};
  }
  StepResult left_out;
  if (outcome != Outcome::cancelled) {
    left_out.outcome = Outcome::dependency_failed;
    left_out.failed_step = step;
  }
  std::vector<StepIndex> ended;
  const auto end_above = [&](StepIndex below) {
    for (const StepIndex above : dependents_[index(below)]) {
      if (places_[index(above)] == Place::ended) continue;
      end(above, left_out);
      ended.push_back(above);
    }
  };
  end_above(step);
  for (std::size_t i = 0; i < ended.size(); ++i) end_above(ended[i]);
  return ended;
}

std::vector<StepIndex> Schedule::cancel() {
  std::vector<StepIndex> ended;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i] == Place::ended) continue;
    end(StepIndex(i), {});
    ended.push_back(StepIndex(i));
  }
  ready_ = {};
  busy_.clear();
  return ended;
}

double Schedule::seconds_left(std::size_t workers, std::span<const Elapsed> taken) const {
  // What is not ready yet has a longer path below it that is, or was taken.
  double longest = ready_.empty() ? 0 : ready_.top().path;
  for (const StepIndex step : busy_) longest = std::max(longest, path_[index(step)]);
  double left = left_;
  for (const Elapsed& running : taken) {
    const double over = std::min(running.seconds, expected_[index(running.step)]);
    longest = std::max(longest, path_[index(running.step)] - over);
    left -= over;
  }
  return std::max({longest, left / static_cast<double>(std::max<std::size_t>(workers, 1)), 0.0});
}

StepIndex Schedule::culprit(StepIndex dep) const {
  const StepResult& result = results_[index(dep)];
  return result.outcome == Outcome::dependency_failed ? result.failed_step : dep;
}

std::vector<StepResult> Schedule::results() && {
  const auto rank = [&](StepIndex step) {
    return std::pair(!verdict::is_lasting(results_[index(step)].outcome), step);
  };
  for (const StepIndex step : order_) {
    StepResult& result = results_[index(step)];
    if (result.outcome != Outcome::dependency_failed) continue;
    for (const StepIndex dep : graph_[step].deps) {
      const Outcome outcome = results_[index(dep)].outcome;
      if (outcome == Outcome::success || outcome == Outcome::cancelled) continue;
      result.failed_step = std::min(result.failed_step, culprit(dep),
                                    [&](auto x, auto y) { return rank(x) < rank(y); });
    }
  }
  return std::move(results_);
}

}  // namespace oxbow::schedule
