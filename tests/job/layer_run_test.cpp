#include "job/layer_run.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "cache/build_times.h"
#include "cache/care.h"
#include "tests/cache/scratch_cache.h"
#include "tests/fakes/fake_builds.h"
#include "tests/job/solved_stack.h"

using namespace oxbow;
using namespace oxbow::job;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using verdict::Outcome;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view house = R"(
top.1
  depends: ["middle" "beside"]
middle.1
  depends: ["low"]
beside.1
low.1
)";

// Runs of one graph on one cache, which has a base.
struct Runs {
  explicit Runs(std::string_view text, const std::vector<std::string>& roots = {"top.1"})
      : stack(text), builds(cache.store) {
    fs::create_directories(cache.store.base());
    for (const std::string& root : roots) own.push_back(*stack.add(root));
  }

  /// Has a layer in the cache, built by whom ever.
  void have(const std::string& id, Outcome outcome = Outcome::success, double seconds = 1,
            double created = 1) const {
    cache::LayerRecord record = cache::record_of(id.substr(0, id.find('.')), outcome);
    record.package = *opam::parse_package_id(id);
    record.seconds = seconds;
    record.created = created;
    record.time_limit = outcome == Outcome::timed_out ? 3600 : 0;
    REQUIRE(commit_layer(cache.store, stack.key(id), record));
  }

  LayerRun run(const std::vector<NodeIndex>& wanted) {
    LayerRun run(stack.graph, cache.path(), settings);
    const auto built = run.build(std::array{wanted}, std::ref(builds));
    INFO((built ? "" : built.error().message));
    REQUIRE(built);
    return run;
  }
  LayerRun run() { return run(own); }

  std::string error() {
    LayerRun run(stack.graph, cache.path(), settings);
    const auto built = run.build(std::array{own}, std::ref(builds));
    REQUIRE_FALSE(built);
    return built.error().message;
  }

  const LayerOutcome& outcome(const LayerRun& run, std::string_view id) const {
    return run.outcome(stack.at(id));
  }
  std::string blamed(const LayerRun& run, std::string_view id) const {
    const auto& failed = outcome(run, id).failed;
    return failed ? stack.graph.package(*failed).to_string() : "";
  }

  SolvedStack stack;
  cache::ScratchCache cache;
  FakeBuilds builds;
  layer::BuildSettings settings;
  std::vector<NodeIndex> own;
};

}  // namespace

TEST_CASE("in an empty cache all is built, dependencies first, and then nothing") {
  Runs runs(house);
  const LayerRun first = runs.run();
  REQUIRE(runs.builds.graphs.size() == 1);
  CHECK(runs.builds.cached[0] == 0);
  CHECK(runs.stack.words(first.layers(runs.stack.target)) == runs.builds.steps());
  const schedule::StepGraph& graph = runs.builds.graphs[0];
  REQUIRE(graph.steps.size() == 4);
  for (const schedule::Step& step : graph.steps) {
    for (std::size_t i = 0; i < step.deps.size(); ++i) {
      CHECK(&graph[step.deps[i]] < &step);
    }
  }
  for (const NodeIndex at : first.layers(runs.stack.target)) {
    CHECK(first.outcome(at).result.outcome == Outcome::success);
    CHECK_FALSE(first.outcome(at).cached);
  }

  const LayerRun second = runs.run();
  CHECK(runs.builds.graphs.size() == 1);
  CHECK(runs.stack.words(second.layers(runs.stack.target)) == "top.1");
  CHECK(runs.outcome(second, "top.1").cached);
  CHECK(runs.outcome(second, "top.1").result.outcome == Outcome::success);
  CHECK(runs.outcome(second, "top.1").result.seconds == 2.5);
}

