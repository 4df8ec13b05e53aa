#include "job/layer_run.h"

#include <algorithm>
#include <unordered_map>

#include "cache/build_times.h"
#include "layer/builder.h"
#include "verdict/comparison.h"

namespace oxbow::job {

using verdict::Outcome;

void LayerSteps::add(NodeIndex node, schedule::Step step, std::vector<TargetIndex> targets) {
  graph_.steps.push_back(std::move(step));
  nodes_.push_back(node);
  targets_.push_back(std::move(targets));
}

void LayerSteps::add_cached(const std::vector<TargetIndex>& targets) {
  ++cached_;
  for (const TargetIndex target : targets) ++cached_of_[index(target)];
}

std::string LayerSteps::name(schedule::StepIndex at) const {
  std::string name = package(at).to_string();
  if (target_count() > 1 && targets(at).size() == 1) {
    name += " for " + layers_->target(targets(at).front()).compiler.to_string();
  }
  return name;
}

std::expected<layer::Task, layer::LayerResult> LayerSteps::task(schedule::StepIndex at) const {
  TRY_ASSIGN(auto recipe, layers_->recipe(node(at)));
  return layer::Task{std::move(recipe), *settings_};
}

// Dependencies first; those in a circle last.
std::vector<NodeIndex> LayerRun::in_order(std::vector<NodeIndex> layers) const {
  std::ranges::stable_sort(layers, {}, [&](NodeIndex at) { return place_[index(at)]; });
  return layers;
}

// Each layer with its first target: those of one platform are in one place.
Result<void> LayerRun::lease(std::span<const std::vector<NodeIndex>> wanted) {
  std::vector<NodeIndex> all;
  for (const auto& of_target : wanted) all.insert(all.end(), of_target.begin(), of_target.end());
  std::vector<std::vector<std::string>> keys(graph_->target_count());
  for (const NodeIndex at : graph_->with_all_below(std::move(all))) {
    keys[index((*graph_)[at].target)].push_back((*graph_)[at].key);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].empty()) continue;
    TRY_ASSIGN(auto lease, stores_[i].lease(keys[i]));
    if (lease) leases_.push_back(std::move(*lease));
  }
  return {};
}

// Takes what the cache knows of a layer.
void LayerRun::look_up(NodeIndex at) {
  if (looked_up_[index(at)]) return;
  looked_up_[index(at)] = true;
  const auto record = store(at).find((*graph_)[at].key);
  if (!record) {
    warnings_.push_back(record.error().message + "; it is put aside and built again");
    return;
  }
  if (!*record || !layer::is_settled(**record, *settings_)) return;
  LayerOutcome outcome;
  outcome.result.outcome = (*record)->outcome;
  outcome.result.message = (*record)->message;
  outcome.result.seconds = (*record)->seconds;
  outcome.cached = true;
  outcomes_[index(at)] = std::move(outcome);
}

// What is built needs all below it mounted; what is there needs nothing.
void LayerRun::choose(TargetIndex target, const std::vector<NodeIndex>& wanted) {
  std::vector<NodeIndex> missing;
  for (const NodeIndex at : wanted) {
    look_up(at);
    if (!outcomes_[index(at)]) missing.push_back(at);
  }
  std::vector<NodeIndex> chosen = graph_->with_all_below(std::move(missing));
  for (const NodeIndex at : chosen) look_up(at);
  chosen.insert(chosen.end(), wanted.begin(), wanted.end());
  std::ranges::sort(chosen);
  const auto twice = std::ranges::unique(chosen);
  chosen.erase(twice.begin(), twice.end());
  layers_of_[index(target)] = in_order(std::move(chosen));
}

