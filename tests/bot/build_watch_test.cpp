#include "bot/build_watch.h"

#include <catch2/catch.hpp>

#include <optional>

#include "store/run_results.h"
#include "tests/bot/scratch_store.h"
#include "tests/job/solved_stack.h"

using namespace oxbow;
using namespace oxbow::bot;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using schedule::StepIndex;
using store::LayerState;
using store::value;

namespace {

// The steps of a run, of which the page and GitHub are told.
struct Watched {
  Watched() {
    run = value(runs.begin(store::pull_subject(5, "h"), {}, {}, {}, "", now)).run;
    value(runs.set_building(run, ""));
    watch.emplace(*value(runs.find(run)), std::vector<std::string>{"oxbow / 5", "oxbow / 4"},
                  scratch.database, settings, [this] { return now; });
  }

  // A step for a package, for these targets.
  StepIndex add(const std::string& id, std::vector<job::TargetIndex> targets) {
    stack.add(id);
    steps.add(stack.at(id), {}, std::move(targets));
    return StepIndex(steps.graph().steps.size() - 1);
  }

  // All steps run and end, and each change is told as an executor tells it.
  void run_all() {
    for (std::size_t i = 0; i < steps.graph().steps.size(); ++i) {
      watch->started(static_cast<StepIndex>(i));
      watch->at({}, 0);
      watch->finished(static_cast<StepIndex>(i), {});
      watch->at({}, 0);
    }
  }
  /// What a check is to show; "" if nothing yet.
  std::string shown(std::string_view check) {
    store::Publications publications(scratch.database);
    for (const store::Publication& publication : value(publications.of_run(run))) {
      if (publication.name == check) return publication.wanted;
    }
    return "";
  }
  std::size_t layers(LayerState state) {
    const auto all = value(results.layers(run, 0, 1000));
    return static_cast<std::size_t>(std::ranges::count(all, state, &store::RunLayer::state));
  }

  ScratchStore scratch;
  store::Database other = scratch.open();
  store::Runs runs{scratch.database};
  store::RunResults results{scratch.database};
  BotSettings settings;
  Time now = store::at(1000);
  store::RunId run{};
  job::SolvedStack stack{packages()};
  job::TargetIndex first = stack.target;
  job::TargetIndex second = stack.graph.add_target(solve::literal_target("ocaml.4"), stack.state(),
                                                   stack.solved(), stack.digests());
  layer::BuildSettings how;
  job::LayerSteps steps{stack.graph, how};
  std::optional<BuildWatch> watch;

 private:
  static std::string packages() {
    std::string text;
    for (int i = 0; i < 50; ++i) text += "p" + std::to_string(i) + ".1\n";
    return text;
  }
};

// One of fifty steps for one target.
struct WatchedSteps : Watched {
  WatchedSteps() {
    for (int i = 0; i < 50; ++i) add("p" + std::to_string(i) + ".1", {first});
    watch->begin(steps);
  }
};

schedule::StepResult result(verdict::Outcome outcome) {
  schedule::StepResult result;
  result.outcome = outcome;
  return result;
}

}  // namespace

TEST_CASE("steps that begin and end at once are written down at once") {
  WatchedSteps watched;
  watched.watch->started(StepIndex{0});
  watched.watch->at({}, 0);
  CHECK(watched.layers(LayerState::running) == 1);
  // Of what the next half second brings, nothing is written before it is over.
  const auto version = watched.other.data_version();
  watched.now += 499ms;
  watched.run_all();
  CHECK(watched.other.data_version() == version);
  watched.now += 1ms;
  watched.watch->at({}, 0);
  CHECK(watched.other.data_version() == version + 1);
  CHECK(watched.layers(LayerState::done) == 50);
}

TEST_CASE("what was not written yet is at the end") {
  WatchedSteps watched;
  watched.run_all();
  CHECK(watched.layers(LayerState::done) < 50);
  watched.watch.reset();
  CHECK(watched.layers(LayerState::done) == 50);
}

TEST_CASE("nothing is told of a run that was cancelled") {
  WatchedSteps watched;
  value(watched.runs.end(watched.run, store::RunState::cancelled, verdict::Conclusion::cancelled,
                         "", watched.now));
  watched.run_all();
  watched.watch.reset();
  store::Publications publications(watched.scratch.database);
  CHECK(value(publications.of_run(watched.run)).empty());
}

TEST_CASE("a step is told of each target that it is for, and each check how far its own are") {
  Watched watched;
  watched.steps.add_cached({watched.first, watched.second});
  const StepIndex shared = watched.add("p0.1", {watched.first, watched.second});
  const StepIndex first = watched.add("p1.1", {watched.first});
  const StepIndex second = watched.add("p2.1", {watched.second});
  BuildWatch& watch = *watched.watch;
  watch.begin(watched.steps);
  watch.started(shared);
  watch.started(first);
  watch.at({}, 90);
  CHECK(watched.layers(LayerState::running) == 3);
  CHECK_THAT(watched.shown("oxbow / 5"), Contains("0 of 2 layers done"));
  CHECK_THAT(watched.shown("oxbow / 5"), Contains("p0.1") && Contains("p1.1"));
  CHECK_THAT(watched.shown("oxbow / 4"), Contains("0 of 2 layers done"));
  CHECK_THAT(watched.shown("oxbow / 4"), Contains("p0.1") && !Contains("p1.1"));

  watch.finished(shared, result(verdict::Outcome::failure));
  watch.set_aside(first);
  watched.now += 2s;
  watch.at({}, 90);
  CHECK(watched.layers(LayerState::done) == 2);
  CHECK(watched.layers(LayerState::waiting) == 1);
  for (const char* const check : {"oxbow / 5", "oxbow / 4"}) {
    CHECK_THAT(watched.shown(check), Contains("1 of 2 layers done, 1 failed"));
  }

  // The last word on a target is told though others go on.
  watch.finished(second, result(verdict::Outcome::success));
  watched.now += 2s;
  watch.at({}, 90);
  CHECK_THAT(watched.shown("oxbow / 5"), Contains("1 of 2 layers done, 1 failed"));
  CHECK_THAT(watched.shown("oxbow / 4"), Contains("2 of 2 layers done, 1 failed"));
}

TEST_CASE("a target that needs no step is not told of") {
  Watched watched;
  watched.steps.add_cached({watched.second});
  watched.add("p0.1", {watched.first});
  watched.watch->begin(watched.steps);
  watched.watch->at({}, 90);
  CHECK_FALSE(watched.shown("oxbow / 5").empty());
  CHECK(watched.shown("oxbow / 4").empty());
}
