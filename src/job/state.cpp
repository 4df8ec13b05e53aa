#include "job/state.h"

#include <algorithm>
#include <utility>

namespace oxbow::job {
namespace {

// A compiler that nothing can be solved with is a mistake of who asked, not an answer.
Result<void> check_compiler(const solve::Universe& universe) {
  const opam::PackageId& compiler = universe.target().compiler;
  const auto known = universe.versions(compiler.name);
  if (known.empty()) {
    return fail("there is no package '" + compiler.name +
                "' in the repositories; name a compiler package as NAME.VERSION");
  }
  const auto name = universe.variable(compiler.name);
  if (!universe.equal_to(*name, compiler.version).empty()) return {};
  std::string versions;
  for (const solve::PackageIndex candidate : universe.candidates(*name)) {
    if (versions.size() > 200) break;
    versions += (versions.empty() ? "" : ", ") + universe.package(candidate).id.version;
  }
  return fail("the compiler '" + compiler.to_string() + "' is not available on " +
              universe.target().platform.to_string() +
              "; available versions: " + (versions.empty() ? "none" : versions));
}

}  // namespace

Result<plan::SolvedState*> State::target(const opam::Target& target,
                                         plan::EffectiveDigests& digests,
                                         const plan::SolvedState* similar) {
  for (ForTarget& known : targets_) {
    if (known.target == target) return known.solved.get();
  }
  auto universe = std::make_shared<const solve::Universe>(
      stack_.packages, target, similar == nullptr ? nullptr : &similar->universe());
  TRY(check_compiler(*universe));
  targets_.push_back({target, std::make_unique<plan::SolvedState>(std::move(universe), digests)});
  return targets_.back().solved.get();
}

Result<std::shared_ptr<State>> StateLoader::load(const std::vector<RepositoryTree>& trees,
                                                 repo::Trust trust) {
  const auto same_trees = [&](const std::shared_ptr<State>& state) {
    return std::ranges::equal(state->trees_, trees, {}, &RepositoryTree::tree,
                              &RepositoryTree::tree);
  };
  if (const auto known = std::ranges::find_if(states_, same_trees); known != states_.end()) {
    std::rotate(known, known + 1, states_.end());
    return states_.back();
  }
  auto state = std::make_shared<State>();
  state->trees_ = trees;
  for (const RepositoryTree& tree : trees) {
    TRY_ASSIGN(auto snapshot, snapshots_.read(*tree.source, tree.tree));
    state->snapshots_.push_back(std::move(snapshot));
  }
  std::vector<repo::State> views;
  for (std::size_t i = 0; i < trees.size(); ++i) {
    views.push_back({*trees[i].source, state->snapshots_[i]});
  }
  auto stack = repo::load_stack(views, definitions_, trust, [&](std::size_t done, std::size_t of) {
    progress_->at("reading packages", done, of);
  });
  if (!stack) return std::unexpected(std::move(stack.error()));
  state->stack_ = std::move(*stack);
  if (states_.size() == kept_states) states_.erase(states_.begin());
  states_.push_back(state);
  return state;
}

}  // namespace oxbow::job
