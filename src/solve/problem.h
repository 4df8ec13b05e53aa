#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "solve/value_set.h"

namespace oxbow::solve {

/// The number of an exclusion, in the order in which the builder was given them. The caller knows
/// what it stands for.
enum class ExclusionId : std::uint32_t {};

constexpr std::size_t index(ExclusionId id) { return std::to_underlying(id); }

/// "var's value is in set".
struct Term {
  Var var;
  ValueSet set;
};

/// A term whose set lies in somebody else's memory.
struct TermView {
  Var var;
  const Word* set;
};

/// An exclusion of two terms in the form that the search reads, its sets inline if both are of one
/// word. Otherwise `mine` and `theirs` are first words, and the sets lie one after the other in the
/// problem's pool.
struct Pair {
  static constexpr std::uint32_t in_place = std::numeric_limits<std::uint32_t>::max();

  Word mine;
  Word theirs;
  Var owner;
  Var other;
  std::uint32_t pooled;
  ExclusionId id;
};

/// The position of a pair among all pairs of a problem.
enum class PairIndex : std::uint32_t {};

/// An exclusion of one term, or of more than two.
struct LongExclusion {
  Var owner;
  ExclusionId id;
  std::vector<TermView> terms;
};

/// What a search searches: variables, what may not be together, and what a value requires.
///
/// An exclusion is a conjunction of terms that must not all hold. One of its variables owns it: the
/// one whose set does not contain rest, so that a variable at rest satisfies all that it owns.
///   x = c needs y in A:    (x in {c}) and (y not in A), owned by x, with rest among "not in A"
///   x = c conflicts with y in F:  (x in {c}) and (y in F), owned by either
/// Contract: requirements(x, c) names every variable that is kept from rest by an exclusion whose
/// owner is x at c. Then whatever the walk does not reach can stay at rest.
///
/// Immutable; any number of searches and threads may share one.
class Problem {
 public:
  class Builder;

  /// Where a variable's words are in an array with the words of all variables.
  struct Place {
    std::uint32_t offset;
    std::uint32_t words;
    std::uint32_t values;
    std::uint32_t slot;
  };

  Problem(Problem&&) = default;
  Problem& operator=(Problem&&) = default;

  std::size_t variables() const { return places_.size(); }
  std::size_t exclusions() const { return exclusions_; }
  std::size_t values(Var var) const { return place(var).values; }
  Value rest(Var var) const { return Value{place(var).values}; }

  /// The variables that `var` at `value` requires, in the order in which the walk visits them.
  std::span<const Var> requirements(Var var, Value value) const {
    if (index(value) >= values(var)) return {};
    const std::size_t slot = place(var).slot + index(value);
    return std::span(requirements_)
        .subspan(requirement_begin_[slot], requirement_begin_[slot + 1] - requirement_begin_[slot]);
  }

  const Place& place(Var var) const { return places_[index(var)]; }
  std::size_t all_words() const { return all_words_; }

  /// The pairs that `owner` owns; the first of them is at first_pair(owner).
  std::span<const Pair> pairs(Var owner) const {
    const std::size_t begin = pair_begin_[index(owner)];
    return std::span(pairs_).subspan(begin, pair_begin_[index(owner) + 1] - begin);
  }
  std::uint32_t first_pair(Var owner) const { return pair_begin_[index(owner)]; }
  const Pair& pair(PairIndex at) const { return pairs_[std::to_underlying(at)]; }
  const Word* mine(const Pair& pair) const {
    return pair.pooled == Pair::in_place ? &pair.mine : &pool_[pair.pooled];
  }
  const Word* theirs(const Pair& pair) const {
    return pair.pooled == Pair::in_place ? &pair.theirs
                                         : &pool_[pair.pooled + place(pair.owner).words];
  }

  std::span<const LongExclusion> long_exclusions() const { return long_; }

 private:
  Problem() = default;

  std::vector<Place> places_;
  std::size_t all_words_ = 0;
  std::size_t exclusions_ = 0;
  std::vector<std::uint32_t> pair_begin_;
  std::vector<Pair> pairs_;
  std::vector<LongExclusion> long_;
  std::vector<Word> pool_;
  std::vector<std::uint32_t> requirement_begin_;
  std::vector<Var> requirements_;
};

/// Collects a problem.
class Problem::Builder {
 public:
  /// A new variable of `values` values, which may be none: it is then always at rest.
  Var add_variable(std::size_t values);

  /// The walk goes from `var` at `value` to `required`, after those required before.
  void require(Var var, Value value, Var required);

  /// The terms must not all hold. Terms of one variable are merged; `owner` is the variable of one
  /// whose set is without rest. What can never hold gets an id all the same.
  ExclusionId exclude(Var owner, std::span<const Term> terms);
  ExclusionId exclude(Var owner, std::initializer_list<Term> terms) {
    return exclude(owner, std::span(terms.begin(), terms.size()));
  }

  std::size_t values(Var var) const { return problem_.values(var); }

  Problem build() &&;

 private:
  struct Requirement {
    std::size_t slot;
    Var required;
  };
  struct PooledTerm {
    Var var;
    std::size_t offset;
  };
  struct PooledExclusion {
    Var owner;
    ExclusionId id;
    std::vector<PooledTerm> terms;
  };

  void add_pair(ExclusionId id, const Term& mine, const Term& theirs);
  std::size_t pool(const ValueSet& set);
  void group_pairs();
  void group_requirements();

  Problem problem_;
  std::uint32_t slots_ = 0;
  std::vector<Requirement> requirements_;
  std::vector<PooledExclusion> long_;
};

}  // namespace oxbow::solve