TEST_CASE("layers that the cache has get no step, and are counted") {
  Runs runs(house);
  runs.have("low.1");
  runs.have("beside.1");
  const LayerRun run = runs.run();
  CHECK(runs.builds.steps() == "middle.1 top.1");
  CHECK(runs.builds.cached[0] == 2);
  const schedule::StepGraph& graph = runs.builds.graphs[0];
  CHECK(graph.steps[0].deps.empty());
  CHECK(graph.steps[1].deps == std::vector{schedule::StepIndex(0)});
  CHECK(runs.outcome(run, "low.1").cached);
  CHECK_FALSE(runs.outcome(run, "middle.1").cached);
}

TEST_CASE("what is below a layer that is there is not needed, and all below one that is not is") {
  Runs runs(house, {"top.1", "middle.1"});
  runs.have("middle.1");
  const LayerRun only_middle = runs.run({runs.stack.at("middle.1")});
  CHECK(runs.builds.graphs.empty());
  CHECK(runs.stack.words(only_middle.layers(runs.stack.target)) == "middle.1");

  // It is there, but low must be mounted below top as well.
  const LayerRun run = runs.run();
  CHECK_THAT(runs.builds.steps(), Contains("low.1") && Contains("beside.1") && Contains("top.1"));
  CHECK_THAT(runs.builds.steps(), !Contains("middle.1"));
  CHECK(runs.outcome(run, "middle.1").cached);
  CHECK(runs.stack.words(run.layers(runs.stack.target)).ends_with("top.1"));
}

TEST_CASE("a step waits for what is missing below layers that are there") {
  Runs runs(house);
  runs.have("middle.1");
  runs.have("beside.1");
  const LayerRun run = runs.run();
  CHECK(runs.builds.steps() == "low.1 top.1");
  CHECK(runs.builds.graphs[0].steps[1].deps == std::vector{schedule::StepIndex(0)});
  CHECK(runs.outcome(run, "top.1").result.outcome == Outcome::success);
}

// FakeBuilds looks whether all that a step mounts is there when it starts.
TEST_CASE("whatever the cache has lost, it is there before what stands on it") {
  std::minstd_rand random(GENERATE(range(1U, 60U)));
  const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
  const auto size = static_cast<unsigned>(2 + random() % 14);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += fmt::format("p{}.1\n  depends: [", i);
    for (unsigned below = 0; below < i; ++below) {
      if (chance(25)) text += fmt::format(" \"p{}\"", below);
    }
    text += " ]\n";
  }
  std::vector<std::string> roots;
  for (unsigned i = 0; i < size; ++i) {
    if (i + 1 == size || chance(30)) roots.push_back(fmt::format("p{}.1", i));
  }
  INFO(text);
  Runs runs(text, roots);
  for (unsigned i = 0; i + 1 < size; ++i) {
    const std::string id = fmt::format("p{}.1", i);
    const auto& nodes = runs.stack.graph.nodes();
    const bool is_in_graph = std::ranges::any_of(nodes, [&](const LayerGraph::Node& node) {
      return runs.stack.solved().universe().package(node.package).id.to_string() == id;
    });
    if (is_in_graph && chance(60)) runs.have(id);
  }
  const LayerRun run = runs.run();
  for (const std::string& root : roots) {
    INFO(root);
    CHECK(runs.outcome(run, root).result.outcome == Outcome::success);
  }
}

TEST_CASE("a failure that is known fails what stands on it without a step") {
  Runs runs(house);
  runs.have("low.1", Outcome::failure);
  const LayerRun run = runs.run();
  CHECK(runs.builds.steps() == "beside.1");
  CHECK(runs.builds.cached[0] == 3);
  CHECK(runs.outcome(run, "low.1").result.outcome == Outcome::failure);
  CHECK(runs.outcome(run, "low.1").cached);
  for (const std::string_view id : {"middle.1", "top.1"}) {
    CHECK(runs.outcome(run, id).result.outcome == Outcome::dependency_failed);
    CHECK(runs.blamed(run, id) == "low.1");
    CHECK_FALSE(runs.outcome(run, id).cached);
  }
}

