#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "job/state.h"
#include "layer/recipe.h"
#include "layer/report.h"
#include "opam/system_packages.h"
#include "opam/target.h"
#include "plan/solved_state.h"

namespace oxbow::job {

/// How layers are named in the cache: by build-id (and its extension), or as day10 does.
enum class KeyKind : std::uint8_t { build_id, day10 };

/// The position of a target among those of a graph.
enum class TargetIndex : std::uint32_t {};

constexpr std::size_t index(TargetIndex target) { return std::to_underlying(target); }

/// The position of a layer in its graph.
enum class NodeIndex : std::uint32_t {};

constexpr std::size_t index(NodeIndex node) { return std::to_underlying(node); }

/// LayerGraph is the layers that roots stand on, for all targets of one side of a change, with what
/// each is built upon: the dependencies that the solver chose, and those that its build-id counts.
/// Targets of one platform share the layers that are equal. For one thread.
class LayerGraph {
 public:
  struct Node {
    TargetIndex target{};  ///< the first that has it
    solve::PackageIndex package{};
    std::string key;
    std::vector<NodeIndex> deps;
    opam::SystemPackages system;  ///< of its package alone
    bool whole = false;           ///< a root has said what the solver chose for it
  };

  explicit LayerGraph(KeyKind kind) : kind_(kind) {}

  /// Adds a target, with the state whose roots are added for it. Both must outlive the graph.
  TargetIndex add_target(const opam::Target& target, const State& state,
                         const plan::SolvedState& solved, plan::EffectiveDigests& digests);

  /// Adds a root that has a solution and all that it stands on, and returns its own layer. None if
  /// day10 has no key for it, since its dependencies lead back to it.
  std::optional<NodeIndex> add(TargetIndex target, const plan::SolvedRoot& root);

  std::size_t target_count() const { return parts_.size(); }
  const opam::Target& target(TargetIndex at) const { return parts_[index(at)].target; }

  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& operator[](NodeIndex at) const { return nodes_[index(at)]; }
  const opam::PackageId& package(NodeIndex at) const { return source(at).id; }

  /// Some layers and all below them, each once, in the graph's order.
  std::vector<NodeIndex> with_all_below(std::vector<NodeIndex> layers) const;

  /// Every layer but those whose dependencies lead back to them and what is above such:
  /// dependencies first.
  std::vector<NodeIndex> build_order() const;

  /// What it takes to build a layer, which must be in the build order. It costs what is below the
  /// layer, not the whole graph. Where there is no recipe, what becomes of the layer instead: a
  /// failure where its package or one below names what can be no package of the system, an
  /// internal error where a file of it cannot be read.
  std::expected<layer::Recipe, layer::LayerResult> recipe(NodeIndex at) const;

 private:
  using ByKey = std::unordered_map<std::string, NodeIndex>;

  // A target's part of the graph.
  struct Part {
    opam::Target target;
    const State* state;
    const plan::SolvedState* solved;
    plan::TreeKeys tree_keys;
    ByKey* by_key;                                   // its platform's
    std::vector<std::optional<NodeIndex>> of_layer;  // by plan::LayerIndex
  };

  const opam::Package& source(NodeIndex at) const;
  std::pair<NodeIndex, bool> intern(TargetIndex target, solve::PackageIndex package,
                                    const std::string& key);
  NodeIndex add_layer(TargetIndex target, plan::LayerIndex layer);
  std::optional<NodeIndex> add_by_tree(TargetIndex target, const plan::SolvedRoot& root);
  void join(NodeIndex at, NodeIndex dep);
  std::vector<NodeIndex> from_top(NodeIndex at) const;
  Result<std::vector<layer::RecipeFile>> files(NodeIndex at) const;

  KeyKind kind_;
  std::vector<Part> parts_;
  std::vector<Node> nodes_;
  std::map<std::string, ByKey, std::less<>> by_key_;  // by platform
};

}  // namespace oxbow::job
