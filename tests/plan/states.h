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
    const solve::SolutionNode* const node = solved.solution->find(wanted);
    INFO(package << " below " << root);
    REQUIRE(node != nullptr);
    return state_.layer(
        solved.layers[static_cast<std::size_t>(node - solved.solution->reachable.data())]);
  }

  std::string build_id(std::string_view root, std::string_view package) {
    return layer(root, package).build_id.value_or("undefined");
  }

 private:
  EffectiveDigests digests_;
  SolvedState state_;
};

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
