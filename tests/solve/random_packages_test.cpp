#include <catch2/catch.hpp>

#include <algorithm>
#include <optional>

#include "tests/sanitized.h"
#include "tests/solve/formula.h"

using namespace oxbow::solve;
using oxbow::tests::cases;

namespace {

/// A random universe: names with versions, some missing, that need and refuse each other, with
/// alternatives inside alternatives. Wide names have more versions than one or two words hold.
class RandomUniverse {
 public:
  Formula formula;
  std::vector<Var> names;

  RandomUniverse(std::size_t count, bool wide, std::uint32_t seed) : dice_(seed) {
    for (std::size_t i = 0; i < count; ++i) names.push_back(formula.add(random_size(wide)));
    for (const Var name : names) {
      for (std::uint32_t c = 0; c < formula.values[index(name)]; ++c) {
        const std::uint32_t needs = dice_.roll(3);
        for (std::uint32_t i = 0; i < needs; ++i) add_need(name, Value{c}, 0);
        if (dice_.chance(30)) add_refusal(name, Value{c});
        if (dice_.chance(15)) add_long_exclusion(name, Value{c});
      }
    }
  }

 private:
  std::size_t random_size(bool wide) {
    if (wide && dice_.chance(40)) return 60 + dice_.roll(80);
    return dice_.chance(8) ? 0 : 1 + dice_.roll(3);
  }

  Var random_name() { return names[dice_.roll(names.size())]; }

  /// Mostly an interval, as version constraints are.
  ValueSet random_values(Var var) {
    ValueSet result = formula.none(var);
    const std::size_t count = formula.values[index(var)];
    if (count == 0) return result;
    const std::uint32_t from = dice_.roll(count);
    const std::size_t to = from + 1 + dice_.roll(count - from);
    for (std::uint32_t value = from; value < to; ++value) {
      if (!dice_.chance(10)) result.insert(Value{value});
    }
    return result;
  }

  void exclude(Var user, Value value, Var other, ValueSet set) {
    formula.exclusions.push_back(
        {user, {{user, formula.only(user, value)}, {other, std::move(set)}}});
  }

  void add_need(Var user, Value value, int depth) {
    if (depth < 3 && dice_.chance(25)) {
      add_alternatives(user, value, depth);
      return;
    }
    const Var other = random_name();
    formula.requirements[{user, value}].push_back(other);
    exclude(user, value, other, random_values(other).complement());
  }

  /// One of two or three branches, each with needs of its own.
  void add_alternatives(Var user, Value value, int depth) {
    const Var choice = formula.add(2 + dice_.roll(2));
    formula.requirements[{user, value}].push_back(choice);
    exclude(user, value, choice, formula.only(choice, formula.rest(choice)));
    for (std::uint32_t branch = 0; branch < formula.values[index(choice)]; ++branch) {
      add_need(choice, Value{branch}, depth + 1);
      if (dice_.chance(30)) add_need(choice, Value{branch}, depth + 1);
    }
  }

  void add_refusal(Var user, Value value) {
    const Var other = random_name();
    exclude(user, value, other, random_values(other));
  }

  /// "Needs one or the other" (either may then rest), or "not together with both".
  void add_long_exclusion(Var user, Value value) {
    const bool needs = dice_.chance(50);
    Formula::Exclusion exclusion{user, {{user, formula.only(user, value)}}};
    for (int i = 0; i < 2; ++i) {
      const Var other = random_name();
      if (other == user) continue;
      const ValueSet set = random_values(other);
      exclusion.terms.push_back({other, needs ? set.complement() : set});
      if (needs) formula.requirements[{user, value}].push_back(other);
    }
    formula.exclusions.push_back(std::move(exclusion));
  }

  Dice dice_;
};

/// The first solution by definition: tries all values of each variable of the walk, in order.
class FormulaEnumeration {
 public:
  FormulaEnumeration(const Formula& formula, std::vector<Term> terms, std::vector<Var> starts)
      : formula_(formula), terms_(std::move(terms)), starts_(std::move(starts)) {
    values_.resize(formula.values.size());
  }

  std::optional<std::vector<Choice>> first() {
    if (!extend()) return std::nullopt;
    return choices_;
  }

 private:
  bool extend() {
    const std::optional<Var> next = first_undecided();
    if (!next) return is_model(formula_, choices_, terms_, {});
    for (std::uint32_t value = 0; value <= formula_.values[index(*next)]; ++value) {
      choices_.push_back({*next, Value{value}});
      values_[index(*next)] = Value{value};
      if (is_possible(*next) && extend()) return true;
      values_[index(*next)].reset();
      choices_.pop_back();
    }
    return false;
  }

  std::optional<Var> first_undecided() {
    std::vector<bool> seen(formula_.values.size());
    std::vector<Var> stack(starts_.rbegin(), starts_.rend());
    while (!stack.empty()) {
      const Var var = stack.back();
      stack.pop_back();
      if (seen[index(var)]) continue;
      seen[index(var)] = true;
      if (!values_[index(var)]) return var;
      const auto required = formula_.requirements.find({var, *values_[index(var)]});
      if (required == formula_.requirements.end()) continue;
      stack.insert(stack.end(), required->second.rbegin(), required->second.rend());
    }
    return std::nullopt;
  }

