#include <catch2/catch.hpp>

#include <algorithm>
#include <ctime>
#include <iostream>

#include "tests/solve/formula.h"

using namespace oxbow::solve;

namespace {

/// The values of `other` that value `at` of `count` goes with: not much older than itself, and now
/// and then not newer.
ValueSet of_its_time(const Formula& formula, Var other, std::uint32_t at, std::size_t count,
                     Dice& dice) {
  const std::size_t others = formula.values[index(other)];
  const double age = static_cast<double>(at) / static_cast<double>(count);
  const double oldest = age + 0.05 * dice.roll(18);
  const double newest = dice.chance(15) ? age - 0.05 * dice.roll(8) : 0;
  ValueSet passing = formula.none(other);
  for (std::uint32_t c = 0; c < others; ++c) {
    const double its_age = static_cast<double>(c) / static_cast<double>(others);
    if (its_age >= newest && its_age <= oldest) passing.insert(Value{c});
  }
  return passing;
}

/// A universe of the size and shape of the opam repositories: few names are very popular, a version
/// needs a handful of names from some version on, and a name's versions differ little.
Formula big_universe(std::size_t names, Dice& dice) {
  Formula formula;
  for (std::size_t i = 0; i < names; ++i) formula.add(1 + dice.roll(dice.chance(10) ? 90 : 20));
  const auto popular = [&](std::size_t below) {
    const double u = static_cast<double>(1 + dice.roll(1'000'000)) / 1e6;
    return Var{static_cast<std::uint32_t>(static_cast<double>(below) * u * u * u * u)};
  };
  for (std::uint32_t v = 1; v < names; ++v) {
    const Var user{v};
    const std::uint32_t needs = 1 + dice.roll(9);
    for (std::uint32_t i = 0; i < needs; ++i) {
      const Var other = popular(dice.chance(99) ? v : names);
      if (other == user) continue;
      for (std::uint32_t begin = 0; begin < formula.values[v];) {
        // A stretch of versions with the same constraint on the other.
        const std::uint32_t end = std::min<std::uint32_t>(
            begin + 1 + dice.roll(6), static_cast<std::uint32_t>(formula.values[v]));
        ValueSet mine = formula.none(user);
        for (std::uint32_t c = begin; c < end; ++c) {
          mine.insert(Value{c});
          formula.requirements[{user, Value{c}}].push_back(other);
        }
        const ValueSet passing = of_its_time(formula, other, begin, formula.values[v], dice);
        formula.exclusions.push_back({user, {{user, mine}, {other, passing.complement()}}});
        begin = end;
      }
    }
  }
  return formula;
}

}  // namespace

TEST_CASE("speed on a large universe", "[.bench]") {
  // Processor time, so that other work on the machine does not count.
  const auto since = [](std::clock_t start) {
    return 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  };
  Dice dice(5);
  const Formula formula = big_universe(5000, dice);
  const auto compiling = std::clock();
  const Problem problem = formula.compile();
  std::cout << formula.exclusions.size() << " exclusions compiled in " << since(compiling)
            << " ms\n";
  std::vector<Value> roots;
  for (const std::size_t count : formula.values) {
    roots.push_back(Value{dice.chance(70) ? 0 : dice.roll(count)});
  }
  for (const std::size_t keep : {0UL, 1UL, 2UL, 3UL, 4UL, 100UL}) {
    Search search(problem, {}, Proof::none, {keep});
    const auto start = std::clock();
    std::size_t solved = 0;
    std::size_t reached = 0;
    for (std::uint32_t v = 0; v < 5000; ++v) {
      const std::vector<Term> root{{Var{v}, formula.only(Var{v}, roots[v])}};
      const auto solution = search.solve(root, std::vector{Var{0}, Var{v}});
      solved += solution ? 1U : 0U;
      reached += solution ? solution->size() : 0U;
    }
    const Counters counters = search.counters();
    std::cout << "keep " << keep << ": " << since(start) << " ms, solved " << solved << ", reached "
              << reached << ", decisions " << counters.decisions << ", conflicts "
              << counters.conflicts << ", narrowings " << counters.narrowings << ", wakes "
              << counters.wakes << ", kept " << counters.kept << '\n';
  }
}
