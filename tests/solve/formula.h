#pragma once

#include <cadical.hpp>

#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <map>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "solve/problem.h"
#include "solve/search.h"

namespace oxbow::solve {

/// A problem as plain data, so that tests can take it apart, check answers against it, and hand it
/// to somebody else's solver.
struct Formula {
  struct Exclusion {
    Var owner;
    std::vector<Term> terms;
  };

  std::vector<std::size_t> values;
  std::vector<Exclusion> exclusions;
  std::map<std::pair<Var, Value>, std::vector<Var>> requirements;

  Var add(std::size_t count) {
    values.push_back(count);
    return Var{static_cast<std::uint32_t>(values.size() - 1)};
  }
  Value rest(Var var) const { return Value{static_cast<std::uint32_t>(values[index(var)])}; }
  ValueSet none(Var var) const { return ValueSet(values[index(var)]); }
  ValueSet only(Var var, Value value) const { return ValueSet(values[index(var)], {value}); }

  /// The problem with only those exclusions whose numbers are given, or with all of them.
  Problem compile(const std::vector<ExclusionId>* only_these = nullptr) const {
    Problem::Builder builder;
    for (const std::size_t count : values) builder.add_variable(count);
    for (const auto& [user, list] : requirements) {
      for (const Var required : list) builder.require(user.first, user.second, required);
    }
    for (const Exclusion& exclusion : chosen(only_these)) {
      builder.exclude(exclusion.owner, exclusion.terms);
    }
    return std::move(builder).build();
  }

  std::vector<Exclusion> chosen(const std::vector<ExclusionId>* only_these) const {
    if (only_these == nullptr) return exclusions;
    std::vector<Exclusion> result;
    for (const ExclusionId id : *only_these) result.push_back(exclusions[index(id)]);
    return result;
  }
};

/// Those of `items` at the positions `at`.
template <typename T>
std::vector<T> picked(const std::vector<T>& items, const std::vector<std::size_t>& at) {
  std::vector<T> result;
  for (const std::size_t i : at) result.push_back(items[i]);
  return result;
}

/// A formula in CaDiCaL: a boolean for each variable and value, of which one is true.
class Oracle {
 public:
  explicit Oracle(const Formula& formula, const std::vector<ExclusionId>* only_these = nullptr) {
    solver_.set("quiet", 1);
    int next = 1;
    for (const std::size_t count : formula.values) {
      first_.push_back(next);
      for (std::size_t value = 0; value <= count; ++value) solver_.add(next++);
      solver_.add(0);
      for (int a = first_.back(); a < next; ++a) {
        for (int b = a + 1; b < next; ++b) add_clause({-a, -b});
      }
    }
    for (const Formula::Exclusion& exclusion : formula.chosen(only_these)) {
      for (const Term& term : exclusion.terms) add_literals(term.var, term.set.complement());
      solver_.add(0);
    }
  }

  void require(std::span<const Term> terms) {
    for (const Term& term : terms) {
      add_literals(term.var, term.set);
      solver_.add(0);
    }
  }

  void assume(Var var, Value value) { solver_.assume(literal(var, value)); }
  bool satisfiable() { return solver_.solve() == 10; }

 private:
  void add_clause(std::initializer_list<int> literals) {
    for (const int literal : literals) solver_.add(literal);
    solver_.add(0);
  }
  int literal(Var var, Value value) const {
    return first_[index(var)] + static_cast<int>(index(value));
  }
  void add_literals(Var var, const ValueSet& set) {
    for (std::uint32_t value = 0; value <= set.values(); ++value) {
      if (set.contains(Value{value})) solver_.add(literal(var, Value{value}));
    }
  }

  CaDiCaL::Solver solver_;
  std::vector<int> first_;
};

/// Every variable's value: those chosen, and rest for the others.
inline std::vector<Value> assignment(const Formula& formula, std::span<const Choice> choices) {
  std::vector<Value> result;
  for (std::uint32_t v = 0; v < formula.values.size(); ++v) result.push_back(formula.rest(Var{v}));
  for (const Choice& choice : choices) result[index(choice.var)] = choice.value;
  return result;
}

inline bool all_hold(std::span<const Term> terms, const std::vector<Value>& values) {
  for (const Term& term : terms) {
    if (!term.set.contains(values[index(term.var)])) return false;
  }
  return true;
}

/// The choices violate no exclusion and satisfy the given terms.
inline bool is_model(const Formula& formula, std::span<const Choice> choices,
                     std::span<const Term> facts, std::span<const Term> assumptions) {
  const std::vector<Value> values = assignment(formula, choices);
  for (const Formula::Exclusion& exclusion : formula.exclusions) {
    if (all_hold(exclusion.terms, values)) return false;
  }
  return all_hold(facts, values) && all_hold(assumptions, values);
}

/// What a fresh search says that there is no solution for indeed has none, in the search's own
/// opinion and in CaDiCaL's.
inline bool refutation_stands(const Formula& formula, const std::vector<Term>& facts,
                              const std::vector<Term>& assumptions,
                              const std::vector<Var>& starts) {
  const Problem problem = formula.compile();
  Search proof(problem, facts, Proof::record);
  if (proof.solve(assumptions, starts)) return false;
  const Refutation& why = proof.refutation();
  const std::vector<Term> used_facts = picked(facts, why.facts);
  const std::vector<Term> used_assumptions = picked(assumptions, why.assumptions);

  Oracle oracle(formula, &why.exclusions);
  oracle.require(used_facts);
  oracle.require(used_assumptions);
  if (oracle.satisfiable()) return false;

  const Problem part = formula.compile(&why.exclusions);
  return !Search(part, used_facts).solve(used_assumptions, starts);
}

/// Random numbers that are the same on every platform.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}

  /// A number below `sides`.
  std::uint32_t roll(std::size_t sides) {
    return static_cast<std::uint32_t>(engine_() % static_cast<std::uint32_t>(sides));
  }
  bool chance(std::uint32_t percent) { return roll(100) < percent; }

  template <typename T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[roll(i)]);
  }

 private:
  std::mt19937 engine_;
};

/// Mostly what searches do by default, and everything from keeping nothing to keeping all.
inline Keeping any_keeping(Dice& dice) {
  constexpr std::size_t term_counts[] = {0, 2, 2, 3, 100};
  return {term_counts[dice.roll(std::size(term_counts))]};
}

}  // namespace oxbow::solve