  /// No exclusion that the newest value is part of is violated by values already given.
  bool is_possible(Var newest) const {
    const auto holds = [&](const Term& term) {
      const auto& value = values_[index(term.var)];
      return value && term.set.contains(*value);
    };
    for (const Term& term : terms_) {
      if (term.var == newest && !holds(term)) return false;
    }
    return std::ranges::none_of(formula_.exclusions, [&](const Formula::Exclusion& exclusion) {
      return std::ranges::all_of(exclusion.terms, holds);
    });
  }

  const Formula& formula_;
  std::vector<Term> terms_;
  std::vector<Var> starts_;
  std::vector<std::optional<Value>> values_;
  std::vector<Choice> choices_;
};

/// The first solution by another definition: each variable of the walk has the lowest value with
/// which CaDiCaL finds a solution at all.
bool is_first(const Formula& formula, std::span<const Choice> solution,
              const std::vector<Term>& facts, const std::vector<Term>& assumptions) {
  Oracle oracle(formula);
  oracle.require(facts);
  oracle.require(assumptions);
  for (std::size_t i = 0; i < solution.size(); ++i) {
    for (std::uint32_t lower = 0; lower < index(solution[i].value); ++lower) {
      for (std::size_t k = 0; k < i; ++k) oracle.assume(solution[k].var, solution[k].value);
      oracle.assume(solution[i].var, Value{lower});
      if (oracle.satisfiable()) return false;
    }
  }
  return true;
}

constexpr std::size_t most_questions = 60;

struct Question {
  std::vector<Term> assumptions;
  std::vector<Var> starts;
};

/// Questions for one value of one name each, in random order; all of them if they are not too many.
std::vector<Question> questions(const RandomUniverse& universe, const std::vector<Var>& first,
                                Dice& dice) {
  std::vector<Question> result;
  for (const Var name : universe.names) {
    for (std::uint32_t c = 0; c < universe.formula.values[index(name)]; ++c) {
      Question question{{{name, universe.formula.only(name, Value{c})}}, first};
      question.starts.push_back(name);
      result.push_back(std::move(question));
    }
  }
  dice.shuffle(result);
  if (result.size() > most_questions) result.resize(most_questions);
  return result;
}

/// The first name, kept to some of its values, is every question's first start.
std::vector<Term> random_facts(const RandomUniverse& universe, Dice& dice) {
  const Var name = universe.names[0];
  const std::size_t count = universe.formula.values[index(name)];
  if (count == 0 || dice.chance(30)) return {};
  ValueSet set = universe.formula.only(name, Value{dice.roll(count)});
  set.insert(Value{dice.roll(count)});
  return {{name, set}};
}

struct FormulaTally {
  int solved = 0;
  int unsolvable = 0;
};

template <typename Check>
void ask_everything(const RandomUniverse& universe, Keeping keeping, Dice& dice,
                    FormulaTally& tally, const Check& check) {
  const Formula& formula = universe.formula;
  const std::vector<Term> facts = random_facts(universe, dice);
  const Problem problem = formula.compile();
  Search search(problem, facts, Proof::none, keeping);
  const std::vector<Var> first = facts.empty() ? std::vector<Var>{} : std::vector{facts[0].var};
  for (const Question& question : questions(universe, first, dice)) {
    const auto solution = search.solve(question.assumptions, question.starts);
    check(solution, facts, question);
    if (solution) {
      ++tally.solved;
    } else {
      ++tally.unsolvable;
      REQUIRE(refutation_stands(formula, facts, question.assumptions, question.starts));
    }
  }
}

}  // namespace

TEST_CASE("small universes: the answer is the one that enumeration finds") {
  Dice dice(3);
  FormulaTally tally;
  for (std::uint32_t seed = 0; seed < cases(2000U); ++seed) {
    const RandomUniverse universe(3 + dice.roll(6), false, seed);
    INFO("universe " << seed);
    ask_everything(universe, any_keeping(dice), dice, tally,
                   [&](const auto& solution, std::vector<Term> terms, const Question& question) {
                     terms.insert(terms.end(), question.assumptions.begin(),
                                  question.assumptions.end());
                     const auto expected =
                         FormulaEnumeration(universe.formula, terms, question.starts).first();
                     REQUIRE(solution.has_value() == expected.has_value());
                     if (expected) REQUIRE(std::ranges::equal(*solution, *expected));
                   });
  }
  CHECK(tally.solved > cases(5000));
  CHECK(tally.unsolvable > cases(3000));
}

TEST_CASE("larger and wide universes: no lower value has a solution") {
  Dice dice(4);
  FormulaTally tally;
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    const bool wide = seed % 10 == 0;
    const RandomUniverse universe(wide ? 6 : 10 + dice.roll(40), wide, 10'000 + seed);
    INFO("universe " << seed);
    ask_everything(
        universe, any_keeping(dice), dice, tally,
        [&](const auto& solution, const std::vector<Term>& facts, const Question& question) {
          if (solution) {
            REQUIRE(is_model(universe.formula, *solution, facts, question.assumptions));
            REQUIRE(is_first(universe.formula, *solution, facts, question.assumptions));
          }
        });
  }
  CHECK(tally.solved > 1000);
  CHECK(tally.unsolvable > 500);
}
