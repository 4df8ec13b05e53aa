#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "solve/domains.h"
#include "solve/exclusion_store.h"
#include "solve/problem.h"

namespace oxbow::solve {

/// Works out what a conflict teaches, by resolving backwards along the trail.
///
/// It holds one exclusion at a time, all of whose terms hold. The *satisfier* of a term is the
/// narrowing that made it hold. To resolve the latest satisfier is to replace its term by what made
/// the narrowing necessary:
///   (r in X) and P,  where the narrowing took Z from r because of (r in Z) and Q,
///   gives (r in X or Z) and P and Q,
/// and r's new term held earlier. Terms that always held count for nothing.
class Conflict {
 public:
  Conflict(const Problem& problem, const Domains& domains, ExclusionStore& store);

  /// What was learnt: after going back to `level` all terms but the first hold, and the first does
  /// not. The second, if any, is of those that were satisfied last. Terms that hold without any
  /// narrowing are left out. The views are good until the next call.
  struct Learnt {
    std::span<const TermView> terms;
    std::uint32_t level;
  };

  /// Resolves to the first unique implication point: the first exclusion that has but one term
  /// satisfied at the level of the conflict. Precondition: that is not level 0.
  Learnt learn(Cause conflict);

  /// The terms that the last learn() left out.
  std::span<const TermView> settled() const { return settled_; }

  /// Resolves until nothing is left. Precondition: `conflict` involves no choices.
  void refute(Cause conflict);

  /// The exclusions that the last call resolved with, the conflict among them.
  std::span<const Cause> antecedents() const { return antecedents_; }

 private:
  struct Pending {
    bool present = false;
    std::uint32_t satisfier = Domains::none;
  };

  void begin(Cause conflict);
  void add_terms_of(Cause cause, Var except);
  void add(Var var, const Word* set);
  void resolve(std::uint32_t at);
  void widen(Var var, const Word* set);
  void find_satisfier(Var var);
  bool is_latest(std::uint32_t at) const;
  std::uint32_t level_of(Var var) const;
  Learnt extract(Var asserted);
  Word* set(Var var) { return &sets_[problem_->place(var).offset]; }

  const Problem* problem_;
  const Domains* domains_;
  ExclusionStore* store_;
  /// The terms now held: a set for each variable, and which of them are in use.
  std::vector<Word> sets_;
  std::vector<Pending> pending_;
  std::vector<Var> vars_;
  /// How many terms were satisfied at level top_.
  std::size_t open_ = 0;
  std::uint32_t top_ = 0;
  std::vector<TermView> learnt_;
  std::vector<TermView> settled_;
  std::vector<Cause> antecedents_;
};

}  // namespace oxbow::solve
