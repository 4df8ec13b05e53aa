#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "opam/formula.h"
#include "solve/universe.h"

namespace oxbow::solve {

/// UniverseCompiler fills a universe in: evaluates every package's filters, orders the candidates,
/// and turns formulas into the exclusions of a problem. It is used once.
class UniverseCompiler {
 public:
  explicit UniverseCompiler(Universe& universe) : universe_(&universe) {}

  void compile(const Universe* similar);

 private:
  /// Whether a formula says what must be there, or what must not.
  enum class Sense : std::uint8_t { ensure, prevent };

  /// One dependency of a candidate or an alternative: on what, and which values of that satisfy
  /// its constraint. What it points to is the universe's.
  struct Dependency {
    Reason::Kind kind;
    Var other;
    const ValueSet* satisfying;
    std::string_view text;

    bool is_required() const { return kind != Reason::Kind::conflict; }
  };

  /// A dependency of one candidate, while those of all candidates of a name are collected.
  struct Entry {
    Value value;
    PackageIndex package;
    Dependency dependency;
  };

  using Evaluated = Universe::Evaluated;

  void share_evaluated(const Universe& similar);
  void evaluate();
  std::shared_ptr<const Evaluated> evaluated(const opam::Package& package) const;
  void choose_candidates();
  std::vector<PackageIndex> ordered_candidates(std::span<const opam::Package> versions) const;
  Var add_variable(std::string_view name, std::vector<PackageIndex> candidates);
  Var variable(std::string_view name);
  void compile_name(Var name);
  void exclude_grouped(Var name, std::vector<Entry>& entries);
  void compile_classes();

  /// Appends what `formula` depends on, in the order in which it is to be visited.
  void dependencies(const opam::PackageFormula& formula, Sense sense, PackageIndex package,
                    std::vector<Dependency>& into);
  Dependency atom(const opam::PackageFormula& atom, Sense sense);
  Dependency alternatives(const opam::PackageFormula& formula, Sense sense, PackageIndex package);
  Var alternatives_variable(const opam::PackageFormula& formula, Sense sense, PackageIndex package);
  const std::pair<const std::string, ValueSet>& satisfying(Var name,
                                                           const opam::PackageFormula& atom);
  void exclude(Var owner, const ValueSet& values, const Dependency& dependency,
               PackageIndex package, std::size_t versions);

  Universe* universe_;
  Problem::Builder builder_;
  /// The alternatives of the name that is being compiled, by text: versions often share them.
  std::unordered_map<std::string, Dependency> alternatives_;
  std::deque<ValueSet> any_alternative_;
};

}  // namespace oxbow::solve
