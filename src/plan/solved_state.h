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
};

/// Told how many roots are solved, now and then, on any thread.
using OnSolved = std::function<void(std::size_t done, std::size_t of)>;

/// SolvedState is one state of a stack for one target, with the roots that were solved so far. For
/// one thread at a time (it solves on several itself); the digests must outlive it.
class SolvedState {
 public:
  SolvedState(std::shared_ptr<const solve::Universe> universe, EffectiveDigests& digests);

  /// Solves those of the roots that are not solved yet, on all cores.
  void solve(std::span<const solve::PackageIndex> roots, const OnSolved& on_solved = {});

  /// Explains those of the roots that have no solution, on all cores; the others' explanations are
  /// empty. In the order of `roots`, all of which must be solved.
  std::vector<solve::Explanation> explain(std::span<const solve::PackageIndex> roots) const;

  /// A root that was solved.
  const SolvedRoot& root(solve::PackageIndex root) const { return *roots_[index(root)]; }

  const solve::Universe& universe() const { return *universe_; }
  const Layer& layer(LayerIndex at) const { return layers_.layer(at); }
  std::size_t layer_count() const { return layers_.size(); }
  const opam::Package& package(const Layer& layer) const {
    return universe_->package(layer.package);
  }

 private:
  class Worker;

  std::shared_ptr<const solve::Universe> universe_;
  EffectiveDigests* digests_;
  std::vector<std::unique_ptr<SolvedRoot>> roots_;  // by package
  LayerTable layers_;
};

}  // namespace oxbow::plan
