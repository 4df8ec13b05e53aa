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
      notices_(database, settings),
      now_(std::move(now)) {
  auto planned = runs_.layers(run_.id, 0, std::numeric_limits<std::int32_t>::max());
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

void BuildWatch::started(schedule::StepIndex step) {
  store::RunLayer& one = layer(step);
  one.state = store::LayerState::running;
  one.cached = false;
  unwritten_.insert(&one);
}

void BuildWatch::set_aside(schedule::StepIndex step) {
  store::RunLayer& one = layer(step);
  one.state = store::LayerState::waiting;
  unwritten_.insert(&one);
}

void BuildWatch::finished(schedule::StepIndex step, const schedule::StepResult& result) {
  store::RunLayer& one = layer(step);
  one.state = store::LayerState::done;
  one.outcome = verdict::name(result.outcome);
  one.seconds = result.seconds;
  one.cached = result.found;
  one.error_line = result.message;
  unwritten_.insert(&one);
}

void BuildWatch::at(const schedule::StepCounts& counts, double seconds_left) {
  const Time now = now_();
  const bool writes = !unwritten_.empty() && is_due(written_, between_writes, now);
  const bool shows = target_ < checks_.size() && is_due(shown_, between_shown, now);
  if (!writes && !shows) return;
  const auto done = database_->transaction([&]() -> Result<void> {
    if (writes) TRY(write_layers());
    return shows ? show(counts, seconds_left, now) : Result<void>();
  });
  if (writes) written_ = now;
  if (shows) shown_ = now;
  if (writes && done) unwritten_.clear();
}

Result<void> BuildWatch::write_layers() {
  for (const store::RunLayer* const layer : unwritten_) {
    TRY(runs_.set_layer(run_.id, *layer));
  }
  return {};
}

Result<void> BuildWatch::show(const schedule::StepCounts& counts, double seconds_left, Time now) {
  // A run that was cancelled has told so, and nothing is to be told after that.
  TRY_ASSIGN(const auto run, runs_.find(run_.id));
  if (!run || run->state != store::RunState::building) return {};
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
  return notices_.check(run_, checks_[target_],
                        progress_output(told, notices_.facts(run_, Stage::building)), now);
}

}  // namespace oxbow::bot
