#include "solve/exclusion_store.h"

namespace oxbow::solve {

StoredIndex ExclusionStore::add(std::span<const TermView> terms, Origin origin) {
  const StoredIndex at{static_cast<std::uint32_t>(exclusions_.size())};
  exclusions_.push_back(
      {static_cast<std::uint32_t>(terms_.size()), static_cast<std::uint32_t>(terms.size()),
       static_cast<std::uint32_t>(words_.size()), static_cast<std::uint32_t>(antecedents_.size()),
       0, static_cast<std::uint32_t>(sources_.size()), 0, origin});
  for (const TermView& term : terms) {
    terms_.push_back({term.var, static_cast<std::uint32_t>(words_.size())});
    words_.insert(words_.end(), term.set, term.set + problem_->place(term.var).words);
  }
  return at;
}

void ExclusionStore::add_antecedents(std::span<const Cause> causes) {
  antecedents_.insert(antecedents_.end(), causes.begin(), causes.end());
  exclusions_.back().antecedents_size += static_cast<std::uint32_t>(causes.size());
}

void ExclusionStore::add_sources(std::span<const Var> sources) {
  sources_.insert(sources_.end(), sources.begin(), sources.end());
  exclusions_.back().sources_size += static_cast<std::uint32_t>(sources.size());
}

std::span<const Var> ExclusionStore::sources(StoredIndex at) const {
  const Exclusion& exclusion = exclusions_[std::to_underlying(at)];
  return std::span(sources_).subspan(exclusion.sources_begin, exclusion.sources_size);
}

std::span<const Cause> ExclusionStore::antecedents(StoredIndex at) const {
  const Exclusion& exclusion = exclusions_[std::to_underlying(at)];
  return std::span(antecedents_).subspan(exclusion.antecedents_begin, exclusion.antecedents_size);
}

void ExclusionStore::truncate(std::size_t size) {
  if (size >= exclusions_.size()) return;
  const Exclusion& first = exclusions_[size];
  terms_.resize(first.begin);
  words_.resize(first.words_begin);
  antecedents_.erase(antecedents_.begin() + static_cast<std::ptrdiff_t>(first.antecedents_begin),
                     antecedents_.end());
  sources_.resize(first.sources_begin);
  exclusions_.resize(size);
}

}  // namespace oxbow::solve
