#include "solve/domains.h"

#include <algorithm>
#include <bit>

namespace oxbow::solve {

Domains::Domains(const Problem& problem)
    : problem_(&problem), words_(problem.all_words()), last_(problem.variables(), none) {
  for (std::uint32_t v = 0; v < problem.variables(); ++v) {
    const Problem::Place& place = problem.place(Var{v});
    for (std::size_t value = 0; value <= place.values; ++value) {
      words_[place.offset + value / word_bits] |= Word{1} << (value % word_bits);
    }
  }
}

std::size_t Domains::size(Var var) const {
  const Problem::Place& place = problem_->place(var);
  std::size_t size = 0;
  for (std::size_t i = 0; i < place.words; ++i) {
    size += static_cast<std::size_t>(std::popcount(words_[place.offset + i]));
  }
  return size;
}

bool Domains::decided(Var var) const {
  const Problem::Place& place = problem_->place(var);
  int left = 0;
  for (std::size_t i = 0; i < place.words; ++i) left += std::popcount(words_[place.offset + i]);
  return left == 1;
}

Value Domains::first(Var var) const {
  const Word* words = this->words(var);
  std::uint32_t i = 0;
  while (words[i] == 0) ++i;
  return Value{i * static_cast<std::uint32_t>(word_bits) +
               static_cast<std::uint32_t>(std::countr_zero(words[i]))};
}

void Domains::record(Var var, Cause cause) {
  const Problem::Place& place = problem_->place(var);
  Word before = words_[place.offset];
  if (place.words > 1) {
    before = saved_.size();
    const auto begin = words_.begin() + static_cast<std::ptrdiff_t>(place.offset);
    saved_.insert(saved_.end(), begin, begin + static_cast<std::ptrdiff_t>(place.words));
  }
  std::uint32_t& last = last_[index(var)];
  trail_.push_back({before, var, last, cause, level()});
  last = static_cast<std::uint32_t>(trail_.size() - 1);
}

void Domains::remove(Var var, const Word* set, Cause cause) {
  record(var, cause);
  const Problem::Place& place = problem_->place(var);
  for (std::size_t i = 0; i < place.words; ++i) words_[place.offset + i] &= ~set[i];
}

void Domains::settle_on_first(Var var, Cause cause) {
  const Value value = first(var);
  record(var, cause);
  const Problem::Place& place = problem_->place(var);
  std::fill_n(words_.begin() + static_cast<std::ptrdiff_t>(place.offset), place.words, 0);
  words_[place.offset + index(value) / word_bits] = Word{1} << (index(value) % word_bits);
}

void Domains::undo_last() {
  const Entry& entry = trail_.back();
  const Problem::Place& place = problem_->place(entry.var);
  std::copy_n(before(entry, place.words), place.words,
              words_.begin() + static_cast<std::ptrdiff_t>(place.offset));
  if (place.words > 1) saved_.resize(entry.before);
  last_[index(entry.var)] = entry.previous;
  trail_.pop_back();
}

void Domains::commit() {
  for (const Entry& entry : trail_) last_[index(entry.var)] = none;
  trail_.clear();
  saved_.clear();
}

std::uint32_t Domains::satisfier(Var var, const Word* set) const {
  const std::size_t words = problem_->place(var).words;
  std::uint32_t at = last_[index(var)];
  while (at != none && solve::within(before(trail_[at], words), set, words)) {
    at = trail_[at].previous;
  }
  return at;
}

}  // namespace oxbow::solve
