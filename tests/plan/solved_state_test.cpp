#include "plan/solved_state.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>

#include "tests/plan/states.h"
#include "tests/solve/random_repository.h"

using namespace oxbow;
using namespace oxbow::plan;

namespace {

/// Twenty small repositories side by side, whose names do not meet.
std::string large_text() {
  std::string text;
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const std::string prefix = "r" + std::to_string(seed);
    std::string one = solve::RandomRepository(seed).text();
    for (std::size_t at = one.find("ocaml."); at != std::string::npos; at = one.find("ocaml.")) {
      one.replace(at, 6, "n9.");
    }
    for (std::size_t at = 0; (at = one.find('n', at)) != std::string::npos; ++at) {
      const bool is_name = at + 1 < one.size() && one[at + 1] >= '0' && one[at + 1] <= '9';
      if (is_name && (at == 0 || one[at - 1] == '\n' || one[at - 1] == '"')) {
        one.insert(at, prefix);
        at += prefix.size();
      }
    }
    text += one;
  }
  return text + "ocaml.5\n";
}

}  // namespace

TEST_CASE(
    "what a root's answer is does not depend on how many are asked at once, nor in what order") {
  const auto universe = solve::literal_universe(large_text());
  const auto roots = all_roots(*universe);
  REQUIRE(roots.size() > 200);
  EffectiveDigests digests;
  SolvedState at_once(universe, digests);
  at_once.solve(roots);
  const auto expected = in_words(at_once);
  CHECK(std::ranges::count_if(
            expected, [](const std::string& line) { return !line.ends_with(" none"); }) > 50);

  SECTION("one by one") {
    SolvedState state(universe, digests);
    for (const solve::PackageIndex root : roots) state.solve(std::span(&root, 1));
    CHECK(in_words(state) == expected);
  }
  SECTION("in other orders, and again") {
    solve::Dice dice(1);
    for (int i = 0; i < 5; ++i) {
      EffectiveDigests own;
      SolvedState state(universe, own);
      auto shuffled = roots;
      dice.shuffle(shuffled);
      state.solve(std::span(shuffled).first(100));
      state.solve(shuffled);
      state.solve(shuffled);
      CHECK(in_words(state) == expected);
    }
  }
}

TEST_CASE("a root that is asked for twice is solved once") {
  LiteralState state("a.1\nb.1\n");
  const auto roots = state.solve({"a.1", "a.1", "b.1"});
  const SolvedRoot* const before = &state.state().root(roots[0]);
  state.solve({"b.1", "a.1"});
  CHECK(&state.state().root(roots[0]) == before);
  CHECK(state.state().root(roots[0]).root == roots[0]);
}

TEST_CASE("progress is told up to the number of roots") {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "p" + std::to_string(i) + ".1\n";
  LiteralState state(text);
  std::atomic<std::size_t> most{0};
  std::atomic<int> calls{0};
  const auto roots = all_roots(state.state().universe());
  state.state().solve(roots, [&](std::size_t done, std::size_t of) {
    if (of == roots.size()) ++calls;
    for (std::size_t seen = most; done > seen && !most.compare_exchange_weak(seen, done);) {
    }
  });
  CHECK(calls == 3);
  CHECK(most == 192);
}

TEST_CASE("only roots without a solution have an explanation") {
  LiteralState state("a.1\nb.1\n  depends: [\"none\"]\nc.1\n  available: false\n");
  const auto roots = state.solve({"c.1", "a.1", "b.1"});
  const auto explanations = state.state().explain(roots);
  REQUIRE(explanations.size() == 3);
  REQUIRE(explanations[0].size() == 1);
  CHECK(explanations[0][0].name == "c");
  CHECK(explanations[1].empty());
  REQUIRE(explanations[2].size() == 1);
  CHECK(explanations[2][0].constraints[0].text ==
        "b.1 requires none, of which there is no version");
}

TEST_CASE("many explanations at once are the same as one at a time") {
  const auto universe = solve::literal_universe(large_text());
  const auto roots = all_roots(*universe);
  EffectiveDigests digests;
  SolvedState state(universe, digests);
  state.solve(roots);
  const auto texts = [](const solve::Explanation& explanation) {
    std::string text;
    for (const auto& named : explanation) {
      text += named.name + ": ";
      for (const auto& constraint : named.constraints) text += constraint.text + "; ";
    }
    return text;
  };
  const auto at_once = state.explain(roots);
  for (std::size_t i = 0; i < roots.size(); ++i) {
    const auto alone = state.explain(std::span(&roots[i], 1));
    CHECK(texts(at_once[i]) == texts(alone[0]));
    CHECK(at_once[i].empty() == state.root(roots[i]).solution.has_value());
  }
}
