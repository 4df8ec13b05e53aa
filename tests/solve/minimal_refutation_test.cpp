#include "solve/minimal_refutation.h"

#include <catch2/catch.hpp>

#include "tests/solve/formula.h"

using namespace oxbow::solve;

namespace {

const auto nothing_given = [](ExclusionId) { return false; };

std::vector<std::size_t> numbers(const std::vector<ExclusionId>& exclusions) {
  std::vector<std::size_t> result;
  for (const ExclusionId id : exclusions) result.push_back(index(id));
  return result;
}

std::vector<ExclusionId> all_of(const Formula& formula) {
  std::vector<ExclusionId> all;
  for (std::uint32_t i = 0; i < formula.exclusions.size(); ++i) all.push_back(ExclusionId{i});
  return all;
}

/// "x at value needs y at rest or otherwise in `set`" as an exclusion.
void exclude(Formula& formula, Var x, Value value, Var y, ValueSet set) {
  formula.exclusions.push_back({x, {{x, formula.only(x, value)}, {y, std::move(set)}}});
}

void need(Formula& formula, Var x, Var y) {
  exclude(formula, x, Value{0}, y, formula.only(y, formula.rest(y)));
}

bool refutes(const Formula& formula, const std::vector<ExclusionId>& exclusions,
             const std::vector<Term>& assumptions) {
  Oracle oracle(formula, &exclusions);
  oracle.require(assumptions);
  return !oracle.satisfiable();
}

/// Exclusions of up to three terms over a few variables, so many that most have no solution.
Formula random_formula(Dice& dice) {
  Formula formula;
  for (int i = 0; i < 6; ++i) formula.add(i == 0 ? 70 : 1 + dice.roll(3));
  for (std::uint32_t i = 20 + dice.roll(60); i > 0; --i) {
    const Var owner{dice.roll(6)};
    Formula::Exclusion exclusion{owner, {}};
    for (std::uint32_t k = 0; k < 2 + dice.roll(2); ++k) {
      const Var var = k == 0 ? owner : Var{dice.roll(6)};
      ValueSet set = formula.none(var);
      const std::size_t values = formula.values[index(var)];
      for (std::uint32_t value = 0; value < values; ++value) {
        if (dice.chance(70)) set.insert(Value{value});
      }
      if (var != owner && dice.chance(50)) set.insert(set.rest());
      const bool again =
          std::ranges::find(exclusion.terms, var, &Term::var) != exclusion.terms.end();
      if (!again && !set.empty()) exclusion.terms.push_back({var, set});
    }
    if (exclusion.terms.empty() || exclusion.terms.front().var != owner) continue;
    formula.exclusions.push_back(std::move(exclusion));
  }
  return formula;
}

}  // namespace

TEST_CASE("a minimal refutation is the chain that refutes") {
  Formula formula;
  std::vector<Var> chain;
  for (int i = 0; i < 5; ++i) chain.push_back(formula.add(1));
  const Var beside = formula.add(1);
  need(formula, chain[0], beside);
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    need(formula, chain[i], chain[i + 1]);
    need(formula, beside, chain[i]);
  }
  exclude(formula, chain[4], Value{0}, chain[0], formula.only(chain[0], Value{0}));
  const std::vector<Term> assumptions = {{chain[0], formula.only(chain[0], Value{0})}};
  const Problem problem = formula.compile();
  CHECK(numbers(minimal_refutation(problem, assumptions, all_of(formula), nothing_given)) ==
        std::vector<std::size_t>{1, 3, 5, 7, 9});
}

TEST_CASE("assumptions that refute each other need no exclusion") {
  Formula formula;
  const Var x = formula.add(2);
  const Var y = formula.add(1);
  need(formula, x, y);
  const std::vector<Term> assumptions = {{x, formula.only(x, Value{0})},
                                         {x, formula.only(x, Value{1})}};
  const Problem problem = formula.compile();
  CHECK(minimal_refutation(problem, assumptions, all_of(formula), nothing_given).empty());
}

TEST_CASE("what is given is preferred, and may be more than is needed") {
  Formula formula;
  const Var x = formula.add(1);
  const Var y = formula.add(1);
  const Var z = formula.add(1);
  need(formula, x, y);
  exclude(formula, x, Value{0}, y, formula.only(y, Value{0}));
  need(formula, x, z);
  exclude(formula, x, Value{0}, z, formula.only(z, Value{0}));
  const std::vector<Term> assumptions = {{x, formula.only(x, Value{0})}};
  const Problem problem = formula.compile();
  const auto second_pair = [](ExclusionId id) { return index(id) >= 2; };
  const auto kept = numbers(minimal_refutation(problem, assumptions, all_of(formula), second_pair));
  CHECK(std::ranges::includes(std::vector<std::size_t>{2, 3}, kept));
  CHECK_FALSE(kept.empty());
}

TEST_CASE("of a minimal refutation everything is needed that is not given") {
  Dice dice(5);
  int refuted = 0;
  int with_given = 0;
  for (int i = 0; i < 1500; ++i) {
    const Formula formula = random_formula(dice);
    const std::uint32_t given_share = dice.chance(50) ? 0 : 30;
    std::vector<bool> is_given(formula.exclusions.size());
    for (std::size_t k = 0; k < is_given.size(); ++k) is_given[k] = dice.chance(given_share);
    std::vector<Term> assumptions;
    for (std::uint32_t v = 0; v < 2; ++v) {
      ValueSet set = formula.none(Var{v}).complement();
      set.erase(set.rest());
      assumptions.push_back({Var{v}, set});
    }
    if (!refutes(formula, all_of(formula), assumptions)) continue;
    ++refuted;
    INFO("formula " << i);
    const auto kept = minimal_refutation(formula.compile(), assumptions, all_of(formula),
                                         [&](ExclusionId id) { return is_given[index(id)]; });
    REQUIRE(std::ranges::is_sorted(kept));
    REQUIRE(refutes(formula, kept, assumptions));
    for (const ExclusionId one : kept) {
      if (is_given[index(one)]) {
        ++with_given;
        continue;
      }
      std::vector<ExclusionId> fewer = kept;
      std::erase(fewer, one);
      REQUIRE_FALSE(refutes(formula, fewer, assumptions));
    }
  }
  CHECK(refuted > 300);
  CHECK(with_given > 100);
}
