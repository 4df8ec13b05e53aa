#include "solve/search.h"

#include <algorithm>
#include <cassert>

#include "solve/conflict.h"
#include "solve/domains.h"
#include "solve/exclusion_store.h"
#include "solve/grounds.h"
#include "solve/propagation.h"
#include "solve/walk.h"

namespace oxbow::solve {

/// The search proper: decides, propagates, learns.
///
/// Level 0 is what holds for every call. Each assumption opens a level, whether it narrows anything
/// or not; above these, each decision of the walk opens one.
class Search::Engine {
 public:
  Engine(const Problem& problem, std::span<const Term> facts, Proof proof, Keeping keeping,
         Order order);

  std::optional<std::span<const Choice>> solve(std::span<const Term> assumptions,
                                               std::span<const Var> starts);
  const Refutation& refutation() const { return refutation_; }
  std::optional<std::span<const Var>> grounds() const { return answer_grounds_; }
  Counters counters() const;

 private:
  std::optional<Cause> add_single_and_long_originals();
  std::optional<Cause> narrow_to(const Term& term, Origin origin);
  StoredIndex add_given(std::span<const TermView> terms, Origin origin);
  void commit();
  bool search(std::span<const Term> assumptions);
  bool overcome(Cause conflict);
  void decide(Var var);
  void read_selection();
  void refute(Cause conflict);
  void keep_small_learnt();
  std::optional<Var> owner_of(std::span<const TermView> terms) const;