TEST_CASE("a failure now is blamed on the layer that failed itself") {
  Runs runs(
      "top.1\n  depends: [\"middle\"]\nmiddle.1\n  depends: [\"low\"]\nlow.1\n"
      "  build: \"fails\"\n");
  const LayerRun run = runs.run();
  CHECK(runs.outcome(run, "low.1").result.outcome == Outcome::failure);
  CHECK(runs.blamed(run, "low.1").empty());
  CHECK(runs.outcome(run, "top.1").result.outcome == Outcome::dependency_failed);
  CHECK(runs.blamed(run, "middle.1") == "low.1");
  CHECK(runs.blamed(run, "top.1") == "low.1");
}

TEST_CASE("a failure is built again when asked, and a timeout when it may take longer now") {
  Runs runs(house);
  runs.have("low.1", Outcome::failure);
  runs.have("beside.1", Outcome::timed_out);
  runs.settings.limits.time = std::chrono::seconds(3600);
  runs.run();
  CHECK(runs.builds.graphs.empty());
  runs.settings.limits.time = std::chrono::seconds(3601);
  const LayerRun longer = runs.run();
  CHECK(runs.builds.steps(0) == "beside.1");
  CHECK(runs.outcome(longer, "beside.1").result.outcome == Outcome::success);
  runs.settings.rebuild_failed = true;
  const LayerRun again = runs.run();
  CHECK(runs.builds.steps(1) == "low.1 middle.1 top.1");
  CHECK(runs.outcome(again, "top.1").result.outcome == Outcome::success);
}

TEST_CASE("a broken layer is told once and built again") {
  Runs runs(house);
  for (const char* const id : {"low.1", "beside.1", "middle.1", "top.1"}) runs.have(id);
  const auto broken = runs.cache.store.path(runs.stack.key("top.1"));
  cache::write(broken / "layer.json", "{");
  cache::write(runs.cache.store.path(runs.stack.key("middle.1")) / "layer.json", "{");
  const LayerRun run = runs.run();
  CHECK(runs.builds.steps() == "middle.1 top.1");
  REQUIRE(run.warnings().size() == 2);
  CHECK_THAT(run.warnings()[0], StartsWith((broken / "layer.json").string()));
  CHECK_THAT(run.warnings()[0], Contains("; it is put aside and built again"));
  CHECK_THAT(run.warnings()[1], Contains(runs.stack.key("middle.1")));
}

TEST_CASE("a step is expected to take as long as the last build of its package's name") {
  Runs runs(house);
  const cache::BuildTimes times(runs.cache.store.folder());
  REQUIRE(times.add({"low", "0.8"}, 30));
  REQUIRE(times.add({"low", "0.9"}, 20));
  REQUIRE(times.add({"lower", "1"}, 40));
  runs.run();
  const auto& steps = runs.builds.graphs[0].steps;
  REQUIRE(steps.size() == 4);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    CHECK(steps[i].expected == (runs.builds.names[0][i] == "low.1" ? 20 : 0));
  }
}

TEST_CASE("what leads back to itself fails without a step, and the rest is built") {
  Runs runs(
      "top.1\n  depends: [\"loop\" \"free\"]\nloop.1\n  depends: [\"back\"]\nback.1\n"
      "  depends: [\"loop\"]\nfree.1\n");
  const LayerRun run = runs.run();
  CHECK(runs.builds.steps() == "free.1");
  for (const std::string_view id : {"top.1", "loop.1", "back.1"}) {
    CHECK(runs.outcome(run, id).result.outcome == Outcome::failure);
    CHECK_THAT(runs.outcome(run, id).result.message, Contains("form a cycle"));
  }
}

