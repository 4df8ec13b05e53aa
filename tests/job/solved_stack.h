#pragma once

#include <catch2/catch.hpp>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "job/layer_graph.h"
#include "tests/job/requests.h"

namespace oxbow::job {

/// A stack of repositories in memory, loaded, with its layers.
class SolvedStack {
 public:
  explicit SolvedStack(const std::vector<RepositoryTree>& trees, KeyKind keys = KeyKind::build_id)
      : loader_(progress_),
        target_(solve::literal_target("ocaml.5")),
        state_(loaded(trees)),
        solved_(compiled()),
        graph(keys),
        target(graph.add_target(target_, *state_, *solved_, loader_.digests())) {}
  explicit SolvedStack(std::string_view text, KeyKind keys = KeyKind::build_id)
      : SolvedStack({literal_repository(std::string(text) + "\nocaml.5\n", "")}, keys) {}

  const plan::SolvedRoot& solve(std::string_view id) {
    const std::array roots = {solve::package_at(solved_->universe(), id)};
    solved_->solve(roots);
    const plan::SolvedRoot& root = solved_->root(roots[0]);
    REQUIRE(root.solution);
    return root;
  }

  std::optional<NodeIndex> add(std::string_view id) { return graph.add(target, solve(id)); }

  /// The only layer of a package.
  NodeIndex at(std::string_view id) const {
    std::optional<NodeIndex> found;
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
      const auto node = static_cast<NodeIndex>(i);
      if (graph.package(node).to_string() != id) continue;
      REQUIRE_FALSE(found);
      found = node;
    }
    INFO(id);
    REQUIRE(found);
    return *found;
  }
  const std::string& key(std::string_view id) const { return graph[at(id)].key; }

  /// "a.1 b.1" for these layers.
  std::string words(const std::vector<NodeIndex>& nodes) const {
    std::string words;
    for (const NodeIndex node : nodes) {
      words += (words.empty() ? "" : " ") + graph.package(node).to_string();
    }
    return words;
  }

  const State& state() const { return *state_; }
  const plan::SolvedState& solved() const { return *solved_; }
  plan::EffectiveDigests& digests() { return loader_.digests(); }

 private:
  std::shared_ptr<State> loaded(const std::vector<RepositoryTree>& trees) {
    auto state = loader_.load(trees, repo::Trust::merged);
    REQUIRE(state);
    return *state;
  }
  plan::SolvedState* compiled() {
    auto compiled = state_->target(target_, loader_.digests());
    REQUIRE(compiled);
    return *compiled;
  }

  NoProgress progress_;
  StateLoader loader_;
  opam::Target target_;
  std::shared_ptr<State> state_;
  plan::SolvedState* solved_;

 public:
  LayerGraph graph;
  TargetIndex target;
};

}  // namespace oxbow::job
