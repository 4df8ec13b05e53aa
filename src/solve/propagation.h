#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "solve/domains.h"
#include "solve/exclusion_store.h"
#include "solve/problem.h"

namespace oxbow::solve {

/// Draws the consequences of narrowed domains: when all terms of an exclusion but one hold, the
/// variable of that one loses its set.
///
/// Only what awake variables own is looked at. A variable that wakes *registers* its pairs on the
/// watch lists of the other variables; going back takes them off again, last come first gone. So
/// a search costs what it reaches, however many exclusions mention a popular variable. A stored
/// exclusion is *attached*: watched at two terms until detach_all(), asleep or not.
class Propagation {
 public:
  Propagation(const Problem& problem, Domains& domains, ExclusionStore& store);

  /// Takes `set` from the domain of `var`, to be propagated by run(). False, and nothing done, if
  /// that would leave nothing: then all terms of `cause` hold.
  bool remove(Var var, const Word* set, Cause cause);

  /// Leaves `var` its first value.
  void choose(Var var);

  /// Propagates to the end. Returns the exclusion of which all terms hold, if there is one.
  std::optional<Cause> run();

  /// Goes back to `level`.
  void backjump(std::uint32_t level);

  /// Makes the state at level 0 the one that every later search starts from.
  void commit();

  /// Has the exclusion attached whenever `owner` wakes.
  void adopt(Var owner, StoredIndex exclusion) { adopted_[index(owner)].push_back(exclusion); }
  std::size_t adopted_by(Var owner) const { return adopted_[index(owner)].size(); }

  /// Watches the first two terms of an exclusion that has at least two. Either both do not hold
  /// yet, or of those that hold none was satisfied later than the watched.
  void attach(StoredIndex exclusion);
  void detach_all();

  /// Attaches what the variables own that are awake at level 0.
  std::optional<Cause> attach_standing();

  /// Of the variables that are awake and not decided the one with the fewest values left, the one
  /// that woke first among equals; none if all are decided.
  std::optional<Var> narrowest_undecided() const;

  std::uint64_t narrowings() const { return narrowings_; }
  std::uint64_t wakes() const { return wakes_; }

 private:
  /// A pair on the list of its other variable. `filter` is the first word of that variable's set:
  /// most visits end there.
  struct PairWatch {
    Word filter;
    PairIndex pair;
  };
  struct StoredWatch {
    Word filter;
    StoredIndex exclusion;
  };
  /// The length of the trail when a variable's pairs were put on the lists.
  struct Registration {
    Var var;
    std::size_t trail_size;
  };

  std::optional<Cause> visit(Var var);
  std::optional<Cause> enlist(Var var);
  void unlist(Var var);
  std::optional<Cause> visit_own(Var var);
  std::optional<Cause> visit_pairs(Var var);
  std::optional<Cause> visit_stored(Var var);
  bool find_watch(std::span<ExclusionStore::StoredTerm> terms) const;
  void watch(const ExclusionStore::StoredTerm& term, StoredIndex exclusion);
  std::optional<Cause> examine(StoredIndex exclusion);
  void arrange(std::span<ExclusionStore::StoredTerm> terms) const;
  bool holds(const ExclusionStore::StoredTerm& term) const {
    return domains_->within(term.var, store_->set(term));
  }
  void enqueue(Var var);
  void clear_queue();

  const Problem* problem_;
  Domains* domains_;
  ExclusionStore* store_;
  std::vector<std::vector<PairWatch>> pair_watches_;
  std::vector<std::vector<StoredWatch>> stored_watches_;
  std::vector<std::vector<StoredIndex>> adopted_;
  std::vector<Registration> registrations_;
  std::vector<Var> standing_;
  std::vector<bool> registered_;
  std::vector<bool> queued_;
  std::vector<Var> queue_;
  std::size_t queue_head_ = 0;
  std::vector<bool> attached_;
  std::vector<StoredIndex> attached_list_;
  std::vector<Var> watched_;
  std::uint64_t narrowings_ = 0;
  std::uint64_t wakes_ = 0;
};

}  // namespace oxbow::solve
