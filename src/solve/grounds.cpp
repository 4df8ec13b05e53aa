#include "solve/grounds.h"

#include <algorithm>
#include <utility>

namespace oxbow::solve {

Grounds::Grounds(const Problem& problem, const Domains& domains, ExclusionStore& store)
    : problem_(&problem),
      domains_(&domains),
      store_(&store),
      last_base_(problem.variables(), Domains::none),
      stamps_(problem.variables()),
      gone_(problem.all_words()),
      required_(problem.variables()),
      later_(problem.variables(), Domains::none) {}

void Grounds::begin() {
  sources_.clear();
  ++now_;
}

void Grounds::add(Var var) {
  if (std::exchange(stamps_[index(var)], now_) != now_) sources_.push_back(var);
}

void Grounds::add_cause(Cause cause) {
  if (cause.is_choice()) return;
  if (cause.is_pair()) {
    const Pair& pair = problem_->pair(cause.as_pair());
    add(pair.owner);
    add(pair.other);
    return;
  }
  for (const Var var : store_->sources(cause.as_stored())) add(var);
}

// Adds why at level 0 `var` has none of the values `gone`, as far as they went there.
void Grounds::add_base(Var var, const Word* gone) {
  const std::size_t words = problem_->place(var).words;
  for (std::uint32_t at = last_base_[index(var)]; at != Domains::none; at = bases_[at].previous) {
    const Base& base = bases_[at];
    if (!meets(&taken_[base.taken], gone, words)) continue;
    for (std::uint32_t i = base.sources_begin; i < base.sources_end; ++i) add(base_sources_[i]);
  }
}

void Grounds::note_given() {
  begin();
  const StoredIndex newest{static_cast<std::uint32_t>(store_->size() - 1)};
  for (const auto& term : store_->terms(newest)) add(term.var);
  store_->add_sources(sources_);
}

void Grounds::note_learnt(std::span<const Cause> antecedents, std::span<const TermView> settled) {
  begin();
  for (const Cause cause : antecedents) add_cause(cause);
  std::vector<Word> outside;
  for (const TermView& term : settled) {
    const std::size_t words = problem_->place(term.var).words;
    outside.resize(words);
    for (std::size_t i = 0; i < words; ++i) outside[i] = ~term.set[i];
    add_base(term.var, outside.data());
  }
  store_->add_sources(sources_);
}

void Grounds::require_gone(Var var) {
  if (required_[index(var)]) return;
  required_[index(var)] = true;
  required_list_.push_back(var);
}

// For "var in set" to hold, everything else has to be gone.
void Grounds::require_outside(Var var, const Word* set) {
  require_gone(var);
  for (std::size_t i = 0; i < problem_->place(var).words; ++i) gone(var)[i] |= ~set[i];
}

void Grounds::require_others(Cause cause, Var except) {
  if (cause.is_pair()) {
    const Pair& pair = problem_->pair(cause.as_pair());
    if (pair.owner != except) require_outside(pair.owner, problem_->mine(pair));
    if (pair.other != except) require_outside(pair.other, problem_->theirs(pair));
    return;
  }
  for (const auto& term : store_->terms(cause.as_stored())) {
    if (term.var != except) require_outside(term.var, store_->set(term));
  }
}

// Goes back along the trail: whatever took a value that has to be gone is a ground, and what made
// it do so has to have been there before.
std::span<const Var> Grounds::trace() {
  for (std::size_t at = domains_->trail_size(); at-- > 0;) {
    const Domains::Entry& entry = domains_->entry(at);
    const std::uint32_t later =
        std::exchange(later_[index(entry.var)], static_cast<std::uint32_t>(at));
    if (entry.cause.is_choice() || !required_[index(entry.var)]) continue;
    const Word* const before = domains_->before(entry);
    const Word* const after = later == Domains::none ? domains_->words(entry.var)
                                                     : domains_->before(domains_->entry(later));
    const std::size_t words = problem_->place(entry.var).words;
    bool matters = false;
    for (std::size_t i = 0; i < words; ++i) {
      matters = matters || (before[i] & ~after[i] & gone(entry.var)[i]) != 0;
    }
    if (!matters) continue;
    add_cause(entry.cause);
    require_others(entry.cause, entry.var);
  }
  for (std::size_t at = 0; at < domains_->trail_size(); ++at) {
    later_[index(domains_->entry(at).var)] = Domains::none;
  }
  for (const Var var : required_list_) {
    add_base(var, gone(var));
    std::fill_n(gone(var), problem_->place(var).words, 0);
    required_[index(var)] = false;
  }
  required_list_.clear();
  return sources_;
}

std::span<const Var> Grounds::of_solution(std::span<const Choice> selection) {
  begin();
  for (const Choice& choice : selection) {
    if (index(choice.value) == 0) continue;
    require_gone(choice.var);
    const std::size_t last = index(choice.value) / word_bits;
    for (std::size_t i = 0; i < last; ++i) gone(choice.var)[i] = ~Word{0};
    gone(choice.var)[last] |= (Word{1} << (index(choice.value) % word_bits)) - 1;
  }
  return trace();
}

std::span<const Var> Grounds::of_absence(const Term& term) {
  begin();
  add(term.var);
  require_gone(term.var);
  for (std::size_t i = 0; i < term.set.words(); ++i) gone(term.var)[i] = term.set.word(i);
  return trace();
}

void Grounds::note_level_zero() {
  const std::size_t size = domains_->trail_size();
  std::vector<std::uint32_t> after(size);
  for (std::size_t at = size; at-- > 0;) {
    after[at] =
        std::exchange(later_[index(domains_->entry(at).var)], static_cast<std::uint32_t>(at));
  }
  for (std::size_t at = 0; at < size; ++at) {
    const Var var = domains_->entry(at).var;
    later_[index(var)] = Domains::none;
    note_base(at, after[at] == Domains::none ? domains_->words(var)
                                             : domains_->before(domains_->entry(after[at])));
  }
}

void Grounds::note_base(std::size_t at, const Word* after) {
  const Domains::Entry& entry = domains_->entry(at);
  begin();
  add_cause(entry.cause);
  require_others(entry.cause, entry.var);
  for (const Var var : required_list_) {
    add_base(var, gone(var));
    std::fill_n(gone(var), problem_->place(var).words, 0);
    required_[index(var)] = false;
  }
  required_list_.clear();
  const auto taken = static_cast<std::uint32_t>(taken_.size());
  const Word* const before = domains_->before(entry);
  for (std::size_t i = 0; i < problem_->place(entry.var).words; ++i) {
    taken_.push_back(before[i] & ~after[i]);
  }
  const auto sources_begin = static_cast<std::uint32_t>(base_sources_.size());
  base_sources_.insert(base_sources_.end(), sources_.begin(), sources_.end());
  bases_.push_back(
      {taken, sources_begin, static_cast<std::uint32_t>(base_sources_.size()),
       std::exchange(last_base_[index(entry.var)], static_cast<std::uint32_t>(bases_.size()))});
}

}  // namespace oxbow::solve