TEST_CASE("what a run needs of the cache is kept while it lives") {
  Runs runs(house);
  // Whether it is collected is asked by another process: our own locks do not hold us off.
  const auto collected = [&] {
    return cache::answer_elsewhere([&] {
      const std::array stores = {runs.cache.store};
      const auto done = cache::collect(stores, {.max_bytes = 0});
      std::size_t layers = 0;
      for (const auto& item : done->removed) layers += item.layer ? 1U : 0U;
      return std::to_string(layers);
    });
  };
  {
    const LayerRun run = runs.run();
    runs.cache.layer("stranger");
    CHECK(collected() == "1");
    CHECK(fs::exists(runs.cache.store.path(runs.stack.key("low.1"))));
  }
  CHECK(collected() == "4");
}

TEST_CASE("without a base nothing is built, and that is an error only if there is something to") {
  Runs runs(house);
  fs::remove(runs.cache.store.base());
  CHECK(runs.error() == "there is no base layer at " + runs.cache.store.base().string() +
                            "; make one by: oxbow base create --cache " +
                            runs.cache.path().string() + " --platform debian-12-x86_64");
  CHECK(runs.builds.graphs.empty());
  for (const char* const id : {"low.1", "beside.1", "middle.1", "top.1"}) runs.have(id);
  runs.run();
  runs.have("low.1", Outcome::failure);
  fs::remove_all(runs.cache.store.path(runs.stack.key("middle.1")));
  fs::remove_all(runs.cache.store.path(runs.stack.key("top.1")));
  const LayerRun run = runs.run();
  CHECK(runs.outcome(run, "top.1").result.outcome == Outcome::dependency_failed);
  CHECK(runs.builds.graphs.empty());
}

TEST_CASE("a cache that cannot be written is an error only if there is something to build") {
  Runs runs(house);
  // Not by permissions, which do not hold root off.
  LayerRun run(runs.stack.graph, "/proc/no-cache", runs.settings);
  const auto built = run.build(std::array{runs.own}, std::ref(runs.builds));
  REQUIRE_FALSE(built);
  CHECK_THAT(built.error().message, Contains("/proc"));
  CHECK(runs.builds.graphs.empty());
  LayerRun idle(runs.stack.graph, "/proc/no-cache", runs.settings);
  CHECK(idle.build({}, std::ref(runs.builds)));
  CHECK(idle.layers(runs.stack.target).empty());
}

TEST_CASE("a run for nothing leaves the cache alone") {
  Runs runs(house);
  const auto before = runs.cache.names();
  runs.run({});
  CHECK(runs.cache.names() == before);
}

TEST_CASE("trouble that meets every step is the run's error") {
  Runs runs(house);
  runs.builds.no_start = "no process can be started";
  CHECK(runs.error() == "no process can be started");
}

TEST_CASE("steps that were left out are cancelled, and so is what stands on them") {
  Runs runs(house);
  runs.builds.limit = 1;
  const LayerRun run = runs.run();
  std::size_t cancelled = 0;
  for (const NodeIndex at : run.layers(runs.stack.target)) {
    if (run.outcome(at).result.outcome == Outcome::cancelled) ++cancelled;
  }
  CHECK(cancelled == 3);
  CHECK(runs.outcome(run, "top.1").result.outcome == Outcome::cancelled);
}

TEST_CASE("the cache knows a root by its own layer, or by a failure below it") {
  Runs runs(house);
  const auto known = [&] {
    return cached_outcome(runs.stack.graph, runs.stack.at("top.1"), runs.cache.store,
                          runs.settings);
  };
  CHECK(known() == std::nullopt);
  runs.have("low.1");
  CHECK(known() == std::nullopt);
  runs.have("low.1", Outcome::failure);
  CHECK(known() == Outcome::dependency_failed);
  // What is there was built, whatever is below it.
  runs.have("middle.1");
  CHECK(known() == std::nullopt);
  runs.have("top.1", Outcome::failure);
  CHECK(known() == Outcome::failure);
  runs.settings.rebuild_failed = true;
  CHECK(known() == std::nullopt);
  runs.have("top.1");
  CHECK(known() == Outcome::success);
}
