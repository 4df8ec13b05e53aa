#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace oxbow::solve {

/// A variable of a problem: what is to be given one of its values, or left at rest.
enum class Var : std::uint32_t {};

/// A value of some variable: 0 is the most preferred; a variable with n values is at rest at n.
enum class Value : std::uint32_t {};

constexpr std::size_t index(Var var) { return std::to_underlying(var); }
constexpr std::size_t index(Value value) { return std::to_underlying(value); }

/// 64 members of a set of values, lowest value in the lowest bit. A set over n values and rest is
/// n / 64 + 1 of them; the bits above rest are zero.
using Word = std::uint64_t;
inline constexpr std::size_t word_bits = 64;

/// A set of the values of one variable, of which rest may be one. The first word is inline, so that
/// nearly all sets need no memory of their own.
class ValueSet {
 public:
  /// The empty set over `values` values and rest.
  explicit ValueSet(std::size_t values) : values_(values), more_(values / word_bits) {}
  ValueSet(std::size_t values, std::initializer_list<Value> members) : ValueSet(values) {
    for (const Value member : members) insert(member);
  }

  std::size_t values() const { return values_; }
  Value rest() const { return Value{static_cast<std::uint32_t>(values_)}; }

  void insert(Value value) { word(index(value) / word_bits) |= bit(value); }
  void erase(Value value) { word(index(value) / word_bits) &= ~bit(value); }
  bool contains(Value value) const { return (word(index(value) / word_bits) & bit(value)) != 0; }
  bool empty() const {
    for (std::size_t i = 0; i < words(); ++i) {
      if (word(i) != 0) return false;
    }
    return true;
  }

  /// Everything that is not in this set, rest included.
  ValueSet complement() const {
    ValueSet result(values_);
    for (std::size_t i = 0; i < words(); ++i) result.word(i) = ~word(i);
    const std::size_t used = values_ % word_bits + 1;
    if (used < word_bits) result.word(words() - 1) &= (Word{1} << used) - 1;
    return result;
  }

  /// Leaves what is also in `other`, a set over the same values.
  void intersect(const ValueSet& other) {
    for (std::size_t i = 0; i < words(); ++i) word(i) &= other.word(i);
  }

  /// Adds what is in `other`, a set over the same values.
  void unite(const ValueSet& other) {
    for (std::size_t i = 0; i < words(); ++i) word(i) |= other.word(i);
  }

  std::size_t words() const { return 1 + more_.size(); }
  Word word(std::size_t i) const { return i == 0 ? first_ : more_[i - 1]; }

 private:
  static Word bit(Value value) { return Word{1} << (index(value) % word_bits); }
  Word& word(std::size_t i) { return i == 0 ? first_ : more_[i - 1]; }

  std::size_t values_;
  Word first_ = 0;
  std::vector<Word> more_;
};

}  // namespace oxbow::solve
