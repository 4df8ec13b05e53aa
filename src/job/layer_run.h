#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "cache/store.h"
#include "job/layer_graph.h"
#include "layer/builder.h"
#include "schedule/step_graph.h"

namespace oxbow::job {

/// Runs the steps of a graph, of which `cached` more were found in the cache: the executor with a
/// runner, and whoever watches. In the order of the graph.
using RunSteps = std::function<Result<std::vector<schedule::StepResult>>(
    const schedule::StepGraph& graph, std::size_t cached)>;

/// What became of one layer of a graph.
struct LayerOutcome {
  schedule::StepResult result;      ///< but for its failed_step
  bool cached = false;              ///< found in the cache: nothing was run
  std::optional<NodeIndex> failed;  ///< of dependency_failed: the layer that failed itself
};

/// LayerRun has layers built that the cache has not, and knows what became of all. What it needs
/// of the cache is kept there while it lives. For one thread; everything given must outlive it.
class LayerRun {
 public:
  LayerRun(const LayerGraph& graph, const cache::LayerStore& store,
           const layer::BuildSettings& settings)
      : graph_(&graph), store_(&store), settings_(&settings) {}

  /// Builds the layers `wanted`, and those below that they need and the cache has not. Called once.
  /// Errors: nothing can be built at all (no base, a cache that cannot be written).
  Result<void> build(std::span<const NodeIndex> wanted, const RunSteps& run);

  /// What was looked at by build(), dependencies first.
  const std::vector<NodeIndex>& layers() const { return layers_; }
  const LayerOutcome& outcome(NodeIndex at) const { return *outcomes_[index(at)]; }

  /// What is to be told beside, a line each: layers that were found broken.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::vector<NodeIndex> with_all_below(std::vector<NodeIndex> open) const;
  void look_up(NodeIndex at);
  Result<void> choose(std::span<const NodeIndex> wanted);
  void refuse_circles();
  void pass_on_failures();
  Result<schedule::StepGraph> steps();
  void expect(schedule::StepGraph& graph) const;
  Result<void> check_cache() const;

  const LayerGraph* graph_;
  const cache::LayerStore* store_;
  const layer::BuildSettings* settings_;
  std::vector<NodeIndex> order_;
  std::vector<NodeIndex> layers_;
  std::vector<NodeIndex> of_step_;
  std::vector<std::optional<LayerOutcome>> outcomes_;  // by node
  std::vector<std::string> warnings_;
  std::optional<cache::Lease> lease_;
};

/// What the cache says of a root's layer, where it stands on `own`; none if it says nothing.
std::optional<verdict::Outcome> cached_outcome(const LayerGraph& graph, NodeIndex own,
                                               const cache::LayerStore& store,
                                               const layer::BuildSettings& settings);

}  // namespace oxbow::job
