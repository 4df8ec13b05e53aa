#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "plan/installability.h"
#include "plan/layers.h"
#include "solve/solver.h"

namespace oxbow::plan {

/// A root and, if it has one, its solution with the layer of each package that the root reaches,
/// in the order of `solution->reachable`.
struct SolvedRoot {
  solve::PackageIndex root{};
  std::optional<solve::Solution> solution;
  std::vector<LayerIndex> layers;
  /// Solver::grounds(): what the answer follows from.
  std::optional<std::vector<solve::Var>> grounds;
};

/// Told how many roots are solved, now and then, on any thread.
using OnSolved = std::function<void(std::size_t done, std::size_t of)>;

/// SolvedState is one state of a stack for one target, with the roots that were solved so far. For
/// one thread at a time (it solves on several itself); the digests must outlive it.
class SolvedState {
 public:
  SolvedState(std::shared_ptr<const solve::Universe> universe, EffectiveDigests& digests);

  /// Solves those of the roots that are not solved yet, on all cores. `similar` is another state
  /// for the same target, if there is one: answers of its that nothing between the two can have
  /// changed are taken over.
  void solve(std::span<const solve::PackageIndex> roots, const OnSolved& on_solved = {},
             const SolvedState* similar = nullptr);

  /// Explains those of the roots that have no solution, on all cores; the others' explanations are
  /// empty. In the order of `roots`, all of which must be solved.
  std::vector<solve::Explanation> explain(std::span<const solve::PackageIndex> roots) const;

  /// A root that was solved.
  const SolvedRoot& root(solve::PackageIndex root) const { return *roots_[index(root)]; }

  const solve::Universe& universe() const { return *universe_; }
  const Layer& layer(LayerIndex at) const { return layers_.layer(at); }
  std::size_t layer_count() const { return layers_.size(); }
  /// How many roots were taken over from similar states.
  std::size_t taken_over() const { return taken_over_; }
  const opam::Package& package(const Layer& layer) const {
    return universe_->package(layer.package);
  }

 private:
  class Worker;

  void take_over(std::vector<solve::PackageIndex>& missing, const SolvedState& similar);

  std::shared_ptr<const solve::Universe> universe_;
  std::vector<std::unique_ptr<SolvedRoot>> roots_;  // by package
  BuildDependencies dependencies_;
  LayerTable layers_;
  std::size_t taken_over_ = 0;
};

}  // namespace oxbow::plan
