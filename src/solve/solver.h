#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "solve/search.h"
#include "solve/solution.h"
#include "solve/universe.h"

namespace oxbow::solve {

/// Solver finds the solutions of a universe's roots, each for the universe's compiler and the root
/// alone, as opam-0install does for day10. What it learns it keeps, so ask one solver many roots.
/// For one thread at a time; the universe must outlive it.
class Solver {
 public:
  explicit Solver(const Universe& universe);

  /// The root's solution; none if there is none. Any candidate whose version is equal to the root's
  /// in opam's order will do, so the root itself need not be one.
  std::optional<Solution> solve(PackageIndex root);

  /// The names that the last answer follows from, beside the root's and those of the packages that
  /// it chose: those whose versions and constraints refuted every better choice. Where all of these
  /// have the same packages in another universe of the same target, the root has the same answer
  /// there. None if that is not known.
  const std::optional<std::vector<Var>>& grounds() const { return grounds_; }

  const Universe& universe() const { return *universe_; }

 private:
  /// What of a package's definition matters once it is chosen. Computed when first needed.
  struct Optional {
    std::vector<Var> depopts;
    std::vector<Var> post;  ///< needed only after it is there
  };

  std::optional<std::span<const Choice>> search(PackageIndex root, Var name);
  void note_grounds(const Search& search);
  Solution collect(PackageIndex root, std::span<const Choice> choices);
  void add_deps_of(PackageIndex package, Var name, Value value);
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
  std::optional<std::vector<Var>> grounds_;
  std::vector<Choice> own_choices_;  ///< of a search that is not `search_`
  /// The packages that the root needs, as they are found, and the deps of one after the other.
  struct Found {
    PackageIndex package;
    std::uint32_t deps_begin;
    std::uint32_t deps_end;
  };
  std::vector<Found> found_;
  std::vector<PackageIndex> deps_;
  std::vector<Var> open_;
  std::vector<Choice> open_choices_;
};

/// The facts of every search in a universe: the compiler's version.
std::vector<Term> compiler_facts(const Universe& universe);

}  // namespace oxbow::solve
