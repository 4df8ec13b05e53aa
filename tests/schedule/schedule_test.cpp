#include "schedule/schedule.h"

#include <catch2/catch.hpp>

#include "tests/fakes/literal_steps.h"
#include "tests/processor_time.h"

using namespace oxbow;
using namespace oxbow::schedule;
using tests::ProcessorTime;
using verdict::Outcome;

namespace {

StepResult ended(Outcome outcome) {
  StepResult result;
  result.outcome = outcome;
  return result;
}

/// A schedule over a literal graph, driven by names.
struct Driven {
  explicit Driven(const std::string& text) : steps(text), schedule(steps.graph) {}

  /// All that can be taken now, as "c b".
  std::string take() {
    std::string names;
    while (const auto ready = schedule.next()) {
      names += (names.empty() ? "" : " ") + steps.name(ready->step);
      if (ready->was_busy) names += "(busy)";
    }
    return names;
  }

  std::string finish(const std::string& name, Outcome outcome = Outcome::success) {
    std::string names;
    for (const StepIndex step : schedule.finished(steps[name], ended(outcome))) {
      names += (names.empty() ? "" : " ") + steps.name(step);
    }
    return names;
  }

  /// Runs all, one at a time, with the outcomes given for some.
  std::vector<StepResult> run(const std::map<std::string, Outcome>& outcomes) {
    while (const auto ready = schedule.next()) {
      const auto found = outcomes.find(steps.name(ready->step));
      schedule.finished(ready->step,
                        ended(found == outcomes.end() ? Outcome::success : found->second));
    }
    REQUIRE(schedule.done());
    return std::move(schedule).results();
  }

  double left(std::size_t workers, const std::vector<Schedule::Elapsed>& taken = {}) const {
    return schedule.seconds_left(workers, taken);
  }

  LiteralSteps steps;
  Schedule schedule;
};

}  // namespace

TEST_CASE("what has the longest path above it comes first") {
  // Above a there are 1 + 5, above b 3, above c 2 + 5.
  Driven driven("a:1 b:3 c:2 d:5<a,c");
  CHECK(driven.take() == "c a b");
}

TEST_CASE("of equal paths the first in the graph comes first") {
  CHECK(Driven("d:2 c:2 b:2 a:2").take() == "d c b a");
}

TEST_CASE("an unknown time is the median of the known ones, or a second") {
  CHECK(Driven("a:1 b:4 c:9 d e:5 f:3").take() == "c e b d f a");
  Driven unknown("a b c<b");
  CHECK(unknown.take() == "b a");
  CHECK(unknown.left(1) == 3);
}

TEST_CASE("a step is ready when all it stands on has succeeded") {
  Driven driven("a:1 b:2 c:1<a,b d:1<c");
  CHECK(driven.take() == "b a");
  CHECK(driven.finish("b").empty());
  CHECK(driven.take().empty());
  CHECK(driven.finish("a").empty());
  CHECK(driven.take() == "c");
  driven.finish("c");
  CHECK(driven.take() == "d");
  CHECK_FALSE(driven.schedule.done());
  driven.finish("d");
  CHECK(driven.schedule.done());
}

TEST_CASE("a busy step comes back behind all that are ready") {
  Driven driven("a:9 b:5 c:1");
  REQUIRE(driven.steps.name(driven.schedule.next()->step) == "a");
  driven.schedule.busy(driven.steps["a"]);
  CHECK(driven.take() == "b c a(busy)");
}

TEST_CASE("a failure ends all above it, and they blame it") {
  Driven driven("a:1 b:1<a c:1<b d:1<b,c e:1");
  CHECK(driven.take() == "a e");
  CHECK(driven.finish("a", Outcome::failure) == "b c d");
  driven.finish("e");
  REQUIRE(driven.schedule.done());
  CHECK(driven.schedule.counts().with(Outcome::dependency_failed) == 3);
  CHECK(driven.schedule.counts().with(Outcome::failure) == 1);
  const auto results = std::move(driven.schedule).results();
  for (const char* const above : {"b", "c", "d"}) {
    const StepResult& result = results[index(driven.steps[above])];
    CHECK(result.outcome == Outcome::dependency_failed);
    CHECK(result.failed_step == driven.steps["a"]);
    CHECK(result.attempts == 0);
  }
  CHECK(results[index(driven.steps["e"])].outcome == Outcome::success);
}

