#include "schedule/executor.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

#include "tests/fakes/fake_runner.h"
#include "tests/fakes/literal_steps.h"

using namespace oxbow;
using namespace oxbow::schedule;
using Catch::Matchers::Equals;
using verdict::Outcome;
using verdict::Trouble;
using IfBusy = StepRunner::IfBusy;
using std::chrono::milliseconds;

namespace {

StepResult failure() {
  StepResult result;
  result.outcome = Outcome::failure;
  return result;
}

StepResult trouble(Trouble trouble) {
  StepResult result;
  result.outcome = Outcome::internal_error;
  result.trouble = trouble;
  return result;
}

/// Notes what it is told; what contradicts itself is a breach.
class NotingObserver final : public StepObserver {
 public:
  explicit NotingObserver(std::size_t steps) : finishes_(steps) {}

  void started(StepIndex) override { ++running_; }
  void set_aside(StepIndex) override {
    --running_;
    ++set_asides;
  }
  void finished(StepIndex step, const StepResult& result) override {
    if (result.attempts > 0) --running_;
    if (++finishes_[index(step)] > 1) breaches.emplace_back("a step finished twice");
  }
  void at(const StepCounts& counts, double seconds_left) override {
    if (counts.total() != finishes_.size()) breaches.emplace_back("the counts do not add up");
    if (!stopped && counts.running != running_) breaches.emplace_back("not so many are running");
    if (seconds_left < 0) breaches.emplace_back("less than no time is left");
    last = counts;
    left.push_back(seconds_left);
  }

  bool told_of_all() const { return std::ranges::count(finishes_, 1) == std::ssize(finishes_); }

  std::size_t set_asides = 0;
  bool stopped = false;
  StepCounts last;
  std::vector<double> left;
  std::vector<std::string> breaches;

 private:
  std::vector<std::size_t> finishes_;
  std::size_t running_ = 0;
};

/// A literal graph with a runner, an observer and settings to be changed before run().
struct Execution {
  explicit Execution(const std::string& text, std::size_t jobs)
      : steps(text), runner(steps.graph, jobs), observer(steps.graph.steps.size()) {
    settings.jobs = jobs;
  }

  void run() {
    auto ended = run_steps(steps.graph, runner, settings, observer);
    INFO((ended ? "" : ended.error().message));
    REQUIRE(ended);
    results = std::move(*ended);
    CHECK_THAT(runner.breaches, Equals(std::vector<std::string>{}));
    CHECK_THAT(observer.breaches, Equals(std::vector<std::string>{}));
    CHECK(observer.told_of_all());
    CHECK(runner.running() == 0);
  }

  /// The starts in order, as "a@0 b@3".
  std::string starts() const {
    std::string text;
    for (const FakeRunner::Start& start : runner.starts) {
      text += fmt::format("{}{}@{:g}{}", text.empty() ? "" : " ", steps.name(start.step), start.at,
                          start.if_busy == IfBusy::wait ? "(wait)" : "");
    }
    return text;
  }

  const StepResult& operator[](const std::string& name) const {
    return results[index(steps[name])];
  }

  LiteralSteps steps;
  FakeRunner runner;
  NotingObserver observer;
  ExecutorSettings settings;
  std::vector<StepResult> results;
};

}  // namespace

TEST_CASE("steps run when what they stand on is there") {
  Execution run("a:3 b:2<a c:1<a d:4 e:1<b,c,d", 2);
  run.run();
  CHECK(run.starts() == "a@0 d@0 b@3 c@4 e@5");
  CHECK(run.runner.elapsed() == Approx(6));
  CHECK(run.runner.most_at_once == 2);
  for (const StepResult& result : run.results) {
    CHECK(result.outcome == Outcome::success);
    CHECK(result.attempts == 1);
  }
  CHECK(run["d"].seconds == 4);
  CHECK(run.observer.last.with(Outcome::success) == 5);
  CHECK(run.observer.left.front() == Approx(6));
  CHECK(run.observer.left.back() == 0);
}

TEST_CASE("with one job the steps run one after the other") {
  Execution run("a:1 b:2 c:3<a", 1);
  run.run();
  CHECK(run.starts() == "a@0 c@1 b@4");
}

TEST_CASE("a graph without steps is done") {
  Execution run("", 4);
  run.run();
  CHECK(run.results.empty());
}

