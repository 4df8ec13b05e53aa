#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "solve/problem.h"

namespace oxbow::solve {

/// The position of an exclusion in a search's ExclusionStore.
enum class StoredIndex : std::uint32_t {};

/// Why a domain became smaller: a choice of the search, or an exclusion.
class Cause {
 public:
  static Cause choice() { return Cause(choice_bits); }
  static Cause pair(PairIndex at) { return Cause(std::to_underlying(at)); }
  static Cause stored(StoredIndex at) { return Cause(std::to_underlying(at) | stored_bit); }

  bool is_choice() const { return raw_ == choice_bits; }
  bool is_pair() const { return (raw_ & stored_bit) == 0; }
  PairIndex as_pair() const { return PairIndex{raw_}; }
  StoredIndex as_stored() const { return StoredIndex{raw_ & ~stored_bit}; }

 private:
  static constexpr std::uint32_t stored_bit = 0x8000'0000;
  static constexpr std::uint32_t choice_bits = std::numeric_limits<std::uint32_t>::max();

  explicit Cause(std::uint32_t raw) : raw_(raw) {}

  std::uint32_t raw_;
};

inline bool within(const Word* a, const Word* b, std::size_t words) {
  for (std::size_t i = 0; i < words; ++i) {
    if ((a[i] & ~b[i]) != 0) return false;
  }
  return true;
}

inline bool meets(const Word* a, const Word* b, std::size_t words) {
  for (std::size_t i = 0; i < words; ++i) {
    if ((a[i] & b[i]) != 0) return true;
  }
  return false;
}

/// The values that each variable still has, and the trail of how they came to be so few.
///
/// A domain is never empty: whoever narrows looks first. Levels nest: undoing to a level restores
/// every domain to what it was before the next level was opened.
class Domains {
 public:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  /// One narrowing: the domain before it (or where in saved_ it is, if of several words), and the
  /// narrowing of the same variable before this.
  struct Entry {
    Word before;
    Var var;
    std::uint32_t previous;
    Cause cause;
    std::uint32_t level;
  };

  explicit Domains(const Problem& problem);

  const Word* words(Var var) const { return &words_[problem_->place(var).offset]; }

  /// The term "var in set" holds.
  bool within(Var var, const Word* set) const {
    const Problem::Place& place = problem_->place(var);
    return solve::within(&words_[place.offset], set, place.words);
  }

  /// The term "var in set" may yet hold.
  bool meets(Var var, const Word* set) const {
    const Problem::Place& place = problem_->place(var);
    return solve::meets(&words_[place.offset], set, place.words);
  }

  /// Rest is no longer among the values.
  bool awake(Var var) const {
    const Problem::Place& place = problem_->place(var);
    const Word word = words_[place.offset + place.values / word_bits];
    return ((word >> (place.values % word_bits)) & 1) == 0;
  }

  bool decided(Var var) const;
  /// The number of values left.
  std::size_t size(Var var) const;
  Value first(Var var) const;

  /// Takes `set` from the domain. Precondition: that takes something and leaves something.
  void remove(Var var, const Word* set, Cause cause);

  /// Leaves the first value only.
  void settle_on_first(Var var, Cause cause);

  std::uint32_t level() const { return static_cast<std::uint32_t>(level_begin_.size()); }
  void open_level() { level_begin_.push_back(trail_.size()); }

  /// The length that the trail had when the level above `level` was opened.
  std::size_t trail_size_at(std::uint32_t level) const { return level_begin_[level]; }
  void drop_levels_above(std::uint32_t level) { level_begin_.resize(level); }

  std::size_t trail_size() const { return trail_.size(); }
  const Entry& entry(std::size_t at) const { return trail_[at]; }
  /// What the narrowing's variable had before it.
  const Word* before(const Entry& entry) const {
    return before(entry, problem_->place(entry.var).words);
  }
  void undo_last();

  /// Makes what is on the trail the way it has always been. Precondition: no level is open.
  void commit();

  /// The earliest narrowing after which "var in set" holds, or none if it held before all of them.
  /// Precondition: it holds.
  std::uint32_t satisfier(Var var, const Word* set) const;

 private:
  void record(Var var, Cause cause);
  const Word* before(const Entry& entry, std::size_t words) const {
    return words == 1 ? &entry.before : &saved_[entry.before];
  }

  const Problem* problem_;
  std::vector<Word> words_;
  std::vector<std::uint32_t> last_;
  std::vector<Entry> trail_;
  std::vector<Word> saved_;
  std::vector<std::size_t> level_begin_;
};

}  // namespace oxbow::solve
