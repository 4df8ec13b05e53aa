#include "plan/solved_state.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "base/parallel.h"

namespace oxbow::plan {

/// Worker is what one thread solves with. What it learns and names is its own until the end.
class SolvedState::Worker {
 public:
  Worker(const solve::Universe& universe, const LayerTable& layers)
      : solver_(universe), layers_(LayerTable::on_top_of(layers)) {}

  void solve(solve::PackageIndex root) {
    auto solved = std::make_unique<SolvedRoot>();
    solved->root = root;
    solved->solution = solver_.solve(root);
    solved->grounds = solver_.grounds();
    if (solved->solution) solved->layers = layers_.layers_of(*solved->solution);
    solved_.push_back(std::move(solved));
  }

  // Hands over what was solved, with its layers as they are numbered in `table`.
  std::vector<std::unique_ptr<SolvedRoot>> take(LayerTable& table) {
    const std::vector<LayerIndex> places = table.merge(std::move(layers_));
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

namespace {

/// Takes answers of one state over into another where none of the names that they follow from
/// differs.
class Transfer {
 public:
  Transfer(const solve::Correspondence& correspondence,
           const std::vector<std::optional<LayerIndex>>& layers)
      : correspondence_(&correspondence), layers_(&layers) {}

  // The same root in the other state; null if its answer may be another there.
  std::unique_ptr<SolvedRoot> transfer(const SolvedRoot& root) const {
    if (!holds_on(root)) return nullptr;
    auto made = std::make_unique<SolvedRoot>(root);
    const auto here = [&](solve::PackageIndex package) { return *correspondence_->find(package); };
    made->root = here(root.root);
    for (solve::Var& name : *made->grounds) {
      const auto same = correspondence_->find(name);
      if (!same) return nullptr;
      name = *same;
    }
    if (!root.solution) return made;
    made->solution->renumber(here);
    for (LayerIndex& layer : made->layers) {
      const auto& same = (*layers_)[index(layer)];
      if (!same) return nullptr;
      layer = *same;
    }
    return made;
  }

 private:
  bool holds_on(const SolvedRoot& root) const {
    const auto is_same = [&](solve::Var name) { return correspondence_->is_same(name); };
    const auto is_name_same = [&](solve::PackageIndex at) {
      return correspondence_->is_name_same(at);
    };
    return root.grounds && is_name_same(root.root) && std::ranges::all_of(*root.grounds, is_same) &&
           (!root.solution || std::ranges::all_of(root.solution->chosen, is_name_same));
  }

  const solve::Correspondence* correspondence_;
  const std::vector<std::optional<LayerIndex>>* layers_;
};

}  // namespace

SolvedState::SolvedState(std::shared_ptr<const solve::Universe> universe, EffectiveDigests& digests)
    : universe_(std::move(universe)),
      roots_(universe_->packages().size()),
      dependencies_(*universe_),
      layers_(*universe_, dependencies_, digests) {}

void SolvedState::take_over(std::vector<solve::PackageIndex>& missing, const SolvedState& similar) {
  const solve::Correspondence correspondence(similar.universe(), *universe_);
  const auto layers = layers_.adopt(similar.layers_, correspondence);
  std::vector<const SolvedRoot*> theirs(universe_->packages().size());
  for (const auto& root : similar.roots_) {
    if (root == nullptr) continue;
    if (const auto here = correspondence.find(root->root)) theirs[index(*here)] = root.get();
  }
  const Transfer transfer(correspondence, layers);
  std::erase_if(missing, [&](solve::PackageIndex root) {
    if (theirs[index(root)] == nullptr) return false;
    auto taken = transfer.transfer(*theirs[index(root)]);
    if (taken == nullptr) return false;
    roots_[index(root)] = std::move(taken);
    ++taken_over_;
    return true;
  });
}

void SolvedState::solve(std::span<const solve::PackageIndex> roots, const OnSolved& on_solved,
                        const SolvedState* similar) {
  std::vector<solve::PackageIndex> missing;
  for (const solve::PackageIndex root : roots) {
    if (roots_[index(root)] == nullptr) missing.push_back(root);
  }
  if (!missing.empty() && similar != nullptr && similar != this) take_over(missing, *similar);
  if (missing.empty()) return;
  std::mutex mutex;
  std::vector<std::unique_ptr<Worker>> workers;
  std::atomic<std::size_t> done{0};
  parallel_for(missing.size(), 32, worker_count(), [&] {
    auto made = std::make_unique<Worker>(*universe_, layers_);
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
