#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "solve/domains.h"
#include "solve/problem.h"

namespace oxbow::solve {

/// Where a stored exclusion comes from; `index` says which original, fact or assumption it is.
struct Origin {
  enum class Kind : std::uint8_t { original, fact, assumption, learnt };

  Kind kind;
  std::uint32_t index = 0;
};

/// The exclusions that are a search's own: its copies of the problem's that are not pairs, its
/// facts and assumptions ("v in S" as the exclusion of v outside S), and what it learns.
///
/// Terms of one exclusion are of different variables. Their order is the propagation's business:
/// it watches the first two.
class ExclusionStore {
 public:
  /// A term and where its set begins in the store's words.
  struct StoredTerm {
    Var var;
    std::uint32_t offset;
  };

  explicit ExclusionStore(const Problem& problem) : problem_(&problem) {}

  StoredIndex add(std::span<const TermView> terms, Origin origin);

  /// Notes what the newest exclusion follows from.
  void add_antecedents(std::span<const Cause> causes);

  /// Notes the variables that the newest exclusion follows from.
  void add_sources(std::span<const Var> sources);

  std::size_t size() const { return exclusions_.size(); }
  std::span<StoredTerm> terms(StoredIndex at) {
    const Exclusion& exclusion = exclusions_[std::to_underlying(at)];
    return std::span(terms_).subspan(exclusion.begin, exclusion.size);
  }
  const Word* set(const StoredTerm& term) const { return &words_[term.offset]; }
  Origin origin(StoredIndex at) const { return exclusions_[std::to_underlying(at)].origin; }
  std::span<const Cause> antecedents(StoredIndex at) const;
  std::span<const Var> sources(StoredIndex at) const;

  /// Forgets all but the oldest `size` exclusions.
  void truncate(std::size_t size);

 private:
  struct Exclusion {
    std::uint32_t begin;
    std::uint32_t size;
    std::uint32_t words_begin;
    std::uint32_t antecedents_begin;
    std::uint32_t antecedents_size;
    std::uint32_t sources_begin;
    std::uint32_t sources_size;
    Origin origin;
  };

  const Problem* problem_;
  std::vector<Exclusion> exclusions_;
  std::vector<StoredTerm> terms_;
  std::vector<Word> words_;
  std::vector<Cause> antecedents_;
  std::vector<Var> sources_;
};

}  // namespace oxbow::solve
