#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "opam/formula.h"
#include "opam/package.h"
#include "opam/target.h"
#include "solve/problem.h"

namespace oxbow::solve {

/// The position of a package in its universe.
enum class PackageIndex : std::uint32_t {};

constexpr std::size_t index(PackageIndex package) { return std::to_underlying(package); }

/// What an exclusion of the universe's problem says: that a package requires another, or one of
/// some alternatives, or does not go with versions of another by its conflicts or by a class.
struct Reason {
  enum class Kind : std::uint8_t { requirement, alternatives, conflict, conflict_class };

  Kind kind = Kind::requirement;
  Var other{};
  /// Whose formula it is: the owner's, or where that is a set of alternatives, their package's.
  /// Several versions may say the same; this is the most preferred.
  PackageIndex package{};
  std::uint32_t versions = 1;  ///< that say the same
  /// On the version of `other`, as opam writes it; the alternatives; or the class's name. The
  /// universe keeps it.
  std::string_view text;
};

/// Universe is every package version of a stack that can be considered for a target, compiled once
/// for all roots. A name is a variable whose values are its candidates, best first; so is each
/// place in a formula where there are alternatives. Immutable, shared by threads, and not to be
/// moved.
/// Source: day10 bin/dir_context.ml (candidates), opam-0install-solver lib/model.ml (formulas).
class Universe {
 public:
  /// `packages` is sorted by opam's order of names and then by version as text; the same
  /// NAME.VERSION must not occur twice. `similar` is a universe for the same target, if there is
  /// one: what it evaluated of the same definitions is not evaluated again.
  Universe(std::vector<opam::Package> packages, opam::Target target,
           const Universe* similar = nullptr);
  Universe(const Universe&) = delete;
  Universe& operator=(const Universe&) = delete;

  const opam::Target& target() const { return target_; }
  const Problem& problem() const { return problem_; }

  std::span<const opam::Package> packages() const { return packages_; }
  const opam::Package& package(PackageIndex at) const { return packages_[index(at)]; }
  std::optional<PackageIndex> find(const opam::PackageId& id) const;

  /// Whether the package's `available` holds on the target. It need not be a candidate for that.
  bool is_available(PackageIndex at) const { return evaluated_[index(at)]->available; }

  /// The packages of one name, by version as text.
  std::span<const opam::Package> versions(std::string_view name) const;
  PackageIndex index_of(const opam::Package& package) const {
    return PackageIndex(static_cast<std::uint32_t>(&package - packages_.data()));
  }

  /// The variable of a name that occurs in the universe, with or without candidates.
  std::optional<Var> variable(std::string_view name) const;
  bool is_name(Var var) const { return !names_[index(var)].empty(); }
  std::string_view name(Var var) const { return names_[index(var)]; }
  /// The name in whose formulas the alternatives are; of a name's variable, the name itself.
  Var name_of(Var var) const { return name_of_[index(var)]; }
  /// A name's candidates, in order of preference.
  std::span<const PackageIndex> candidates(Var name) const { return candidates_[index(name)]; }
  PackageIndex candidate(Var name, Value value) const { return candidates(name)[index(value)]; }

  /// A package as a value of its name's variable.
  struct Place {
    Var name{};
    Value value{};
  };
  /// Where a candidate is. Precondition: it is one.
  Place place(PackageIndex candidate) const { return places_[index(candidate)]; }

  /// The candidates of a name whose version equals `version` in opam's order.
  ValueSet equal_to(Var name, std::string_view version) const;

  /// The candidates of a name that satisfy a constraint, by its text; null if no formula has it.
  const ValueSet* satisfying(Var name, const std::string& constraint) const {
    const auto& known = satisfying_[index(name)];
    const auto found = known.find(constraint);
    return found == known.end() ? nullptr : &found->second;
  }

  const Reason& reason(ExclusionId id) const { return reasons_[index(id)]; }

 private:
  friend class UniverseCompiler;

  /// What a package's filters leave of its formulas; nothing where it is not available.
  struct Evaluated {
    bool available = false;
    opam::PackageFormula depends;
    opam::PackageFormula prevented;  ///< what must not be there, a conjunction for the conflicts
  };

  std::vector<opam::Package> packages_;
  opam::Target target_;
  std::vector<std::shared_ptr<const Evaluated>> evaluated_;
  std::vector<std::string_view> names_;  ///< by variable; empty for alternatives
  std::vector<Var> name_of_;             ///< by variable
  std::unordered_map<std::string_view, Var> variables_;
  std::unordered_map<std::string_view, std::span<const opam::Package>> versions_;
  std::vector<std::vector<PackageIndex>> candidates_;  ///< by variable
  std::vector<Place> places_;                          ///< by package
  std::vector<Reason> reasons_;
  /// By variable: the candidates that satisfy a constraint, by its text.
  std::deque<std::unordered_map<std::string, ValueSet>> satisfying_;
  std::deque<std::string> texts_;
  Problem problem_;
};

}  // namespace oxbow::solve