TEST_CASE("a failure is blamed by those above, and the rest goes on") {
  Execution run("a:1 b:1<a c:1<b d:5", 2);
  run.runner.results[run.steps["a"]] = {failure()};
  run.run();
  CHECK(run["a"].outcome == Outcome::failure);
  CHECK(run["a"].attempts == 1);
  CHECK(run["c"].outcome == Outcome::dependency_failed);
  CHECK(run["c"].failed_step == run.steps["a"]);
  CHECK(run["d"].outcome == Outcome::success);
  CHECK(run.starts() == "d@0 a@0");
}

TEST_CASE("without keep_going the first failure is the last start") {
  Execution run("a:1 b:1<a c:9 d:8 e:7", 2);
  run.settings.keep_going = false;
  run.runner.results[run.steps["d"]] = {failure()};
  run.run();
  CHECK(run.starts() == "c@0 d@0");
  CHECK(run["c"].outcome == Outcome::success);
  CHECK(run["e"].outcome == Outcome::cancelled);
  CHECK(run["b"].outcome == Outcome::cancelled);
}

TEST_CASE("a limit is the number of steps that are started") {
  Execution run("a:3 b:2<a c:1<a d:9", 2);
  run.settings.limit = 2;
  SECTION("the rest is cancelled") {
    run.run();
    CHECK(run.starts() == "d@0 a@0");
    CHECK(run["b"].outcome == Outcome::cancelled);
    CHECK(run["c"].outcome == Outcome::cancelled);
  }
  SECTION("what stands on a failure still blames it") {
    run.runner.results[run.steps["a"]] = {failure()};
    run.run();
    CHECK(run["b"].outcome == Outcome::dependency_failed);
  }
  SECTION("another attempt is not another step") {
    run.runner.results[run.steps["a"]] = {trouble(Trouble::disk_full)};
    run.run();
    CHECK(run.starts() == "d@0 a@0 a@8");
    CHECK(run["a"].outcome == Outcome::success);
  }
  SECTION("what another process builds does not count") {
    run.runner.busy_until[run.steps["d"]] = 2;
    run.run();
    CHECK(run.starts() == "d@0 a@0 d@0(wait)");
    CHECK(run["d"].found);
  }
  SECTION("none") {
    run.settings.limit = 0;
    run.run();
    CHECK(run.runner.starts.empty());
    CHECK(run["a"].outcome == Outcome::cancelled);
  }
}

TEST_CASE("a step that is built elsewhere makes way, and is waited for in the end") {
  Execution run("a:9 b:5 c:3", 1);
  run.runner.busy_until[run.steps["a"]] = 100;
  run.run();
  CHECK(run.starts() == "a@0 b@0 c@5 a@8(wait)");
  CHECK(run["a"].outcome == Outcome::success);
  CHECK(run["a"].found);
  CHECK(run["a"].attempts == 1);
  CHECK(run.runner.elapsed() == Approx(100));
  CHECK(run.observer.set_asides == 1);
}

