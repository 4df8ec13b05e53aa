#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "job/state.h"
#include "layer/recipe.h"
#include "opam/system_packages.h"
#include "plan/solved_state.h"
#include "solve/target.h"

namespace oxbow::job {

/// How layers are named in the cache: by build-id (and its extension), or as day10 does.
enum class KeyKind : std::uint8_t { build_id, day10 };

/// The position of a layer in its graph.
enum class NodeIndex : std::uint32_t {};

constexpr std::size_t index(NodeIndex node) { return std::to_underlying(node); }

/// LayerGraph is the layers that the roots of one solved state stand on, with what each is built
/// upon: the dependencies that the solver chose, and those that its build-id counts. For one
/// thread; the state must outlive it.
class LayerGraph {
 public:
  struct Node {
    solve::PackageIndex package{};
    std::string key;
    std::vector<NodeIndex> deps;
    opam::SystemPackages system;  ///< of its package alone
    bool whole = false;           ///< a root has said what the solver chose for it
  };

  LayerGraph(const State& state, const plan::SolvedState& solved, const solve::Platform& platform,
             plan::EffectiveDigests& digests, KeyKind kind)
      : state_(&state),
        solved_(&solved),
        platform_(&platform),
        kind_(kind),
        tree_keys_(solved.universe(), digests) {}

  /// Adds a root that has a solution and all that it stands on, and returns its own layer. None if
  /// day10 has no key for it, since its dependencies lead back to it.
  std::optional<NodeIndex> add(const plan::SolvedRoot& root);

  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& operator[](NodeIndex at) const { return nodes_[index(at)]; }
  const opam::PackageId& package(NodeIndex at) const {
    return solved_->universe().package((*this)[at].package).id;
  }

  /// Every layer but those whose dependencies lead back to them and what is above such:
  /// dependencies first.
  std::vector<NodeIndex> build_order() const;

  /// What it takes to build a layer, which must be in the build order `order`. Errors: a file that
  /// cannot be read, a package of the system that has no name.
  Result<layer::Recipe> spec(NodeIndex at, const std::vector<NodeIndex>& order) const;

 private:
  std::pair<NodeIndex, bool> intern(solve::PackageIndex package, const std::string& key);
  NodeIndex add_layer(plan::LayerIndex layer);
  std::optional<NodeIndex> add_by_tree(const plan::SolvedRoot& root);
  void join(NodeIndex at, NodeIndex dep);
  Result<std::vector<layer::RecipeFile>> files(const opam::PackageId& package) const;

  const State* state_;
  const plan::SolvedState* solved_;
  const solve::Platform* platform_;
  KeyKind kind_;
  plan::TreeKeys tree_keys_;
  std::vector<Node> nodes_;
  std::unordered_map<std::string, NodeIndex> by_key_;
};

}  // namespace oxbow::job
