#include "job/layer_run.h"

#include <algorithm>

#include "cache/build_times.h"
#include "verdict/comparison.h"

namespace oxbow::job {

using verdict::Outcome;

// Some layers and all below them, dependencies first; those in a circle last.
std::vector<NodeIndex> LayerRun::with_all_below(std::vector<NodeIndex> open) const {
  std::vector<bool> chosen(graph_->nodes().size());
  while (!open.empty()) {
    const NodeIndex at = open.back();
    open.pop_back();
    if (chosen[index(at)]) continue;
    chosen[index(at)] = true;
    const auto& deps = (*graph_)[at].deps;
    open.insert(open.end(), deps.begin(), deps.end());
  }
  std::vector<NodeIndex> all;
  for (const NodeIndex at : order_) {
    if (chosen[index(at)]) all.push_back(at);
    chosen[index(at)] = false;
  }
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i]) all.push_back(static_cast<NodeIndex>(i));
  }
  return all;
}

// Takes what the cache knows of a layer.
void LayerRun::look_up(NodeIndex at) {
  const auto record = store_->find((*graph_)[at].key);
  if (!record) {
    warnings_.push_back(record.error().message + "; it is put aside and built again");
    return;
  }
  if (!*record || !is_settled(**record, *settings_)) return;
  LayerOutcome outcome;
  outcome.result.outcome = (*record)->outcome;
  outcome.result.seconds = (*record)->seconds;
  outcome.cached = true;
  outcomes_[index(at)] = std::move(outcome);
}

// What is built needs all below it mounted; what is there needs nothing.
Result<void> LayerRun::choose(std::span<const NodeIndex> wanted) {
  const std::vector<NodeIndex> all = with_all_below({wanted.begin(), wanted.end()});
  std::vector<std::string> keys;
  for (const NodeIndex at : all) keys.push_back((*graph_)[at].key);
  TRY_ASSIGN(auto lease, store_->lease(keys));
  if (lease) lease_.emplace(std::move(*lease));
  std::vector<bool> listed(graph_->nodes().size());
  std::vector<NodeIndex> missing;
  for (const NodeIndex at : wanted) {
    look_up(at);
    listed[index(at)] = true;
    if (!outcomes_[index(at)]) missing.push_back(at);
  }
  for (const NodeIndex at : with_all_below(missing)) {
    if (!listed[index(at)]) look_up(at);
    listed[index(at)] = true;
  }
  for (const NodeIndex at : all) {
    if (listed[index(at)]) layers_.push_back(at);
  }
  return {};
}

void LayerRun::refuse_circles() {
  std::vector<bool> ordered(graph_->nodes().size());
  for (const NodeIndex at : order_) ordered[index(at)] = true;
  for (const NodeIndex at : layers_) {
    if (ordered[index(at)] || outcomes_[index(at)]) continue;
    LayerOutcome circle;
    circle.result.outcome = Outcome::failure;
    circle.result.message = "its dependencies lead back to it, or to one below";
    outcomes_[index(at)] = std::move(circle);
  }
}

// What stands on a failure that is known needs no step to fail.
void LayerRun::pass_on_failures() {
  for (const NodeIndex at : layers_) {
    if (outcomes_[index(at)]) continue;
    for (const NodeIndex dep : (*graph_)[at].deps) {
      const auto& below = outcomes_[index(dep)];
      if (!below || below->result.outcome == Outcome::success) continue;
      LayerOutcome outcome;
      outcome.result.outcome = Outcome::dependency_failed;
      outcome.failed = below->failed ? below->failed : std::optional(dep);
      outcomes_[index(at)] = std::move(outcome);
      break;
    }
  }
}

Result<schedule::StepGraph> LayerRun::steps() {
  schedule::StepGraph graph;
  std::vector<std::optional<schedule::StepIndex>> steps(graph_->nodes().size());
  for (const NodeIndex at : layers_) {
    if (outcomes_[index(at)]) continue;
    TRY_ASSIGN(auto spec, graph_->spec(at, order_));
    schedule::Step step;
    step.spec = std::move(spec);
    for (const NodeIndex dep : (*graph_)[at].deps) {
      if (steps[index(dep)]) step.deps.push_back(*steps[index(dep)]);
    }
    steps[index(at)] = static_cast<schedule::StepIndex>(graph.steps.size());
    graph.steps.push_back(std::move(step));
    of_step_.push_back(at);
  }
  return graph;
}

void LayerRun::expect(schedule::StepGraph& graph) const {
  const auto recorded = cache::BuildTimes(store_->folder()).last();
  for (schedule::Step& step : graph.steps) {
    const auto found = recorded.find(step.spec.package.name);
    if (found != recorded.end()) step.expected = found->second;
  }
}

Result<void> LayerRun::check_cache() const {
  TRY(store_->check_writable());
  std::error_code error;
  if (!std::filesystem::is_directory(store_->base(), error)) {
    return fail("there is no base layer at " + store_->base().string() +
                "; make one by: oxbow base create --cache " +
                store_->folder().parent_path().string() + " --platform " +
                store_->folder().filename().string());
  }
  return {};
}

Result<void> LayerRun::build(std::span<const NodeIndex> wanted, const RunSteps& run) {
  if (wanted.empty()) return {};
  order_ = graph_->build_order();
  outcomes_.resize(graph_->nodes().size());
  TRY(choose(wanted));
  refuse_circles();
  pass_on_failures();
  TRY_ASSIGN(auto graph, steps());
  if (graph.steps.empty()) return {};
  TRY(check_cache());
  expect(graph);
  TRY_ASSIGN(auto results, run(graph, layers_.size() - graph.steps.size()));
  for (std::size_t i = 0; i < results.size(); ++i) {
    LayerOutcome outcome;
    outcome.result = std::move(results[i]);
    if (outcome.result.outcome == Outcome::dependency_failed) {
      outcome.failed = of_step_[schedule::index(outcome.result.failed_step)];
    }
    outcomes_[index(of_step_[i])] = std::move(outcome);
  }
  return {};
}

std::optional<Outcome> cached_outcome(const LayerGraph& graph, NodeIndex own,
                                      const cache::LayerStore& store,
                                      const layer::BuildSettings& settings) {
  const auto known = [&](NodeIndex at) -> std::optional<Outcome> {
    const auto record = store.find(graph[at].key);
    if (!record || !*record || !is_settled(**record, settings)) return std::nullopt;
    return (*record)->outcome;
  };
  if (const auto outcome = known(own)) return outcome;
  std::vector<NodeIndex> open = graph[own].deps;
  std::vector<bool> seen(graph.nodes().size());
  while (!open.empty()) {
    const NodeIndex at = open.back();
    open.pop_back();
    if (seen[index(at)]) continue;
    seen[index(at)] = true;
    const auto outcome = known(at);
    if (outcome && verdict::is_failure(*outcome)) return Outcome::dependency_failed;
    if (outcome) continue;  // whatever it stands on was built
    open.insert(open.end(), graph[at].deps.begin(), graph[at].deps.end());
  }
  return std::nullopt;
}

}  // namespace oxbow::job