TEST_CASE("trouble that may pass is tried again after a pause that grows") {
  Execution run("a:9 b:5 c:3", 1);
  const Trouble of_a = GENERATE(Trouble::source_unavailable, Trouble::disk_full);
  run.settings.pause = milliseconds(10'000);
  SECTION("and others run meanwhile") {
    run.runner.results[run.steps["a"]] = {trouble(of_a)};
    run.run();
    CHECK(run.starts() == "a@0 b@9 c@14 a@19");
    CHECK(run["a"].outcome == Outcome::success);
    CHECK(run["a"].attempts == 2);
  }
  SECTION("and given up in the end") {
    run.runner.results[run.steps["a"]] = {trouble(of_a), trouble(of_a), trouble(of_a)};
    run.run();
    CHECK(run.starts() == "a@0 b@9 c@14 a@19 a@48");
    CHECK(run["a"].outcome == Outcome::internal_error);
    CHECK(run["a"].trouble == of_a);
    CHECK(run["a"].attempts == 3);
  }
}

TEST_CASE("trouble that will not pass, and a failure, are not tried again") {
  Execution run("a:1 b:1", 2);
  run.runner.results[run.steps["a"]] = {trouble(Trouble::sandbox)};
  run.runner.results[run.steps["b"]] = {failure()};
  run.run();
  CHECK(run.runner.starts.size() == 2);
  CHECK(run["a"].trouble == Trouble::sandbox);
}

TEST_CASE("what ran out of memory is tried again alone") {
  Execution run("a:1 b:20 c:20 d:20", 2);
  run.settings.pause = milliseconds(5000);
  // It comes last, so give it something at its side.
  run.runner.results[run.steps["d"]] = {trouble(Trouble::out_of_memory)};
  run.run();
  CHECK(run.starts() == "b@0 c@0 d@20 a@20 d@45");
  CHECK(run["d"].outcome == Outcome::success);
  SECTION("with nothing started beside it") {
    Execution more("x:2 y:30 z:1 v:1 w:1<z", 3);
    more.settings.pause = milliseconds(1000);
    more.runner.results[more.steps["x"]] = {trouble(Trouble::out_of_memory)};
    more.runner.seconds[index(more.steps["z"])] = 50;
    more.run();
    CHECK(more.starts() == "y@0 x@0 z@0 v@2 x@50 w@52");
    CHECK(more.runner.starts[4].beside.empty());
  }
}

TEST_CASE("a request to stop ends what runs and cancels the rest") {
  Execution run("a:3 b:50<a c:60 d:1<b", 2);
  run.settings.stop_requested = [&] { return run.runner.elapsed() >= 10; };
  run.observer.stopped = true;
  run.run();
  CHECK(run.runner.stops == 1);
  CHECK(run.runner.elapsed() == Approx(10).margin(0.2));
  CHECK(run["a"].outcome == Outcome::success);
  for (const char* const name : {"b", "c", "d"}) CHECK(run[name].outcome == Outcome::cancelled);
}

TEST_CASE("a request to stop ends a pause, too") {
  Execution run("a:1", 1);
  run.settings.pause = milliseconds(1'000'000);
  run.runner.results[run.steps["a"]] = {trouble(Trouble::disk_full)};
  run.settings.stop_requested = [&] { return run.runner.elapsed() >= 10; };
  run.run();
  CHECK(run.runner.elapsed() < 11);
  CHECK(run["a"].outcome == Outcome::cancelled);
}

TEST_CASE("what no step can be started for is an error") {
  Execution run("a:9 b:1", 2);
  run.runner.unstartable[run.steps["b"]] = "no more processes";
  const auto results = run_steps(run.steps.graph, run.runner, run.settings, run.observer);
  REQUIRE_FALSE(results);
  CHECK(results.error().message == "no more processes");
  CHECK(run.runner.running() == 0);
}

TEST_CASE("the observer is told while a step runs") {
  Execution run("a:10", 1);
  run.settings.tick = milliseconds(1000);
  run.run();
  CHECK(run.observer.left.size() >= 10);
  CHECK(run.observer.left[5] == Approx(5).margin(1));
}

namespace {

/// A number below `bound`, the same with every library.
std::size_t below(std::mt19937_64& random, std::size_t bound) { return random() % bound; }

StepGraph random_graph(std::mt19937_64& random) {
  StepGraph graph;
  const std::size_t size = 1 + below(random, 40);
  for (std::size_t i = 0; i < size; ++i) {
    Step step;
    step.expected = static_cast<double>(below(random, 20));
    for (std::size_t dep = 0; dep < i; ++dep) {
      if (below(random, i) < 2) step.deps.push_back(StepIndex(dep));
    }
    graph.steps.push_back(std::move(step));
  }
  return graph;
}

void script(std::mt19937_64& random, const StepGraph& graph, FakeRunner& runner) {
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    const auto step = StepIndex(i);
    runner.seconds[i] = static_cast<double>(below(random, 30)) / 4;
    if (below(random, 8) == 0) runner.busy_until[step] = static_cast<double>(below(random, 60));
    for (std::size_t attempt = 0; attempt < 4 && below(random, 5) == 0; ++attempt) {
      runner.results[step].push_back(
          below(random, 4) == 0
              ? failure()
              : trouble(static_cast<Trouble>(1 + below(random, StepCounts::outcomes - 3))));
    }
  }
}

/// What must hold of the results of any run.
void check_results(const StepGraph& graph, const std::vector<StepResult>& results,
                   bool all_were_tried) {
  REQUIRE(results.size() == graph.steps.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    INFO("step " << i);
    const StepResult& result = results[i];
    const bool below_succeeded = std::ranges::all_of(graph.steps[i].deps, [&](StepIndex dep) {
      return results[index(dep)].outcome == Outcome::success;
    });
    if (all_were_tried) CHECK(result.outcome != Outcome::cancelled);
    if (result.outcome == Outcome::cancelled) continue;
    CHECK((result.outcome == Outcome::dependency_failed) == !below_succeeded);
    CHECK((result.attempts > 0) == below_succeeded);
    CHECK(result.attempts <= 3);
    if (below_succeeded) continue;
    const Outcome of_culprit = results[index(result.failed_step)].outcome;
    CHECK((of_culprit == Outcome::failure || of_culprit == Outcome::internal_error));
    // The blame comes from a dependency: it is the failed step, or blames the same.
    CHECK(std::ranges::any_of(graph.steps[i].deps, [&](StepIndex dep) {
      return dep == result.failed_step ||
             (results[index(dep)].outcome == Outcome::dependency_failed &&
              results[index(dep)].failed_step == result.failed_step);
    }));
  }
}

/// What is tried again after it ran out of memory has nothing beside it, from its start on.
void check_alone(const FakeRunner& runner,
                 const std::map<StepIndex, std::deque<StepResult>>& script) {
  std::map<StepIndex, std::size_t> attempts;
  std::vector<StepIndex> alone;
  for (const FakeRunner::Start& start : runner.starts) {
    for (const StepIndex beside : start.beside) {
      CHECK(std::ranges::find(alone, beside) == alone.end());
    }
    std::erase(alone, start.step);
    const std::size_t attempt = attempts[start.step]++;
    const auto found = script.find(start.step);
    if (attempt == 0 || found == script.end() || attempt > found->second.size()) continue;
    if (found->second[attempt - 1].trouble != Trouble::out_of_memory) continue;
    CHECK(start.beside.empty());
    alone.push_back(start.step);
  }
}

}  // namespace

