#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include "tests/solve/formula.h"

using namespace oxbow::solve;

namespace {

/// A boolean formula: a root that requires all variables, each of which is true (0) or false (1)
/// once the root is chosen. Clauses belong to the root, or to one of their own variables.
struct Booleans {
  Formula formula;
  Var root;
  std::vector<Var> vars;

  explicit Booleans(std::size_t count) : root(formula.add(1)) {
    for (std::size_t i = 0; i < count; ++i) {
      const Var var = formula.add(2);
      vars.push_back(var);
      formula.requirements[{root, Value{0}}].push_back(var);
      formula.exclusions.push_back(
          {root, {chosen_root(), {var, formula.only(var, formula.rest(var))}}});
    }
  }

  Term chosen_root() const { return {root, formula.only(root, Value{0})}; }

  Term random_literal(Dice& dice) const {
    const Var var = vars[dice.roll(vars.size())];
    return {var, formula.only(var, Value{dice.roll(2)})};
  }

  void add_random_clause(std::size_t size, Dice& dice) {
    Formula::Exclusion exclusion{root, {}};
    while (exclusion.terms.size() < size) {
      const Term literal = random_literal(dice);
      const bool repeated = std::ranges::any_of(
          exclusion.terms, [&](const Term& term) { return term.var == literal.var; });
      if (!repeated) exclusion.terms.push_back(literal);
    }
    if (dice.chance(50)) {
      exclusion.owner = exclusion.terms[dice.roll(size)].var;
    } else {
      exclusion.terms.push_back(chosen_root());
    }
    formula.exclusions.push_back(std::move(exclusion));
  }
};

/// Asks one search about the formula under several assumptions, and compares with CaDiCaL.
void compare(const Booleans& booleans, Keeping keeping, Dice& dice, int& satisfiable, int& not_so) {
  const Formula& formula = booleans.formula;
  const std::vector<Term> facts{booleans.chosen_root()};
  const std::vector<Var> starts{booleans.root};
  const Problem problem = formula.compile();
  Search search(problem, facts, Proof::none, keeping);
  for (std::size_t round = 0; round < 4; ++round) {
    std::vector<Term> assumptions;
    for (std::size_t i = 0; i < 2 * round; ++i) {
      assumptions.push_back(booleans.random_literal(dice));
    }
    Oracle oracle(formula);
    oracle.require(facts);
    oracle.require(assumptions);
    const auto solution = search.solve(assumptions, starts);
    REQUIRE(solution.has_value() == oracle.satisfiable());
    if (solution) {
      ++satisfiable;
      REQUIRE(solution->size() == formula.values.size());
      REQUIRE(is_model(formula, *solution, facts, assumptions));
    } else {
      ++not_so;
      REQUIRE(refutation_stands(formula, facts, assumptions, starts));
    }
  }
}

}  // namespace

TEST_CASE("3-SAT near the threshold agrees with CaDiCaL") {
  Dice dice(1);
  int satisfiable = 0;
  int not_so = 0;
  for (int i = 0; i < 1000; ++i) {
    Booleans booleans(5 + dice.roll(36));
    const auto clauses = static_cast<std::size_t>(
        std::lround(static_cast<double>(booleans.vars.size()) * (3.6 + 0.1 * dice.roll(12))));
    for (std::size_t c = 0; c < clauses; ++c) booleans.add_random_clause(3, dice);
    compare(booleans, any_keeping(dice), dice, satisfiable, not_so);
  }
  CHECK(satisfiable > 500);
  CHECK(not_so > 500);
}

TEST_CASE("mixes of clauses of one to four literals agree with CaDiCaL") {
  Dice dice(2);
  int satisfiable = 0;
  int not_so = 0;
  for (int i = 0; i < 1500; ++i) {
    Booleans booleans(5 + dice.roll(56));
    const std::size_t vars = booleans.vars.size();
    if (dice.chance(20)) booleans.add_random_clause(1, dice);
    for (std::size_t c = 0; c < vars * 3 / 4; ++c) booleans.add_random_clause(2, dice);
    for (std::size_t c = 0; c < vars * (10 + dice.roll(20)) / 20; ++c) {
      booleans.add_random_clause(3 + dice.roll(2), dice);
    }
    compare(booleans, any_keeping(dice), dice, satisfiable, not_so);
  }
  CHECK(satisfiable > 500);
  CHECK(not_so > 500);
}