  const Problem* problem_;
  Proof proof_;
  Keeping keeping_;
  Order order_;
  ExclusionStore store_;
  ExclusionStore kept_;
  Domains domains_;
  Propagation propagation_;
  Conflict conflict_;
  std::optional<Grounds> grounds_;
  std::optional<std::span<const Var>> answer_grounds_;
  Walk walk_;
  /// For each open level, how far the walk was when it was opened.
  std::vector<std::size_t> walk_sizes_;
  /// The stored exclusions that outlive a call come first.
  std::size_t lasting_ = 0;
  /// An exclusion all of whose terms hold at level 0: there is no solution, whatever is assumed.
  std::optional<Cause> dead_;
  bool asked_ = false;
  std::vector<Choice> selection_;
  std::vector<TermView> scratch_;
  Refutation refutation_;
  Counters counters_;
};

Search::Engine::Engine(const Problem& problem, std::span<const Term> facts, Proof proof,
                       Keeping keeping, Order order)
    : problem_(&problem),
      proof_(proof),
      keeping_(keeping),
      order_(order),
      store_(problem),
      kept_(problem),
      domains_(problem),
      propagation_(problem, domains_, store_),
      conflict_(problem, domains_, store_),
      walk_(problem) {
  if (proof == Proof::grounds) grounds_.emplace(problem, domains_, store_);
  dead_ = add_single_and_long_originals();
  for (std::uint32_t i = 0; i < facts.size() && !dead_; ++i) {
    dead_ = narrow_to(facts[i], {Origin::Kind::fact, i});
  }
  if (!dead_) dead_ = propagation_.run();
  lasting_ = store_.size();
}

std::optional<Cause> Search::Engine::add_single_and_long_originals() {
  for (const LongExclusion& exclusion : problem_->long_exclusions()) {
    const auto id = static_cast<std::uint32_t>(index(exclusion.id));
    const StoredIndex at = add_given(exclusion.terms, {Origin::Kind::original, id});
    if (exclusion.terms.size() > 1) {
      propagation_.adopt(exclusion.owner, at);
      continue;
    }
    const TermView& term = exclusion.terms.front();
    const Cause cause = Cause::stored(at);
    if (!propagation_.remove(term.var, term.set, cause)) return cause;
  }
  return std::nullopt;
}

/// Narrows a variable to the set of `term`. Returns the exclusion of all else if nothing is left.
std::optional<Cause> Search::Engine::narrow_to(const Term& term, Origin origin) {
  const ValueSet outside = term.set.complement();
  std::vector<Word> words(outside.words());
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = outside.word(i);
  const TermView view{term.var, words.data()};
  const Cause cause = Cause::stored(add_given(std::span(&view, 1), origin));
  if (!propagation_.remove(term.var, words.data(), cause)) return cause;
  return std::nullopt;
}

StoredIndex Search::Engine::add_given(std::span<const TermView> terms, Origin origin) {
  const StoredIndex at = store_.add(terms, origin);
  if (grounds_) grounds_->note_given();
  return at;
}

void Search::Engine::commit() {
  if (grounds_) grounds_->note_level_zero();
  propagation_.commit();
}

std::optional<std::span<const Choice>> Search::Engine::solve(std::span<const Term> assumptions,
                                                             std::span<const Var> starts) {
  assert(proof_ != Proof::record || !asked_);
  asked_ = true;
  answer_grounds_.reset();
  walk_.start(starts);
  const bool found = search(assumptions);
  if (found) {
    read_selection();
    if (grounds_) answer_grounds_ = grounds_->of_solution(selection_);
  }
  propagation_.backjump(0);
  walk_sizes_.clear();
  if (proof_ != Proof::record) {
    propagation_.detach_all();
    keep_small_learnt();
  }
  if (!found) return std::nullopt;
  return selection_;
}

bool Search::Engine::search(std::span<const Term> assumptions) {
  if (!dead_) dead_ = propagation_.attach_standing();
  for (;;) {
    if (dead_) {
      refute(*dead_);
      return false;
    }
    if (const auto conflict = propagation_.run()) {
      if (!overcome(*conflict)) return false;
      continue;
    }
    if (domains_.level() == 0 && proof_ != Proof::record) commit();
    if (domains_.level() < assumptions.size()) {
      const std::uint32_t i = domains_.level();
      domains_.open_level();
      walk_sizes_.push_back(0);
      if (const auto conflict = narrow_to(assumptions[i], {Origin::Kind::assumption, i})) {
        refute(*conflict);
        if (grounds_) answer_grounds_ = grounds_->of_absence(assumptions[i]);
        return false;
      }
      continue;
    }
    const std::optional<Var> next =
        order_ == Order::walk ? walk_.next(domains_) : propagation_.narrowest_undecided();
    if (!next) return true;
    decide(*next);
  }
}

void Search::Engine::decide(Var var) {
  ++counters_.decisions;
  domains_.open_level();
  walk_sizes_.push_back(walk_.size());
  propagation_.choose(var);
}

/// Learns from a conflict and goes back to where that has a consequence. False if the conflict
/// depends on no decision or assumption.
bool Search::Engine::overcome(Cause conflict) {
  ++counters_.conflicts;
  if (domains_.level() == 0) {
    dead_ = conflict;
    refute(conflict);
    return false;
  }
  const Conflict::Learnt learnt = conflict_.learn(conflict);
  const StoredIndex at = store_.add(learnt.terms, {Origin::Kind::learnt});
  if (proof_ == Proof::record) store_.add_antecedents(conflict_.antecedents());
  if (grounds_) grounds_->note_learnt(conflict_.antecedents(), conflict_.settled());
  propagation_.backjump(learnt.level);
  walk_.truncate(walk_sizes_[learnt.level]);
  walk_sizes_.resize(learnt.level);
  if (learnt.terms.size() > 1) propagation_.attach(at);
  const TermView& asserted = learnt.terms.front();
  const bool narrowed = propagation_.remove(asserted.var, asserted.set, Cause::stored(at));
  assert(narrowed);
  return narrowed;
}

void Search::Engine::read_selection() {
  selection_.clear();
  for (std::size_t i = 0; i < walk_.size(); ++i) {
    const Var var = walk_.visited(i);
    selection_.push_back({var, domains_.first(var)});
  }
}

/// Gathers what the conflict follows from, through all that was learnt on the way.
void Search::Engine::refute(Cause conflict) {
  if (proof_ != Proof::record) return;
  conflict_.refute(conflict);
  std::vector<Cause> open(conflict_.antecedents().begin(), conflict_.antecedents().end());
  std::vector<bool> seen(store_.size());
  while (!open.empty()) {
    const Cause cause = open.back();
    open.pop_back();
    if (cause.is_pair()) {
      refutation_.exclusions.push_back(problem_->pair(cause.as_pair()).id);
      continue;
    }
    const StoredIndex at = cause.as_stored();
    if (seen[std::to_underlying(at)]) continue;
    seen[std::to_underlying(at)] = true;
    const Origin origin = store_.origin(at);
    switch (origin.kind) {
      case Origin::Kind::original:
        refutation_.exclusions.push_back(ExclusionId{origin.index});
        break;
      case Origin::Kind::fact: refutation_.facts.push_back(origin.index); break;
      case Origin::Kind::assumption: refutation_.assumptions.push_back(origin.index); break;
      case Origin::Kind::learnt:
        open.insert(open.end(), store_.antecedents(at).begin(), store_.antecedents(at).end());
        break;
    }
  }
  const auto tidy = [](auto& numbers) {
    std::ranges::sort(numbers);
    numbers.erase(std::ranges::unique(numbers).begin(), numbers.end());
  };
  tidy(refutation_.exclusions);
  tidy(refutation_.facts);
  tidy(refutation_.assumptions);
}

/// Forgets what this call stored, except the small learnt exclusions. One of a single term has
/// narrowed level 0 for good, and one that nobody owns would have to be looked at every time.
void Search::Engine::keep_small_learnt() {
  std::vector<Var> owners;
  for (std::size_t i = lasting_; i < store_.size(); ++i) {
    const StoredIndex at{static_cast<std::uint32_t>(i)};
    const auto terms = store_.terms(at);
    if (store_.origin(at).kind != Origin::Kind::learnt || terms.size() < 2 ||
        terms.size() > keeping_.terms) {
      continue;
    }
    scratch_.clear();
    for (const auto& term : terms) scratch_.push_back({term.var, store_.set(term)});
    if (const std::optional<Var> owner = owner_of(scratch_)) {
      kept_.add(scratch_, {Origin::Kind::learnt});
      kept_.add_sources(store_.sources(at));
      owners.push_back(*owner);
    }
  }
  store_.truncate(lasting_);
  for (std::size_t i = 0; i < owners.size(); ++i) {
    const StoredIndex kept{static_cast<std::uint32_t>(i)};
    scratch_.clear();
    for (const auto& term : kept_.terms(kept)) scratch_.push_back({term.var, kept_.set(term)});
    propagation_.adopt(owners[i], store_.add(scratch_, {Origin::Kind::learnt}));
    store_.add_sources(kept_.sources(kept));
  }
  kept_.truncate(0);
  lasting_ = store_.size();
  counters_.kept += owners.size();
}

/// The variable that satisfies the exclusion by being at rest; of several, the one that owns least,
/// since what wakes often should bring little along.
std::optional<Var> Search::Engine::owner_of(std::span<const TermView> terms) const {
  std::optional<Var> owner;
  for (const TermView& term : terms) {
    const std::size_t rest = problem_->values(term.var);
    if (((term.set[rest / word_bits] >> (rest % word_bits)) & 1) != 0) continue;
    if (!owner || propagation_.adopted_by(term.var) < propagation_.adopted_by(*owner)) {
      owner = term.var;
    }
  }
  return owner;
}

Counters Search::Engine::counters() const {
  Counters result = counters_;
  result.narrowings = propagation_.narrowings();
  result.wakes = propagation_.wakes();
  return result;
}

Search::Search(const Problem& problem, std::span<const Term> facts, Proof proof, Keeping keeping,
               Order order)
    : engine_(std::make_unique<Engine>(problem, facts, proof, keeping, order)) {}

Search::~Search() = default;
Search::Search(Search&&) noexcept = default;
Search& Search::operator=(Search&&) noexcept = default;

std::optional<std::span<const Choice>> Search::solve(std::span<const Term> assumptions,
                                                     std::span<const Var> starts) {
  return engine_->solve(assumptions, starts);
}

std::optional<std::span<const Var>> Search::grounds() const { return engine_->grounds(); }

const Refutation& Search::refutation() const { return engine_->refutation(); }

Counters Search::counters() const { return engine_->counters(); }

}  // namespace oxbow::solve
