#pragma once

#include <catch2/catch.hpp>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "plan/solved_state.h"
#include "tests/fakes/literal_universe.h"

namespace oxbow::plan {

/// A state of a few packages, ocaml.5 among them, that some roots are solved in.
class LiteralState {
 public:
  explicit LiteralState(std::string_view text, std::string_view compiler = "ocaml.5")
      : state_(solve::literal_universe("ocaml.5\n" + std::string(text), compiler), digests_) {}

  std::vector<solve::PackageIndex> solve(std::initializer_list<std::string_view> ids) {
    std::vector<solve::PackageIndex> roots;
    for (const std::string_view id : ids) {
      roots.push_back(solve::package_at(state_.universe(), id));
    }
    state_.solve(roots);
    return roots;
  }

  const SolvedState& state() const { return state_; }
  SolvedState& state() { return state_; }

  /// The layer of a package in the solution of a root.
  const Layer& layer(std::string_view root, std::string_view package) {
    const SolvedRoot& solved = state_.root(solve({root}).front());
    REQUIRE(solved.solution);
    const auto wanted = solve::package_at(state_.universe(), package);
    const auto position = solved.solution->reachable.position(wanted);
    INFO(package << " below " << root);
    REQUIRE(position);
    return state_.layer(solved.layers[*position]);
  }

  std::string build_id(std::string_view root, std::string_view package) {
    return layer(root, package).build_id.value_or("undefined");
  }

 private:
  EffectiveDigests digests_;
  SolvedState state_;
};

/// Everything that is known of a root, in one line.
inline std::string in_words(const SolvedState& state, solve::PackageIndex at) {
  const SolvedRoot& root = state.root(at);
  const solve::Universe& universe = state.universe();
  std::string words = universe.package(root.root).id.to_string() + ":";
  if (!root.solution) return words + " none";
  words += " " + solve::in_words(universe, root.solution->chosen) + ";";
  for (std::size_t i = 0; i < root.layers.size(); ++i) {
    const Layer& layer = state.layer(root.layers[i]);
    REQUIRE(layer.package == root.solution->reachable[i].package);
    words += " " + state.package(layer).id.to_string() + "=" + layer.key.substr(0, 12) +
             (layer.build_id ? "" : "?") + (layer.cyclic ? "!" : "");
    for (const LayerIndex dep : layer.deps) {
      words += "," + state.package(state.layer(dep)).id.to_string();
    }
    words += "(" + solve::in_words(universe, root.solution->reachable[i].deps) + ")";
  }
  return words;
}

inline std::vector<solve::PackageIndex> all_roots(const solve::Universe& universe) {
  std::vector<solve::PackageIndex> roots;
  for (const opam::Package& package : universe.packages()) {
    roots.push_back(universe.index_of(package));
  }
  return roots;
}

/// The same of every root.
inline std::vector<std::string> in_words(const SolvedState& state) {
  std::vector<std::string> words;
  for (const solve::PackageIndex root : all_roots(state.universe())) {
    words.push_back(in_words(state, root));
  }
  return words;
}

/// The effective part of a package, of which `fields` are those behind its version.
inline std::string effective_text(std::string_view id, std::string_view fields = "") {
  const auto parsed = opam::parse_package_id(id);
  REQUIRE(parsed);
  std::string text =
      "opam-version: \"2.0\"\nname: \"" + parsed->name + "\"\nversion: \"" + parsed->version + "\"";
  if (!fields.empty()) text += "\n" + std::string(fields);
  return text;
}

inline std::string effective_sha256(std::string_view id, std::string_view fields = "") {
  return sha256_hex(effective_text(id, fields));
}

}  // namespace oxbow::plan