TEST_CASE("what must hold holds for 500 random graphs") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    const StepGraph graph = random_graph(random);
    ExecutorSettings settings;
    settings.jobs = 1 + below(random, 6);
    settings.keep_going = below(random, 5) != 0;
    if (below(random, 5) == 0) settings.limit = below(random, graph.steps.size() + 1);
    FakeRunner runner(graph, settings.jobs);
    script(random, graph, runner);
    // A step that is built elsewhere follows no script.
    for (const auto& [step, until] : runner.busy_until) runner.results.erase(step);
    const auto scripted = runner.results;
    const bool stops = below(random, 5) == 0;
    const auto stop_at = static_cast<double>(below(random, 40));
    settings.stop_requested = [&] { return stops && runner.elapsed() >= stop_at; };
    NotingObserver observer(graph.steps.size());
    observer.stopped = stops;

    const auto results = run_steps(graph, runner, settings, observer);
    REQUIRE(results);
    CHECK_THAT(runner.breaches, Equals(std::vector<std::string>{}));
    CHECK_THAT(observer.breaches, Equals(std::vector<std::string>{}));
    CHECK(observer.told_of_all());
    CHECK(runner.running() == 0);
    check_results(graph, *results, !stops && settings.keep_going && !settings.limit);
    check_alone(runner, scripted);
    const auto counted = std::ranges::count_if(
        *results, [](const StepResult& result) { return result.attempts > 0; });
    if (settings.limit) CHECK(static_cast<std::size_t>(counted) <= *settings.limit);
    if (!stops) {
      // The same again: nothing depends on chance.
      FakeRunner second(graph, settings.jobs);
      second.seconds = runner.seconds;
      second.busy_until = runner.busy_until;
      second.results = scripted;
      NotingObserver silent(graph.steps.size());
      REQUIRE(run_steps(graph, second, settings, silent));
      CHECK(second.elapsed() == runner.elapsed());
      CHECK(second.starts.size() == runner.starts.size());
    }
  }
}

TEST_CASE("a pause ends when it is over, however seldom the observer is told") {
  Execution run("a:1", 1);
  run.settings.pause = milliseconds(5000);
  run.settings.tick = std::chrono::hours(1);
  run.runner.results[run.steps["a"]] = {trouble(Trouble::source_unavailable)};
  run.run();
  CHECK(run.starts() == "a@0 a@6");
}

TEST_CASE("what ran out of memory and is now built elsewhere holds up nobody") {
  Execution run("a:90 b:20 c:20 d:5<b e:5<c", 2);
  run.settings.pause = milliseconds(0);
  run.runner.seconds[index(run.steps["a"])] = 9;
  // From the first time that it is set aside, another process builds it.
  struct BuiltElsewhere final : StepObserver {
    explicit BuiltElsewhere(Execution& of) : run(&of) {}
    void started(StepIndex) override {}
    void set_aside(StepIndex step) override { run->runner.busy_until.try_emplace(step, 70); }
    void finished(StepIndex, const StepResult&) override {}
    void at(const StepCounts&, double) override {}
    Execution* run;
  } observer(run);
  run.runner.results[run.steps["a"]] = {trouble(Trouble::out_of_memory)};
  REQUIRE(run_steps(run.steps.graph, run.runner, run.settings, observer));
  CHECK(run.starts() == "a@0 b@0 a@20 c@20 d@20 a@25(wait) e@40");
}
