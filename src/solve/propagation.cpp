#include "solve/propagation.h"

#include <span>

namespace oxbow::solve {

using StoredTerm = ExclusionStore::StoredTerm;

Propagation::Propagation(const Problem& problem, Domains& domains, ExclusionStore& store)
    : problem_(&problem),
      domains_(&domains),
      store_(&store),
      pair_watches_(problem.variables()),
      stored_watches_(problem.variables()),
      adopted_(problem.variables()),
      registered_(problem.variables()),
      queued_(problem.variables()) {}

bool Propagation::remove(Var var, const Word* set, Cause cause) {
  if (!domains_->meets(var, set)) return true;
  if (domains_->within(var, set)) return false;
  domains_->remove(var, set, cause);
  ++narrowings_;
  enqueue(var);
  return true;
}

void Propagation::choose(Var var) {
  domains_->settle_on_first(var, Cause::choice());
  enqueue(var);
}

void Propagation::enqueue(Var var) {
  if (queued_[index(var)]) return;
  queued_[index(var)] = true;
  queue_.push_back(var);
}

void Propagation::clear_queue() {
  for (; queue_head_ < queue_.size(); ++queue_head_) queued_[index(queue_[queue_head_])] = false;
  queue_.clear();
  queue_head_ = 0;
}

std::optional<Cause> Propagation::run() {
  while (queue_head_ < queue_.size()) {
    const Var var = queue_[queue_head_++];
    queued_[index(var)] = false;
    if (const auto conflict = visit(var)) {
      clear_queue();
      return conflict;
    }
  }
  clear_queue();
  return std::nullopt;
}

std::optional<Cause> Propagation::visit(Var var) {
  if (domains_->awake(var)) {
    if (!registered_[index(var)]) {
      if (const auto conflict = enlist(var)) return conflict;
    }
    if (const auto conflict = visit_own(var)) return conflict;
  }
  if (const auto conflict = visit_pairs(var)) return conflict;
  return visit_stored(var);
}

/// Registers a variable that woke, and narrows it by what the others' domains already say. A pair
/// about values that are gone is left out: they come back only after the variable went to sleep.
std::optional<Cause> Propagation::enlist(Var var) {
  ++wakes_;
  registered_[index(var)] = true;
  registrations_.push_back({var, domains_->trail_size()});
  const std::span<const Pair> pairs = problem_->pairs(var);
  const std::uint32_t first = problem_->first_pair(var);
  for (std::uint32_t i = 0; i < pairs.size(); ++i) {
    if (!domains_->meets(var, problem_->mine(pairs[i]))) continue;
    pair_watches_[index(pairs[i].other)].push_back({pairs[i].theirs, PairIndex{first + i}});
  }
  for (std::uint32_t i = 0; i < pairs.size(); ++i) {
    if (!domains_->within(pairs[i].other, problem_->theirs(pairs[i]))) continue;
    const Cause cause = Cause::pair(PairIndex{first + i});
    if (!remove(var, problem_->mine(pairs[i]), cause)) return cause;
  }
  for (const StoredIndex exclusion : adopted_[index(var)]) {
    if (const auto conflict = examine(exclusion)) return conflict;
  }
  return std::nullopt;
}

/// Undoes enlist(). The domain of `var` is again what it was then, so the same pairs are meant, and
/// they are the last on their lists.
void Propagation::unlist(Var var) {
  for (const Pair& pair : problem_->pairs(var)) {
    if (domains_->meets(var, problem_->mine(pair))) pair_watches_[index(pair.other)].pop_back();
  }
  registered_[index(var)] = false;
}

std::optional<Cause> Propagation::visit_own(Var var) {
  const std::span<const Pair> pairs = problem_->pairs(var);
  const std::uint32_t first = problem_->first_pair(var);
  const Word word = *domains_->words(var);
  for (std::uint32_t i = 0; i < pairs.size(); ++i) {
    if ((word & ~pairs[i].mine) != 0) continue;
    if (!domains_->within(var, problem_->mine(pairs[i]))) continue;
    const Cause cause = Cause::pair(PairIndex{first + i});
    if (!remove(pairs[i].other, problem_->theirs(pairs[i]), cause)) return cause;
  }
  return std::nullopt;
}

std::optional<Cause> Propagation::visit_pairs(Var var) {
  const Word word = *domains_->words(var);
  for (const PairWatch& watch : pair_watches_[index(var)]) {
    if ((word & ~watch.filter) != 0) continue;
    const Pair& pair = problem_->pair(watch.pair);
    if (!domains_->within(var, problem_->theirs(pair))) continue;
    const Cause cause = Cause::pair(watch.pair);
    if (!remove(pair.owner, problem_->mine(pair), cause)) return cause;
  }
  return std::nullopt;
}

std::optional<Cause> Propagation::visit_stored(Var var) {
  std::vector<StoredWatch>& watches = stored_watches_[index(var)];
  const Word word = *domains_->words(var);
  std::optional<Cause> conflict;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < watches.size(); ++i) {
    const StoredWatch watch = watches[i];
    watches[kept++] = watch;
    if (conflict || (word & ~watch.filter) != 0) continue;
    const std::span<StoredTerm> terms = store_->terms(watch.exclusion);
    if (terms[0].var == var) std::swap(terms[0], terms[1]);
    const Word* other = store_->set(terms[0]);
    if (!holds(terms[1]) || !domains_->meets(terms[0].var, other)) continue;
    if (find_watch(terms)) {
      this->watch(terms[1], watch.exclusion);
      --kept;
      continue;
    }
    const Cause cause = Cause::stored(watch.exclusion);
    if (!remove(terms[0].var, other, cause)) conflict = cause;
  }
  watches.resize(kept);
  return conflict;
}

