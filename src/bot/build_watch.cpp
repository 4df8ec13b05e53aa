#include "bot/build_watch.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace oxbow::bot {
namespace {

constexpr std::chrono::seconds between_shown{2};

}  // namespace

BuildWatch::BuildWatch(const store::Run& run, std::vector<std::string> checks,
                       store::Database& database, store::Runs& runs, Notices& notices, Now now)
    : run_(run),
      checks_(std::move(checks)),
      database_(&database),
      runs_(&runs),
      notices_(&notices),
      now_(std::move(now)) {
  auto planned = runs_->layers(run.id, 0, std::numeric_limits<std::int32_t>::max());
  if (!planned) return;
  for (store::RunLayer& one : *planned) {
    std::size_t& next = next_position_[one.target];
    next = std::max(next, one.position + 1);
    layers_[{one.target, one.key}] = std::move(one);
  }
}

void BuildWatch::begin_graph(const schedule::StepGraph& graph, std::size_t cached) {
  graph_ = &graph;
  cached_ = cached;
  shown_.reset();
}

store::RunLayer& BuildWatch::layer(schedule::StepIndex step) {
  const layer::Recipe& spec = (*graph_)[step].spec;
  const auto [at, is_new] = layers_.try_emplace({target_, spec.key});
  if (is_new) {
    at->second.target = target_;
    at->second.position = next_position_[target_]++;
    at->second.package = spec.package.to_string();
    at->second.key = spec.key;
    at->second.reason = "the cache lacks it";
  }
  return at->second;
}

void BuildWatch::keep(const store::RunLayer& layer) {
  [[maybe_unused]] const auto passed_over = runs_->set_layer(run_.id, layer);
}

void BuildWatch::started(schedule::StepIndex step) {
  store::RunLayer& one = layer(step);
  one.state = store::LayerState::running;
  one.cached = false;
  keep(one);
}

void BuildWatch::set_aside(schedule::StepIndex step) {
  store::RunLayer& one = layer(step);
  one.state = store::LayerState::waiting;
  keep(one);
}

void BuildWatch::finished(schedule::StepIndex step, const schedule::StepResult& result) {
  store::RunLayer& one = layer(step);
  one.state = store::LayerState::done;
  one.outcome = verdict::name(result.outcome);
  one.seconds = result.seconds;
  one.cached = result.found;
  one.error_line = result.message;
  keep(one);
}

void BuildWatch::at(const schedule::StepCounts& counts, double seconds_left) {
  const Time now = now_();
  if (target_ >= checks_.size() || (shown_ && now - *shown_ < between_shown)) return;
  shown_ = now;
  BuildCounts told;
  told.layers = counts.total() + cached_;
  told.cached = cached_;
  told.done = counts.done();
  told.failed = counts.with(verdict::Outcome::failure) + counts.with(verdict::Outcome::timed_out);
  told.seconds_left = seconds_left;
  for (const auto& [key, one] : layers_) {
    if (key.first == target_ && one.state == store::LayerState::running) {
      told.running.push_back(one.package);
    }
  }
  const RunFacts facts = notices_->facts(run_, Stage::building);
  [[maybe_unused]] const auto passed_over = database_->transaction([&]() -> Result<void> {
    // A run that was cancelled has told so, and nothing is to be told after that.
    const auto run = runs_->find(run_.id);
    if (!run || !*run || (*run)->state != store::RunState::building) return {};
    return notices_->check(run_, checks_[target_], progress_output(told, facts), now);
  });
}

}  // namespace oxbow::bot
