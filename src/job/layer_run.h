#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "cache/store.h"
#include "job/layer_graph.h"
#include "layer/settings.h"
#include "layer/task.h"
#include "schedule/step_graph.h"

namespace oxbow::job {

/// LayerSteps is what is to be built of a graph of layers, a step each that the cache has not, and
/// what each step is: a step holds a node, and its task is made when it starts. The graph of layers
/// and the settings outlive it.
class LayerSteps {
 public:
  LayerSteps(const LayerGraph& layers, const layer::BuildSettings& settings)
      : layers_(&layers), settings_(&settings), cached_of_(layers.target_count()) {}

  /// In the order of `graph`, dependencies first. `targets` are those that need it.
  void add(NodeIndex node, schedule::Step step, std::vector<TargetIndex> targets);

  /// A layer of these targets needs no step: it was found in the cache, or cannot be built.
  void add_cached(const std::vector<TargetIndex>& targets);

  schedule::StepGraph& graph() { return graph_; }
  const schedule::StepGraph& graph() const { return graph_; }

  NodeIndex node(schedule::StepIndex at) const { return nodes_[schedule::index(at)]; }
  const opam::PackageId& package(schedule::StepIndex at) const {
    return layers_->package(node(at));
  }
  const std::string& key(schedule::StepIndex at) const { return (*layers_)[node(at)].key; }
  const std::vector<TargetIndex>& targets(schedule::StepIndex at) const {
    return targets_[schedule::index(at)];
  }
  std::size_t target_count() const { return layers_->target_count(); }

  /// How many layers need no step: of all targets, and of one.
  std::size_t cached() const { return cached_; }
  std::size_t cached(TargetIndex target) const { return cached_of_[index(target)]; }

  /// "a.1", and where others of several targets do not need it, for which compiler.
  std::string name(schedule::StepIndex at) const;

  /// What is to be done for a step: the recipe of its layer (LayerGraph::recipe), with the
  /// settings.
  std::expected<layer::Task, layer::LayerResult> task(schedule::StepIndex at) const;

 private:
  const LayerGraph* layers_;
  const layer::BuildSettings* settings_;
  schedule::StepGraph graph_;
  std::vector<NodeIndex> nodes_;                   // by step
  std::vector<std::vector<TargetIndex>> targets_;  // by step
  std::size_t cached_ = 0;
  std::vector<std::size_t> cached_of_;  // by target
};

/// Runs steps: the executor with a runner, and whoever watches. In the order of their graph.
using RunSteps = std::function<Result<std::vector<schedule::StepResult>>(const LayerSteps& steps)>;

/// What became of one layer of a graph.
struct LayerOutcome {
  schedule::StepResult result;      ///< but for its failed_step
  bool cached = false;              ///< found in the cache: nothing was run
  std::optional<NodeIndex> failed;  ///< of dependency_failed: the layer that failed itself
};

/// LayerRun has layers built that the cache has not, for all targets of a graph at once, and knows
/// what became of all. What it needs of the cache is kept there while it lives. For one thread;
/// everything given must outlive it.
class LayerRun {
 public:
  LayerRun(const LayerGraph& graph, std::filesystem::path cache,
           const layer::BuildSettings& settings)
      : graph_(&graph), cache_(std::move(cache)), settings_(&settings) {}

  /// Builds the layers `wanted` of each target, and those below that they need and the cache has
  /// not. Called once. Errors: nothing can be built at all (no base, a cache that cannot be
  /// written).
  Result<void> build(std::span<const std::vector<NodeIndex>> wanted, const RunSteps& run);

  /// What build() looked at for a target, dependencies first.
  const std::vector<NodeIndex>& layers(TargetIndex target) const {
    return layers_of_[index(target)];
  }
  const LayerOutcome& outcome(NodeIndex at) const { return *outcomes_[index(at)]; }

  /// What is to be told beside, a line each: layers that were found broken.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  const cache::LayerStore& store(NodeIndex at) const {
    return stores_[index((*graph_)[at].target)];
  }
  std::vector<NodeIndex> in_order(std::vector<NodeIndex> layers) const;
  Result<void> lease(std::span<const std::vector<NodeIndex>> wanted);
  void look_up(NodeIndex at);
  void choose(TargetIndex target, const std::vector<NodeIndex>& wanted);
  void refuse_circles();
  void pass_on_failures();
  LayerSteps steps() const;
  void expect(LayerSteps& steps) const;
  Result<void> check_caches(const LayerSteps& steps) const;

  const LayerGraph* graph_;
  std::filesystem::path cache_;
  const layer::BuildSettings* settings_;
  std::vector<cache::LayerStore> stores_;  // by target
  std::vector<std::size_t> place_;         // in the build order, by node; behind it of a circle
  std::size_t ordered_ = 0;                // how many are in the build order
  std::vector<std::vector<NodeIndex>> layers_of_;      // by target
  std::vector<NodeIndex> layers_;                      // of all targets, dependencies first
  std::vector<bool> looked_up_;                        // by node
  std::vector<std::optional<LayerOutcome>> outcomes_;  // by node
  std::vector<std::string> warnings_;
  std::vector<cache::Lease> leases_;
};

/// What the cache says of a root's layer, where it stands on `own`; none if it says nothing.
std::optional<verdict::Outcome> cached_outcome(const LayerGraph& graph, NodeIndex own,
                                               const cache::LayerStore& store,
                                               const layer::BuildSettings& settings);

}  // namespace oxbow::job
