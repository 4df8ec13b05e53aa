#include "bot/build_watch.h"

#include <catch2/catch.hpp>

#include <optional>

#include "tests/bot/scratch_store.h"

using namespace oxbow;
using namespace oxbow::bot;
using namespace std::chrono_literals;
using schedule::StepIndex;
using store::LayerState;
using store::value;

namespace {

// The steps of a run, of which the page and GitHub are told.
struct Watched {
  Watched() {
    run = value(runs.begin(store::pull_subject(5, "h"), {}, {}, {}, "", now)).run;
    value(runs.set_building(run, ""));
    for (std::size_t i = 0; i < 50; ++i) {
      graph.steps.emplace_back().spec.key = "key" + std::to_string(i);
    }
    watch.emplace(*value(runs.find(run)), std::vector<std::string>{"oxbow / 5"}, scratch.database,
                  settings, [this] { return now; });
    watch->begin_target(0);
    watch->begin_graph(graph, 0);
  }

  // All steps run and end, and each change is told as an executor tells it.
  void run_all() {
    for (std::size_t i = 0; i < graph.steps.size(); ++i) {
      watch->started(static_cast<StepIndex>(i));
      watch->at({}, 0);
      watch->finished(static_cast<StepIndex>(i), {});
      watch->at({}, 0);
    }
  }
  std::size_t layers(LayerState state) {
    const auto all = value(runs.layers(run, 0, 1000));
    return static_cast<std::size_t>(std::ranges::count(all, state, &store::RunLayer::state));
  }

  ScratchStore scratch;
  store::Database other = scratch.open();
  store::Runs runs{scratch.database};
  BotSettings settings;
  Time now = store::at(1000);
  store::RunId run{};
  schedule::StepGraph graph;
  std::optional<BuildWatch> watch;
};

}  // namespace

TEST_CASE("steps that begin and end at once are written down at once") {
  Watched watched;
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
  Watched watched;
  watched.run_all();
  CHECK(watched.layers(LayerState::done) < 50);
  watched.watch.reset();
  CHECK(watched.layers(LayerState::done) == 50);
}

TEST_CASE("nothing is told of a run that was cancelled") {
  Watched watched;
  value(watched.runs.end(watched.run, store::RunState::cancelled, "", "", watched.now));
  watched.run_all();
  watched.watch.reset();
  store::Publications publications(watched.scratch.database);
  CHECK(value(publications.of_run(watched.run)).empty());
}