TEST_CASE("who is blamed does not depend on what ended first") {
  const auto blamed = [](const std::string& text, Outcome of_a) {
    Driven driven(text);
    const auto results = driven.run({{"a", of_a}, {"b", Outcome::failure}});
    REQUIRE(results[3].outcome == Outcome::dependency_failed);
    return driven.steps.name(results[3].failed_step);
  };
  // The times say which is tried first; c hands on the blame of what it stands on.
  CHECK(blamed("a:9 b:1 c:1<b d:1<c,a", Outcome::failure) == "a");
  CHECK(blamed("a:1 b:9 c:1<b d:1<c,a", Outcome::failure) == "a");
  SECTION("a package's failure before an infrastructure error") {
    CHECK(blamed("a:9 b:1 c:1<b d:1<c,a", Outcome::internal_error) == "b");
    CHECK(blamed("a:1 b:9 c:1<b d:1<c,a", Outcome::internal_error) == "b");
  }
}

TEST_CASE("an infrastructure error is named by those above as a failure is") {
  Driven driven("a:1 b:1<a");
  const auto results = driven.run({{"a", Outcome::internal_error}});
  CHECK(results[1].outcome == Outcome::dependency_failed);
  CHECK(results[results[1].failed_step == driven.steps["a"] ? 0 : 1].outcome ==
        Outcome::internal_error);
}

TEST_CASE("what stands on a cancelled step is cancelled") {
  Driven driven("a:1 b:1<a c:1");
  CHECK(driven.take() == "a c");
  CHECK(driven.finish("a", Outcome::cancelled) == "b");
  CHECK(driven.schedule.result(driven.steps["b"]).outcome == Outcome::cancelled);
  CHECK(driven.schedule.cancel() == std::vector{driven.steps["c"]});
  CHECK(driven.schedule.done());
}

TEST_CASE("each step is counted in one place") {
  Driven driven("a:1 b:1<a c:1");
  CHECK(driven.schedule.counts().waiting == 3);
  driven.take();
  CHECK(driven.schedule.counts().waiting == 1);
  CHECK(driven.schedule.counts().running == 2);
  driven.schedule.busy(driven.steps["c"]);
  driven.finish("a");
  const StepCounts& counts = driven.schedule.counts();
  CHECK(counts.waiting == 2);
  CHECK(counts.running == 0);
  CHECK(counts.with(Outcome::success) == 1);
  CHECK(counts.total() == 3);
}

TEST_CASE("the time left is the longest path, or the work shared out") {
  Driven driven("a:10 b:20<a c:30 d:40");
  CHECK(driven.left(1) == 100);
  CHECK(driven.left(2) == 50);
  CHECK(driven.left(4) == 40);
  SECTION("less what the running have done") {
    driven.take();
    const auto c = driven.steps["c"];
    const auto d = driven.steps["d"];
    const auto a = driven.steps["a"];
    CHECK(driven.left(4, {{a, 5}, {c, 5}, {d, 25}}) == 25);
    CHECK(driven.left(1, {{a, 5}, {c, 5}, {d, 25}}) == 65);
    CHECK(driven.left(1, {{a, 1000}, {c, 0}, {d, 0}}) == 90);
  }
  SECTION("less what ended, with all above it") {
    driven.take();
    driven.finish("a", Outcome::failure);
    CHECK(driven.left(1, {{driven.steps["c"], 0}, {driven.steps["d"], 0}}) == 70);
  }
}

TEST_CASE("nothing to do is done") {
  Driven driven("");
  CHECK(driven.schedule.done());
  CHECK(driven.left(3) == 0);
  CHECK_FALSE(driven.schedule.next());
}

TEST_CASE("a graph of 50,000 steps is not a trouble") {
  StepGraph graph;
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    Step step;
    step.expected = 1 + i % 97;
    // A long chain with much beside it.
    if (i >= 5) step.deps = {StepIndex(i - 5), StepIndex(i / 2)};
    graph.steps.push_back(std::move(step));
  }
  const ProcessorTime time;
  Schedule schedule(graph);
  std::size_t taken = 0;
  while (const auto ready = schedule.next()) {
    ++taken;
    schedule.finished(ready->step, ended(Outcome::success));
  }
  CHECK(taken == graph.steps.size());
  Schedule failing(graph);
  while (const auto ready = failing.next()) {
    failing.finished(ready->step, ended(Outcome::failure));
  }
  CHECK(failing.done());
  CHECK(time.seconds() < 20);  // nearly linear, it takes 20 ms; otherwise minutes
}

TEST_CASE("what another builds counts for the time left") {
  Driven driven("a:9 b:1");
  REQUIRE(driven.steps.name(driven.schedule.next()->step) == "a");
  driven.schedule.busy(driven.steps["a"]);
  CHECK(driven.left(2) == 9);
}
