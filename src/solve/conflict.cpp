#include "solve/conflict.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace oxbow::solve {
namespace {

/// A variable that no problem has.
constexpr Var nobody{std::numeric_limits<std::uint32_t>::max()};

}  // namespace

Conflict::Conflict(const Problem& problem, const Domains& domains, ExclusionStore& store)
    : problem_(&problem),
      domains_(&domains),
      store_(&store),
      sets_(problem.all_words()),
      pending_(problem.variables()) {}

Conflict::Learnt Conflict::learn(Cause conflict) {
  begin(conflict);
  for (const Var var : vars_) top_ = std::max(top_, level_of(var));
  open_ = static_cast<std::size_t>(
      std::ranges::count_if(vars_, [&](Var var) { return level_of(var) == top_; }));
  assert(top_ > 0);
  auto at = static_cast<std::uint32_t>(domains_->trail_size());
  for (;;) {
    do {
      --at;
    } while (!is_latest(at));
    if (open_ == 1) return extract(domains_->entry(at).var);
    resolve(at);
  }
}

void Conflict::refute(Cause conflict) {
  begin(conflict);
  for (auto at = static_cast<std::uint32_t>(domains_->trail_size()); at > 0; --at) {
    if (is_latest(at - 1)) resolve(at - 1);
  }
}

void Conflict::begin(Cause conflict) {
  for (const Var var : vars_) pending_[index(var)] = {};
  vars_.clear();
  antecedents_.assign(1, conflict);
  open_ = 0;
  top_ = 0;
  add_terms_of(conflict, nobody);
}

void Conflict::add_terms_of(Cause cause, Var except) {
  if (cause.is_pair()) {
    const Pair& pair = problem_->pair(cause.as_pair());
    if (pair.owner != except) add(pair.owner, problem_->mine(pair));
    if (pair.other != except) add(pair.other, problem_->theirs(pair));
    return;
  }
  for (const ExclusionStore::StoredTerm& term : store_->terms(cause.as_stored())) {
    if (term.var != except) add(term.var, store_->set(term));
  }
}

void Conflict::add(Var var, const Word* added) {
  Pending& pending = pending_[index(var)];
  const std::size_t words = problem_->place(var).words;
  if (!pending.present) {
    pending.present = true;
    vars_.push_back(var);
    std::copy_n(added, words, set(var));
  } else {
    for (std::size_t i = 0; i < words; ++i) set(var)[i] &= added[i];
  }
  find_satisfier(var);
}

void Conflict::widen(Var var, const Word* added) {
  for (std::size_t i = 0; i < problem_->place(var).words; ++i) set(var)[i] |= added[i];
  find_satisfier(var);
}

/// Looks up again what satisfied the term of `var`, and keeps count of those at the top level.
void Conflict::find_satisfier(Var var) {
  const auto is_open = [&] { return top_ > 0 && level_of(var) == top_; };
  if (is_open()) --open_;
  pending_[index(var)].satisfier = domains_->satisfier(var, set(var));
  if (is_open()) ++open_;
}

void Conflict::resolve(std::uint32_t at) {
  const Domains::Entry& entry = domains_->entry(at);
  antecedents_.push_back(entry.cause);
  if (entry.cause.is_pair()) {
    const Pair& pair = problem_->pair(entry.cause.as_pair());
    widen(entry.var, pair.owner == entry.var ? problem_->mine(pair) : problem_->theirs(pair));
  } else {
    const auto terms = store_->terms(entry.cause.as_stored());
    const auto own = std::ranges::find(terms, entry.var, &ExclusionStore::StoredTerm::var);
    widen(entry.var, store_->set(*own));
  }
  add_terms_of(entry.cause, entry.var);
}

/// The narrowing satisfied a term. Since all later ones have been resolved, it is the latest.
bool Conflict::is_latest(std::uint32_t at) const {
  return pending_[index(domains_->entry(at).var)].satisfier == at;
}

std::uint32_t Conflict::level_of(Var var) const {
  const std::uint32_t satisfier = pending_[index(var)].satisfier;
  return satisfier == Domains::none ? 0 : domains_->entry(satisfier).level;
}

Conflict::Learnt Conflict::extract(Var asserted) {
  learnt_.assign(1, {asserted, set(asserted)});
  settled_.clear();
  std::uint32_t back = 0;
  for (const Var var : vars_) {
    if (var == asserted) continue;
    if (pending_[index(var)].satisfier == Domains::none) {
      settled_.push_back({var, set(var)});
      continue;
    }
    learnt_.push_back({var, set(var)});
    if (level_of(var) >= back) {
      back = level_of(var);
      std::swap(learnt_[1], learnt_.back());
    }
  }
  return {learnt_, back};
}

}  // namespace oxbow::solve
