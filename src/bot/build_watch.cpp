#include "bot/build_watch.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace oxbow::bot {
namespace {

constexpr std::chrono::milliseconds between_writes{500};
constexpr std::chrono::seconds between_shown{2};

// Whether something done at `last` may be done again.
bool is_due(const std::optional<Time>& last, std::chrono::milliseconds apart, Time now) {
  return !last || now - *last >= apart;
}

}  // namespace

BuildWatch::BuildWatch(store::Run run, std::vector<std::string> checks, store::Database& database,
                       const BotSettings& settings, Now now)
    : run_(std::move(run)),
      checks_(std::move(checks)),
      database_(&database),
      runs_(database),
      results_(database),
      notices_(database, settings),
      now_(std::move(now)) {
  auto planned = results_.layers(run_.id, 0, std::numeric_limits<std::int32_t>::max());
  if (!planned) return;
  for (store::RunLayer& one : *planned) {
    std::size_t& next = next_position_[one.target];
    next = std::max(next, one.position + 1);
    layers_[{one.target, one.key}] = std::move(one);
  }
}

BuildWatch::~BuildWatch() {
  if (unwritten_.empty()) return;
  [[maybe_unused]] const auto passed_over =
      database_->transaction([this] { return write_layers(); });
}

void BuildWatch::begin(const job::LayerSteps& steps) {
  steps_ = &steps;
  shown_.reset();
  progress_.assign(steps.target_count(), {});
  for (std::size_t i = 0; i < progress_.size(); ++i) {
    progress_[i].counts.cached = steps.cached(static_cast<job::TargetIndex>(i));
    progress_[i].counts.layers = progress_[i].counts.cached;
  }
  for (std::size_t i = 0; i < steps.graph().steps.size(); ++i) {
    for (const job::TargetIndex target : steps.targets(static_cast<schedule::StepIndex>(i))) {
      ++progress_[job::index(target)].counts.layers;
    }
  }
}

store::RunLayer& BuildWatch::layer(std::size_t target, schedule::StepIndex step) {
  const auto [at, is_new] = layers_.try_emplace({target, steps_->key(step)});
  if (is_new) {
    at->second.target = target;
    at->second.position = next_position_[target]++;
    at->second.package = steps_->package(step).to_string();
    at->second.key = steps_->key(step);
    at->second.reason = "the cache lacks it";
  }
  return at->second;
}

void BuildWatch::started(schedule::StepIndex step) {
  for (const job::TargetIndex target : steps_->targets(step)) {
    store::RunLayer& one = layer(job::index(target), step);
    one.state = store::LayerState::running;
    one.cached = false;
    unwritten_.insert(&one);
    progress_[job::index(target)].running.push_back(step);
  }
}

void BuildWatch::set_aside(schedule::StepIndex step) {
  for (const job::TargetIndex target : steps_->targets(step)) {
    store::RunLayer& one = layer(job::index(target), step);
    one.state = store::LayerState::waiting;
    unwritten_.insert(&one);
    std::erase(progress_[job::index(target)].running, step);
  }
}

void BuildWatch::finished(schedule::StepIndex step, const schedule::StepResult& result) {
  const bool failed =
      result.outcome == verdict::Outcome::failure || result.outcome == verdict::Outcome::timed_out;
  for (const job::TargetIndex target : steps_->targets(step)) {
    store::RunLayer& one = layer(job::index(target), step);
    one.state = store::LayerState::done;
    one.outcome = result.outcome;
    one.seconds = result.seconds;
    one.cached = result.found;
    one.error_line = result.message;
    unwritten_.insert(&one);
    Progress& progress = progress_[job::index(target)];
    std::erase(progress.running, step);
    ++progress.counts.done;
    if (failed) ++progress.counts.failed;
  }
}

void BuildWatch::at(const schedule::StepCounts& /*counts*/, double seconds_left) {
  const Time now = now_();
  const bool writes = !unwritten_.empty() && is_due(written_, between_writes, now);
  const bool shows = is_due(shown_, between_shown, now);
  if (!writes && !shows) return;
  const auto done = database_->transaction([&]() -> Result<void> {
    if (writes) TRY(write_layers());
    return shows ? show(seconds_left, now) : Result<void>();
  });
  if (writes) written_ = now;
  if (shows) shown_ = now;
  if (writes && done) unwritten_.clear();
}

Result<void> BuildWatch::write_layers() {
  for (const store::RunLayer* const layer : unwritten_) {
    TRY(results_.set_layer(run_.id, *layer));
  }
  return {};
}

Result<void> BuildWatch::show(double seconds_left, Time now) {
  // A run that was cancelled has told so, and nothing is to be told after that.
  TRY_ASSIGN(const auto run, runs_.find(run_.id));
  if (!run || run->state != store::RunState::building) return {};
  const RunFacts facts = notices_.facts(run_, Stage::building);
  for (std::size_t i = 0; i < std::min(progress_.size(), checks_.size()); ++i) {
    Progress& progress = progress_[i];
    const bool ended = progress.counts.done + progress.counts.cached == progress.counts.layers;
    // Where there is nothing to build, nothing is told.
    if (progress.is_told || progress.counts.layers == progress.counts.cached) continue;
    BuildCounts counts = progress.counts;
    counts.seconds_left = ended ? 0 : seconds_left;
    for (const schedule::StepIndex step : progress.running) {
      counts.running.push_back(steps_->package(step).to_string());
    }
    TRY(notices_.check(run_, checks_[i], progress_output(counts, facts), now));
    progress.is_told = ended;
  }
  return {};
}

}  // namespace oxbow::bot
