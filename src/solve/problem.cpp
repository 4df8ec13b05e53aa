#include "solve/problem.h"

#include <algorithm>
#include <cassert>

namespace oxbow::solve {
namespace {

/// The terms with those of one variable merged, in the order of their first mention.
std::vector<Term> merged(std::span<const Term> terms) {
  std::vector<Term> result;
  for (const Term& term : terms) {
    const auto same = std::ranges::find(result, term.var, &Term::var);
    if (same == result.end()) {
      result.push_back(term);
    } else {
      same->set.intersect(term.set);
    }
  }
  return result;
}

std::uint32_t checked(std::size_t number) {
  assert(number < Pair::in_place);
  return static_cast<std::uint32_t>(number);
}

/// Turns counts in [1, size) into the positions at which each group begins.
void accumulate(std::vector<std::uint32_t>& counts) {
  for (std::size_t i = 1; i < counts.size(); ++i) counts[i] += counts[i - 1];
}

}  // namespace

Var Problem::Builder::add_variable(std::size_t values) {
  const Var var{checked(problem_.places_.size())};
  const std::size_t words = values / word_bits + 1;
  problem_.places_.push_back(
      {checked(problem_.all_words_), checked(words), checked(values), slots_});
  problem_.all_words_ += words;
  slots_ += checked(values);
  return var;
}

void Problem::Builder::require(Var var, Value value, Var required) {
  assert(index(value) < values(var));
  requirements_.push_back({problem_.place(var).slot + index(value), required});
}

ExclusionId Problem::Builder::exclude(Var owner, std::span<const Term> given) {
  const ExclusionId id{checked(problem_.exclusions_++)};
  std::vector<Term> terms = merged(given);
  const auto own = std::ranges::find(terms, owner, &Term::var);
  assert(own != terms.end() && !own->set.contains(own->set.rest()));
  assert(std::ranges::all_of(
      terms, [&](const Term& term) { return term.set.values() == values(term.var); }));
  if (std::ranges::any_of(terms, [](const Term& term) { return term.set.empty(); })) return id;
  std::iter_swap(terms.begin(), own);
  if (terms.size() == 2) {
    add_pair(id, terms[0], terms[1]);
    return id;
  }
  PooledExclusion exclusion{owner, id, {}};
  for (const Term& term : terms) exclusion.terms.push_back({term.var, pool(term.set)});
  long_.push_back(std::move(exclusion));
  return id;
}

void Problem::Builder::add_pair(ExclusionId id, const Term& mine, const Term& theirs) {
  std::uint32_t pooled = Pair::in_place;
  if (mine.set.words() > 1 || theirs.set.words() > 1) {
    pooled = checked(pool(mine.set));
    pool(theirs.set);
  }
  problem_.pairs_.push_back(
      {mine.set.word(0), theirs.set.word(0), mine.var, theirs.var, pooled, id});
}

std::size_t Problem::Builder::pool(const ValueSet& set) {
  const std::size_t offset = problem_.pool_.size();
  for (std::size_t i = 0; i < set.words(); ++i) problem_.pool_.push_back(set.word(i));
  return offset;
}

Problem Problem::Builder::build() && {
  group_pairs();
  group_requirements();
  for (const PooledExclusion& exclusion : long_) {
    LongExclusion& added = problem_.long_.emplace_back(exclusion.owner, exclusion.id);
    for (const PooledTerm& term : exclusion.terms) {
      added.terms.push_back({term.var, &problem_.pool_[term.offset]});
    }
  }
  return std::move(problem_);
}

void Problem::Builder::group_pairs() {
  std::vector<std::uint32_t>& begin = problem_.pair_begin_;
  begin.assign(problem_.variables() + 1, 0);
  for (const Pair& pair : problem_.pairs_) ++begin[index(pair.owner) + 1];
  accumulate(begin);
  std::ranges::stable_sort(problem_.pairs_, {}, &Pair::owner);
}

void Problem::Builder::group_requirements() {
  std::vector<std::uint32_t>& begin = problem_.requirement_begin_;
  begin.assign(slots_ + 1, 0);
  for (const Requirement& requirement : requirements_) ++begin[requirement.slot + 1];
  accumulate(begin);
  std::ranges::stable_sort(requirements_, {}, &Requirement::slot);
  for (const Requirement& requirement : requirements_) {
    problem_.requirements_.push_back(requirement.required);
  }
}

}  // namespace oxbow::solve
