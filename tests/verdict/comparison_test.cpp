#include "verdict/comparison.h"

#include <catch2/catch.hpp>

#include <array>
#include <set>
#include <string>

using namespace oxbow::verdict;

namespace {

constexpr Absent absent;
constexpr NotBuilt not_built;

// As rows and columns of the table below stand.
const std::array<RootOutcome, 9> sides = {absent,
                                          not_built,
                                          Outcome::success,
                                          Outcome::failure,
                                          Outcome::dependency_failed,
                                          Outcome::timed_out,
                                          Outcome::no_solution,
                                          Outcome::cancelled,
                                          Outcome::internal_error};

using enum Verdict;

// The base down, the head across.
constexpr std::array<std::array<Verdict, 9>, 9> table = {{
    // clang-format off
    // absent     not_built  success            failure        dependency     timed_out      no_solution          cancelled  internal
    {{ Verdict::unchanged, Verdict::unknown,   Verdict::added,             Verdict::added_failing, Verdict::added_failing, Verdict::added_failing, Verdict::added,               Verdict::unknown,   Verdict::unknown }},  // absent
    {{ Verdict::removed,   Verdict::unknown,   Verdict::unchanged,         Verdict::unknown,       Verdict::unknown,       Verdict::unknown,       Verdict::newly_uninstallable, Verdict::unknown,   Verdict::unknown }},  // not_built
    {{ Verdict::removed,   Verdict::unknown,   Verdict::unchanged,         Verdict::regressed,     Verdict::regressed,     Verdict::regressed,     Verdict::newly_uninstallable, Verdict::unknown,   Verdict::unknown }},  // success
    {{ Verdict::removed,   Verdict::unknown,   fixed,             Verdict::still_failing, Verdict::still_failing, Verdict::still_failing, Verdict::newly_uninstallable, Verdict::unknown,   Verdict::unknown }},  // failure
    {{ Verdict::removed,   Verdict::unknown,   fixed,             Verdict::still_failing, Verdict::still_failing, Verdict::still_failing, Verdict::newly_uninstallable, Verdict::unknown,   Verdict::unknown }},  // dependency_failed
    {{ Verdict::removed,   Verdict::unknown,   fixed,             Verdict::still_failing, Verdict::still_failing, Verdict::still_failing, Verdict::newly_uninstallable, Verdict::unknown,   Verdict::unknown }},  // timed_out
    {{ Verdict::removed,   Verdict::unknown,   Verdict::newly_installable, Verdict::still_failing, Verdict::still_failing, Verdict::still_failing, Verdict::unchanged,           Verdict::unknown,   Verdict::unknown }},  // no_solution
    {{ Verdict::removed,   Verdict::unknown,   Verdict::unchanged,         Verdict::unknown,       Verdict::unknown,       Verdict::unknown,       Verdict::newly_uninstallable, Verdict::unknown,   Verdict::unknown }},  // cancelled
    {{ Verdict::removed,   Verdict::unknown,   Verdict::unchanged,         Verdict::unknown,       Verdict::unknown,       Verdict::unknown,       Verdict::newly_uninstallable, Verdict::unknown,   Verdict::unknown }},  // internal_error
    // clang-format on
}};

}  // namespace

TEST_CASE("every outcome on the base against every one on the head") {
  for (std::size_t base = 0; base < sides.size(); ++base) {
    for (std::size_t head = 0; head < sides.size(); ++head) {
      INFO(name(sides[base]) << " on the base, " << name(sides[head]) << " on the head");
      CHECK(name(compare(sides[base], sides[head])) == name(table[base][head]));
    }
  }
}

TEST_CASE("nothing regresses unless the base is known to succeed and the head to fail") {
  std::size_t regressions = 0;
  for (const RootOutcome& base : sides) {
    for (const RootOutcome& head : sides) {
      if (compare(base, head) != regressed) continue;
      ++regressions;
      CHECK(base == RootOutcome(Outcome::success));
      CHECK(is_failure(std::get<Outcome>(head)));
    }
  }
  CHECK(regressions == 3);
}

TEST_CASE("bad news is what the author did") {
  std::set<std::string> bad;
  for (int i = 0; i <= static_cast<int>(Verdict::unknown); ++i) {
    const auto verdict = static_cast<Verdict>(i);
    if (is_bad_news(verdict)) bad.emplace(name(verdict));
  }
  CHECK(bad == std::set<std::string>{"added_failing", "newly_uninstallable", "regressed"});
}

TEST_CASE("an infrastructure error below is one above") {
  CHECK(outcome_above(Outcome::failure) == Outcome::dependency_failed);
  CHECK(outcome_above(Outcome::timed_out) == Outcome::dependency_failed);
  CHECK(outcome_above(Outcome::dependency_failed) == Outcome::dependency_failed);
  CHECK(outcome_above(Outcome::internal_error) == Outcome::internal_error);
  CHECK(outcome_above(Outcome::cancelled) == Outcome::cancelled);
}

TEST_CASE("verdicts and both sides of a comparison are read back from their names") {
  for (const RootOutcome& side : sides) CHECK(parse_root_outcome(name(side)) == side);
  CHECK_FALSE(parse_root_outcome(""));
  CHECK_FALSE(parse_verdict("success"));
  std::set<Verdict> all;
  for (const Verdict verdict : verdicts_by_weight) {
    CHECK(parse_verdict(name(verdict)) == verdict);
    CHECK_FALSE(title(verdict).empty());
    all.insert(verdict);
  }
  CHECK(all.size() == static_cast<std::size_t>(Verdict::unknown) + 1);
}

TEST_CASE("each side of a comparison has a name") {
  CHECK(name(RootOutcome(absent)) == "absent");
  CHECK(name(RootOutcome(not_built)) == "not_built");
  CHECK(name(RootOutcome(Outcome::timed_out)) == "timed_out");
}