void LayerRun::refuse_circles() {
  for (const NodeIndex at : layers_) {
    if (place_[index(at)] < ordered_ || outcomes_[index(at)]) continue;
    LayerOutcome circle;
    circle.result.outcome = Outcome::failure;
    circle.result.message = "its dependencies form a cycle";
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

LayerSteps LayerRun::steps() const {
  std::vector<std::vector<TargetIndex>> targets(graph_->nodes().size());
  for (std::size_t i = 0; i < layers_of_.size(); ++i) {
    for (const NodeIndex at : layers_of_[i]) targets[index(at)].push_back(TargetIndex(i));
  }
  LayerSteps steps(*graph_, *settings_);
  // What a layer above has to wait for: the layer's own step, or those below one that is there.
  std::vector<std::vector<schedule::StepIndex>> awaited(graph_->nodes().size());
  for (const NodeIndex at : layers_) {
    std::vector<schedule::StepIndex> below;
    for (const NodeIndex dep : (*graph_)[at].deps) {
      below.insert(below.end(), awaited[index(dep)].begin(), awaited[index(dep)].end());
    }
    std::ranges::sort(below);
    const auto twice = std::ranges::unique(below);
    below.erase(twice.begin(), twice.end());
    if (outcomes_[index(at)]) {
      steps.add_cached(targets[index(at)]);
      awaited[index(at)] = std::move(below);
      continue;
    }
    awaited[index(at)] = {static_cast<schedule::StepIndex>(steps.graph().steps.size())};
    schedule::Step step;
    step.deps = std::move(below);
    steps.add(at, std::move(step), std::move(targets[index(at)]));
  }
  return steps;
}

void LayerRun::expect(LayerSteps& steps) const {
  using Times = std::unordered_map<std::string, double>;
  std::vector<std::optional<Times>> times(stores_.size());
  for (std::size_t i = 0; i < steps.graph().steps.size(); ++i) {
    const auto at = static_cast<schedule::StepIndex>(i);
    const TargetIndex target = (*graph_)[steps.node(at)].target;
    std::optional<Times>& known = times[index(target)];
    if (!known) known = cache::BuildTimes(stores_[index(target)].folder()).last();
    const auto found = known->find(steps.package(at).name);
    if (found != known->end()) steps.graph().steps[i].expected = found->second;
  }
}

// Whether the steps can be built in their platforms' parts of the cache.
Result<void> LayerRun::check_caches(const LayerSteps& steps) const {
  std::vector<bool> checked(stores_.size());
  for (std::size_t i = 0; i < steps.graph().steps.size(); ++i) {
    const NodeIndex node = steps.node(static_cast<schedule::StepIndex>(i));
    const std::size_t target = index((*graph_)[node].target);
    if (checked[target]) continue;
    checked[target] = true;
    const cache::LayerStore& store = stores_[target];
    TRY(store.check_writable());
    std::error_code error;
    if (!std::filesystem::is_directory(store.base(), error)) {
      return fail("there is no base layer at " + store.base().string() +
                  "; make one by: oxbow base create --cache " + cache_.string() + " --platform " +
                  store.folder().filename().string());
    }
  }
  return {};
}

Result<void> LayerRun::build(std::span<const std::vector<NodeIndex>> wanted, const RunSteps& run) {
  layers_of_.resize(graph_->target_count());
  if (std::ranges::all_of(wanted, [](const auto& of_target) { return of_target.empty(); }))
    return {};
  for (std::size_t i = 0; i < graph_->target_count(); ++i) {
    stores_.emplace_back(cache_, graph_->target(TargetIndex(i)).platform.to_string());
  }
  const std::size_t size = graph_->nodes().size();
  const std::vector<NodeIndex> order = graph_->build_order();
  ordered_ = order.size();
  place_.assign(size, ordered_);
  for (std::size_t i = 0; i < order.size(); ++i) place_[index(order[i])] = i;
  outcomes_.resize(size);
  looked_up_.resize(size);
  TRY(lease(wanted));
  for (std::size_t i = 0; i < wanted.size(); ++i) choose(TargetIndex(i), wanted[i]);
  for (const auto& of_target : layers_of_) {
    layers_.insert(layers_.end(), of_target.begin(), of_target.end());
  }
  std::ranges::sort(layers_);
  const auto twice = std::ranges::unique(layers_);
  layers_.erase(twice.begin(), twice.end());
  layers_ = in_order(std::move(layers_));
  refuse_circles();
  pass_on_failures();
  LayerSteps steps = this->steps();
  if (steps.graph().steps.empty()) return {};
  TRY(check_caches(steps));
  expect(steps);
  TRY_ASSIGN(auto results, run(steps));
  for (std::size_t i = 0; i < results.size(); ++i) {
    LayerOutcome outcome;
    outcome.result = std::move(results[i]);
    if (outcome.result.outcome == Outcome::dependency_failed) {
      outcome.failed = steps.node(outcome.result.failed_step);
    }
    outcomes_[index(steps.node(static_cast<schedule::StepIndex>(i)))] = std::move(outcome);
  }
  return {};
}

std::optional<Outcome> cached_outcome(const LayerGraph& graph, NodeIndex own,
                                      const cache::LayerStore& store,
                                      const layer::BuildSettings& settings) {
  const auto known = [&](NodeIndex at) -> std::optional<Outcome> {
    const auto record = store.find(graph[at].key);
    if (!record || !*record || !layer::is_settled(**record, settings)) return std::nullopt;
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
