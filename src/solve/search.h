#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "solve/problem.h"

namespace oxbow::solve {

/// What a search remembers of what each conclusion follows from: nothing; the variables; or every
/// exclusion, for a refutation.
enum class Proof : std::uint8_t { none, grounds, record };

/// Which variable is decided next: the walk's, which makes the solution the first one; or of those
/// awake the one with the fewest values left. The latter finds some solution or none, and is for
/// proofs: what it refutes it refutes with far fewer exclusions.
enum class Order : std::uint8_t { walk, narrowest };

/// Which learnt exclusions outlive the solve() that learnt them: those of at most `terms` terms. On
/// the packages of the oxcaml stack keeping none, or those of 2 terms alone, takes three times as
/// long as keeping nearly all: many roots run into the same conflicts, and what is learnt is small.
struct Keeping {
  std::size_t terms = 100;
};

/// What a variable was given; it may be rest.
struct Choice {
  Var var;
  Value value;

  friend bool operator==(const Choice&, const Choice&) = default;
};

/// What "no solution" follows from: the numbers of the problem's exclusions, and the positions of
/// the facts and of the assumptions; each ascending. These alone have no solution either.
struct Refutation {
  std::vector<ExclusionId> exclusions;
  std::vector<std::size_t> facts;
  std::vector<std::size_t> assumptions;
};

/// How much work a search has done, in all of its solves.
struct Counters {
  std::uint64_t decisions = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t narrowings = 0;
  std::uint64_t wakes = 0;
  std::uint64_t kept = 0;
};

/// A complete search for the first solution of a problem, to be asked again and again.
///
/// The variables are decided along a walk: depth-first from the starts, through what the value of
/// each visited variable requires, in order, each variable once. The solution is the one in which
/// each variable, when the walk comes to it, has the lowest value with which there is a solution at
/// all. Variables that the walk does not reach are at rest. That makes the answer unique, so that
/// it does not depend on what was asked before.
///
/// What it learns follows from the problem and the facts alone, never from assumptions.
/// For one thread at a time; the problem must outlive it.
class Search {
 public:
  explicit Search(const Problem& problem, std::span<const Term> facts = {},
                  Proof proof = Proof::none, Keeping keeping = {}, Order order = Order::walk);
  ~Search();
  Search(Search&&) noexcept;
  Search& operator=(Search&&) noexcept;

  /// The first solution in which the facts and the assumptions hold: the variables that the walk
  /// visits, in its order. None if there is no solution. The span is good until the next call.
  /// Contract: a variable that a fact or an assumption keeps from rest is a start or is reached.
  /// Precondition: a search that records proofs is asked once.
  std::optional<std::span<const Choice>> solve(std::span<const Term> assumptions,
                                               std::span<const Var> starts);

  /// The variables that the last answer follows from, beside those that the walk visited. In any
  /// problem in which all of these have the same values and own the same exclusions, the same facts
  /// and assumptions have the same answer, whatever else there is. None if that is not known.
  /// Precondition: this search was made with Proof::grounds. Good until the next call.
  std::optional<std::span<const Var>> grounds() const;

  /// Why there is none. Precondition: this search records proofs, and solve() returned none.
  const Refutation& refutation() const;

  Counters counters() const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace oxbow::solve
