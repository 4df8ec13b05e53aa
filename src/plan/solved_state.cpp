#include "plan/solved_state.h"

#include <atomic>
#include <mutex>
#include <utility>

#include "base/parallel.h"

namespace oxbow::plan {

/// Worker is what one thread solves with. What it learns and names is its own until the end.
class SolvedState::Worker {
 public:
  Worker(const solve::Universe& universe, EffectiveDigests& digests)
      : solver_(universe), layers_(universe, digests) {}

  SolvedRoot* solve(solve::PackageIndex root) {
    auto solved = std::make_unique<SolvedRoot>();
    solved->root = root;
    solved->solution = solver_.solve(root);
    if (solved->solution) solved->layers = layers_.layers_of(*solved->solution);
    return solved_.emplace_back(std::move(solved)).get();
  }

  // Hands over what was solved, with its layers as they are numbered in `table`.
  std::vector<std::unique_ptr<SolvedRoot>> take(LayerTable& table) {
    const std::vector<LayerIndex> places = table.merge(layers_);
    for (const auto& solved : solved_) {
      for (LayerIndex& layer : solved->layers) layer = places[index(layer)];
    }
    return std::move(solved_);
  }

 private:
  solve::Solver solver_;
  LayerTable layers_;
  std::vector<std::unique_ptr<SolvedRoot>> solved_;
};

SolvedState::SolvedState(std::shared_ptr<const solve::Universe> universe, EffectiveDigests& digests)
    : universe_(std::move(universe)),
      digests_(&digests),
      roots_(universe_->packages().size()),
      layers_(*universe_, digests) {}

void SolvedState::solve(std::span<const solve::PackageIndex> roots, const OnSolved& on_solved) {
  std::vector<solve::PackageIndex> missing;
  for (const solve::PackageIndex root : roots) {
    if (roots_[index(root)] == nullptr) missing.push_back(root);
  }
  if (missing.empty()) return;
  std::mutex mutex;
  std::vector<std::unique_ptr<Worker>> workers;
  std::atomic<std::size_t> done{0};
  parallel_for(missing.size(), 32, worker_count(), [&] {
    auto made = std::make_unique<Worker>(*universe_, *digests_);
    Worker* const worker = made.get();
    const std::lock_guard lock(mutex);
    workers.push_back(std::move(made));
    return [&, worker](std::size_t i) {
      worker->solve(missing[i]);
      const std::size_t so_far = ++done;
      if (on_solved && so_far % 64 == 0) on_solved(so_far, missing.size());
    };
  });
  for (const auto& worker : workers) {
    for (auto& solved : worker->take(layers_)) {
      const std::size_t at = index(solved->root);
      roots_[at] = std::move(solved);
    }
  }
}

std::vector<solve::Explanation> SolvedState::explain(
    std::span<const solve::PackageIndex> roots) const {
  std::vector<solve::Explanation> explanations(roots.size());
  parallel_for(roots.size(), 16, worker_count(), [&] {
    return [&](std::size_t i) {
      if (!root(roots[i]).solution) {
        explanations[i] = plan::explain(*universe_, roots[i], solve::Effort::quick);
      }
    };
  });
  return explanations;
}

}  // namespace oxbow::plan