/// Swaps a term that does not hold into the second place, if there is one beyond.
bool Propagation::find_watch(std::span<StoredTerm> terms) const {
  for (std::size_t k = 2; k < terms.size(); ++k) {
    if (holds(terms[k])) continue;
    std::swap(terms[1], terms[k]);
    return true;
  }
  return false;
}

void Propagation::watch(const StoredTerm& term, StoredIndex exclusion) {
  std::vector<StoredWatch>& watches = stored_watches_[index(term.var)];
  if (watches.empty()) watched_.push_back(term.var);
  watches.push_back({*store_->set(term), exclusion});
}

void Propagation::attach(StoredIndex exclusion) {
  const std::size_t at = std::to_underlying(exclusion);
  if (at >= attached_.size()) attached_.resize(at + 1);
  attached_[at] = true;
  attached_list_.push_back(exclusion);
  const std::span<StoredTerm> terms = store_->terms(exclusion);
  watch(terms[0], exclusion);
  watch(terms[1], exclusion);
}

void Propagation::detach_all() {
  for (const StoredIndex exclusion : attached_list_) {
    attached_[std::to_underlying(exclusion)] = false;
  }
  attached_list_.clear();
  for (const Var var : watched_) stored_watches_[index(var)].clear();
  watched_.clear();
}

std::optional<Cause> Propagation::attach_standing() {
  for (const Var var : standing_) {
    for (const StoredIndex exclusion : adopted_[index(var)]) {
      if (const auto conflict = examine(exclusion)) return conflict;
    }
  }
  return std::nullopt;
}

/// Attaches the exclusion if it is not, and draws its consequence if it has one already.
std::optional<Cause> Propagation::examine(StoredIndex exclusion) {
  const std::span<StoredTerm> terms = store_->terms(exclusion);
  const std::size_t at = std::to_underlying(exclusion);
  if (at >= attached_.size() || !attached_[at]) {
    arrange(terms);
    attach(exclusion);
  }
  const StoredTerm* open = nullptr;
  for (const StoredTerm& term : terms) {
    if (holds(term)) continue;
    if (open != nullptr) return std::nullopt;
    open = &term;
  }
  const Cause cause = Cause::stored(exclusion);
  if (open == nullptr || !remove(open->var, store_->set(*open), cause)) return cause;
  return std::nullopt;
}

/// Brings the two terms to the front that are to be watched: any that do not hold, then those that
/// were satisfied last, which are the first to be undone.
void Propagation::arrange(std::span<StoredTerm> terms) const {
  const auto undone_before = [&](const StoredTerm& a, const StoredTerm& b) {
    if (!holds(a) || !holds(b)) return !holds(a) && holds(b);
    // none is 0 after adding 1: satisfied before everything.
    return domains_->satisfier(a.var, store_->set(a)) + 1 >
           domains_->satisfier(b.var, store_->set(b)) + 1;
  };
  for (std::size_t front = 0; front < 2; ++front) {
    for (std::size_t k = front + 1; k < terms.size(); ++k) {
      if (undone_before(terms[k], terms[front])) std::swap(terms[k], terms[front]);
    }
  }
}

void Propagation::backjump(std::uint32_t level) {
  clear_queue();
  if (level >= domains_->level()) return;
  const std::size_t target = domains_->trail_size_at(level);
  while (domains_->trail_size() > target) {
    while (!registrations_.empty() && registrations_.back().trail_size == domains_->trail_size()) {
      unlist(registrations_.back().var);
      registrations_.pop_back();
    }
    domains_->undo_last();
  }
  domains_->drop_levels_above(level);
}

void Propagation::commit() {
  for (const Registration& registration : registrations_) standing_.push_back(registration.var);
  registrations_.clear();
  domains_->commit();
}

std::optional<Var> Propagation::narrowest_undecided() const {
  std::optional<Var> narrowest;
  std::size_t fewest = 0;
  const auto consider = [&](Var var) {
    if (!domains_->awake(var)) return;
    const std::size_t left = domains_->size(var);
    if (left < 2 || (narrowest && left >= fewest)) return;
    narrowest = var;
    fewest = left;
  };
  for (const Var var : standing_) consider(var);
  for (const Registration& registration : registrations_) consider(registration.var);
  return narrowest;
}

}  // namespace oxbow::solve
