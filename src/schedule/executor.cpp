#include "schedule/executor.h"

#include <algorithm>
#include <deque>

namespace oxbow::schedule {
namespace {

using verdict::Outcome;
using verdict::Trouble;
using Time = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

bool may_pass(const StepResult& result) {
  return result.outcome == Outcome::internal_error &&
         (result.trouble == Trouble::source_unavailable ||
          result.trouble == Trouble::out_of_memory || result.trouble == Trouble::disk_full);
}

/// One run of the steps of a graph. A step that the schedule gave out is running, resting or a
/// retry.
class Run {
 public:
  Run(const StepGraph& graph, StepRunner& runner, const ExecutorSettings& settings,
      StepObserver& observer)
      : runner_(runner),
        settings_(settings),
        observer_(observer),
        schedule_(graph),
        attempts_(graph.steps.size()),
        alone_(graph.steps.size()) {}

  Result<std::vector<StepResult>> run();

 private:
  struct Since {
    StepIndex step{};
    Time time;
  };
  struct Candidate {
    StepIndex step{};
    StepRunner::IfBusy if_busy = StepRunner::IfBusy::come_back;
  };

  std::size_t jobs() const { return std::max<std::size_t>(settings_.jobs, 1); }
  bool closed() const;
  bool runs_alone() const { return running_.size() == 1 && alone_[index(running_[0].step)]; }
  std::optional<Candidate> choose();
  Result<void> start_ready();
  void wake();
  void handle(StepEnd end);
  void rest(StepIndex step, Trouble trouble);
  void conclude(StepIndex step, StepResult result);
  void cancel();
  void tell();
  milliseconds patience() const;

  StepRunner& runner_;
  const ExecutorSettings& settings_;
  StepObserver& observer_;
  Schedule schedule_;
  std::vector<std::uint32_t> attempts_;
  std::vector<bool> alone_;     // whether the next attempt is to have nothing at its side
  std::vector<Since> running_;  // and since when
  std::vector<Since> resting_;  // and until when
  std::deque<StepIndex> retries_;
  std::size_t started_ = 0;
  bool failed_ = false;
  std::vector<Schedule::Elapsed> elapsed_;  // kept for its memory
};

bool Run::closed() const {
  return (failed_ && !settings_.keep_going) || (settings_.limit && started_ >= *settings_.limit);
}

void Run::wake() {
  const Time now = runner_.now();
  const auto due = [&](const Since& resting) { return resting.time <= now; };
  for (const Since& resting : resting_) {
    if (due(resting)) retries_.push_back(resting.step);
  }
  std::erase_if(resting_, due);
}

std::optional<Run::Candidate> Run::choose() {
  if (running_.size() >= jobs() || runs_alone()) return std::nullopt;
  if (!retries_.empty()) {
    const StepIndex step = retries_.front();
    if (alone_[index(step)] && !running_.empty()) return std::nullopt;
    retries_.pop_front();
    return Candidate{step};
  }
  if (closed()) return std::nullopt;
  const auto ready = schedule_.next();
  if (!ready) return std::nullopt;
  return Candidate{ready->step,
                   ready->was_busy ? StepRunner::IfBusy::wait : StepRunner::IfBusy::come_back};
}

Result<void> Run::start_ready() {
  wake();
  while (const auto chosen = choose()) {
    TRY(runner_.start(chosen->step, chosen->if_busy));
    running_.push_back({chosen->step, runner_.now()});
    if (attempts_[index(chosen->step)]++ == 0) ++started_;
    observer_.started(chosen->step);
  }
  return {};
}

void Run::rest(StepIndex step, Trouble trouble) {
  alone_[index(step)] = trouble == Trouble::out_of_memory;
  const auto factor = std::int64_t{1} << std::min(attempts_[index(step)] - 1, 16U);
  resting_.push_back({step, runner_.now() + settings_.pause * factor});
  observer_.set_aside(step);
}

void Run::handle(StepEnd end) {
  std::erase_if(running_, [&](const Since& running) { return running.step == end.step; });
  std::uint32_t& attempts = attempts_[index(end.step)];
  if (end.busy) {
    if (--attempts == 0) --started_;
    alone_[index(end.step)] = false;
    schedule_.busy(end.step);
    observer_.set_aside(end.step);
  } else if (may_pass(end.result) && attempts < settings_.attempts) {
    rest(end.step, end.result.trouble);
  } else {
    end.result.attempts = attempts;
    conclude(end.step, std::move(end.result));
  }
}

void Run::conclude(StepIndex step, StepResult result) {
  failed_ = failed_ || result.outcome != Outcome::success;
  const auto ended = schedule_.finished(step, std::move(result));
  observer_.finished(step, schedule_.result(step));
  for (const StepIndex above : ended) observer_.finished(above, schedule_.result(above));
}

void Run::cancel() {
  for (const StepIndex step : schedule_.cancel()) {
    observer_.finished(step, schedule_.result(step));
  }
  running_.clear();
  resting_.clear();
}

void Run::tell() {
  const Time now = runner_.now();
  elapsed_.clear();
  for (const Since& running : running_) {
    elapsed_.push_back({running.step, std::chrono::duration<double>(now - running.time).count()});
  }
  for (const Since& resting : resting_) elapsed_.push_back({resting.step, 0});
  for (const StepIndex step : retries_) elapsed_.push_back({step, 0});
  StepCounts counts = schedule_.counts();
  counts.waiting += counts.running - running_.size();
  counts.running = running_.size();
  observer_.at(counts, schedule_.seconds_left(jobs(), elapsed_));
}

milliseconds Run::patience() const {
  milliseconds shortest = settings_.tick;
  const Time now = runner_.now();
  for (const Since& resting : resting_) {
    shortest = std::min(shortest, std::chrono::ceil<milliseconds>(resting.time - now));
  }
  return std::max(shortest, milliseconds(0));
}

Result<std::vector<StepResult>> Run::run() {
  while (!settings_.stop_requested()) {
    if (auto started = start_ready(); !started) {
      runner_.stop();
      return std::unexpected(started.error());
    }
    tell();
    // Then nothing can be started either: what is ready, and what is to be tried again, would run.
    if (running_.empty() && resting_.empty()) break;
    if (auto end = runner_.wait(patience())) handle(std::move(*end));
  }
  if (!running_.empty()) runner_.stop();
  cancel();
  tell();
  return std::move(schedule_).results();
}

}  // namespace

Result<std::vector<StepResult>> run_steps(const StepGraph& graph, StepRunner& runner,
                                          const ExecutorSettings& settings,
                                          StepObserver& observer) {
  return Run(graph, runner, settings, observer).run();
}

}  // namespace oxbow::schedule
