#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "solve/search.h"
#include "solve/universe.h"

namespace oxbow::solve {

/// One package of a solution and the packages of the solution that it needs, as day10 sees it:
/// through the alternatives that were chosen, with the optional dependencies that are there, and
/// without those that are needed only afterwards (`post`).
struct SolutionNode {
  PackageIndex package{};
  std::vector<PackageIndex> deps;  ///< ascending, which is opam's order of packages
};

/// Solution is what the solver chose for a root.
struct Solution {
  PackageIndex root{};
  std::vector<PackageIndex> chosen;     ///< every chosen package, ascending
  std::vector<SolutionNode> reachable;  ///< those the root needs, itself included, ascending

  const SolutionNode* find(PackageIndex package) const;
};

/// Solver finds the solutions of a universe's roots, each for the universe's compiler and the root
/// alone, as opam-0install does for day10. What it learns it keeps, so ask one solver many roots.
/// For one thread at a time; the universe must outlive it.
class Solver {
 public:
  explicit Solver(const Universe& universe);

  /// The root's solution; none if there is none. Any candidate whose version is equal to the root's
  /// in opam's order will do, so the root itself need not be one.
  std::optional<Solution> solve(PackageIndex root);

  const Universe& universe() const { return *universe_; }

 private:
  /// What of a package's definition matters once it is chosen. Computed when first needed.
  struct Optional {
    std::vector<Var> depopts;
    std::vector<Var> post;  ///< needed only after it is there
  };

  std::optional<std::span<const Choice>> search(PackageIndex root, Var name);
  Solution collect(PackageIndex root, std::span<const Choice> choices);
  std::vector<PackageIndex> deps_of(PackageIndex package, Var name, Value value);
  const Optional& optional(PackageIndex package);
  std::vector<Var> post_names(const opam::Package& package) const;

  const Universe* universe_;
  Search search_;
  std::vector<std::unique_ptr<const Optional>> optional_;
  /// The value of each variable in the solution at hand, if `stamp_` says it is of that one.
  std::vector<Value> chosen_;
  std::vector<std::uint32_t> stamp_;
  std::vector<std::uint32_t> reached_;  ///< the same, for names found to be needed by the root
  std::uint32_t now_ = 0;
  std::vector<Choice> own_choices_;  ///< of a search that is not `search_`
};

/// The facts of every search in a universe: the compiler's version.
std::vector<Term> compiler_facts(const Universe& universe);

}  // namespace oxbow::solve
