#include "bot/build.h"

#include <catch2/catch.hpp>

#include "bot/analysis.h"
#include "tests/bot/tested_world.h"
#include "tests/cache/scratch_cache.h"
#include "tests/fakes/fake_builds.h"

using namespace oxbow;
using namespace oxbow::bot;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using store::JobKind;
using store::LayerState;
using store::PublicationKind;
using store::RunState;
using store::value;

namespace {

// Builds of a run that was analysed.
struct Builder : TestedWorld {
  Builder() : builds(cache.store) {
    std::filesystem::create_directories(cache.store.base());
    settings.cache = cache.path();
    settings.policy.repositories.front().targets.pop_back();
  }

  void analyse(std::string_view before, std::string_view after) {
    begin(before, after);
    RunAnalysis analysis(scratch.database, settings, mirrors, loader, [this] { return now; });
    work_on(JobKind::analyse, [&](HeldJob& held) { return analysis.work_on(held); });
  }

  void build() {
    RunBuild build(
        scratch.database, settings, mirrors, loader, [this] { return now; },
        [this](const job::LayerSteps& steps, schedule::StepObserver& observer,
               const std::function<bool()>& stop) -> decltype(builds(steps)) {
          TRY_ASSIGN(auto results, builds(steps));
          for (std::size_t i = 0; i < results.size(); ++i) {
            observer.started(static_cast<schedule::StepIndex>(i));
            observer.finished(static_cast<schedule::StepIndex>(i), results[i]);
          }
          while_building(stop);
          return results;
        });
    work_on(JobKind::build,
            [&](HeldJob& held) { return build.work_on(held, [this] { return ends; }); });
  }

  std::string check() { return wanted(PublicationKind::check, "oxbow / 5 · debian-12-x86_64"); }

  cache::ScratchCache cache;
  job::FakeBuilds builds;
  std::function<void(const std::function<bool()>&)> while_building = [](const auto&) {};
  bool ends = false;
};

constexpr std::string_view before = "a.1\n  depends: [\"b\" \"d\"]\nb.1\nd.1\n";
constexpr std::string_view after = "a.1\n  depends: [\"b\" \"d\"]\nb.1\n  build: \"new\"\nd.1\n";
constexpr std::string_view failing =
    "a.1\n  depends: [\"b\" \"d\"]\nb.1\n  build: \"fails\"\nd.1\n";

}  // namespace

TEST_CASE("what a build comes to is kept whole: its run, its layers and roots, its texts") {
  Builder builder;
  builder.analyse(before, failing);
  builder.now += 1h;
  builder.build();
  const store::Run run = builder.stored();
  CHECK(run.state == RunState::completed);
  CHECK(run.conclusion == verdict::Conclusion::failure);
  CHECK(run.finished == builder.now);
  CHECK(run.packages_rebuilt == 2);
  CHECK_THAT(run.summary, Contains("1 regressed"));
  CHECK(builder.waiting(JobKind::build) == 0);

  std::map<std::string, std::string> outcomes;
  for (const store::RunLayer& layer : value(builder.results.layers(run.id, 0, 100))) {
    CHECK(layer.state == LayerState::done);
    outcomes.emplace(layer.package,
                     name(layer.outcome.value()));  // of the head: the base's come after them
  }
  CHECK(outcomes["a.1"] == "dependency_failed");
  CHECK(outcomes["b.1"] == "failure");
  CHECK(outcomes["d.1"] == "success");  // which the cone has not, and the cache lacked
  const auto roots = value(builder.results.roots(run.id));
  REQUIRE(roots.size() == 2);
  CHECK(roots[1].package == "b.1");
  CHECK(roots[1].verdict == verdict::Verdict::regressed);
  CHECK(value(builder.results.targets(run.id)).front().conclusion == verdict::Conclusion::failure);
  CHECK(value(builder.results.document(run.id, "check.json")));
  CHECK(value(builder.results.document(run.id, "comment.md")) ==
        builder.wanted(PublicationKind::comment));
  CHECK_THAT(builder.check(), Contains("failure") && Contains("rerun_failed"));
}

TEST_CASE("a build compares the two states once") {
  Builder builder;
  builder.analyse(before, after);
  const int compared = builder.progress.comparisons();
  builder.build();
  CHECK(builder.stored().conclusion == verdict::Conclusion::success);
  CHECK(builder.progress.comparisons() == compared + 1);
}

TEST_CASE("the steps of a build have the bot's settings") {
  Builder builder;
  builder.settings.build.limits.memory = 123;
  builder.settings.build.jobs = 6;
  builder.settings.build.fetch.mirrors = {"https://mirror.example"};
  builder.analyse(before, after);
  builder.build();
  const layer::BuildSettings& settings = builder.builds.settings;
  CHECK(settings.limits.memory == 123);
  CHECK(settings.jobs == 6);
  CHECK(settings.fetch.mirrors == std::vector<std::string>{"https://mirror.example"});
  CHECK_FALSE(settings.rebuild_failed);
}

TEST_CASE("a build whose run was cancelled is told to stop, and leaves the run as it is") {
  Builder builder;
  builder.analyse(before, after);
  builder.settings.lease = 40ms;
  const std::string told = builder.check();
  builder.while_building = [&](const std::function<bool()>& stop) {
    store::Database other = builder.scratch.open();
    value(store::Jobs(other).remove_of(builder.run));
    value(store::Runs(other).end(builder.run, RunState::cancelled, verdict::Conclusion::cancelled,
                                 "", builder.now));
    wait_until(stop);
  };
  builder.build();
  CHECK(builder.stored().state == RunState::cancelled);
  CHECK_FALSE(value(builder.results.document(builder.run, "check.json")));
  CHECK(builder.check() == told);
}

TEST_CASE("a build that the program's end cuts short is there to be done") {
  Builder builder;
  builder.analyse(before, after);
  builder.while_building = [&](const std::function<bool()>& stop) {
    CHECK_FALSE(stop());
    builder.ends = true;
    CHECK(stop());
  };
  builder.build();
  CHECK(builder.stored().state == RunState::building);
  CHECK(builder.waiting(JobKind::build) == 1);
}

TEST_CASE("trouble with a build is tried again, and then told in the checks of its targets") {
  Builder builder;
  builder.analyse(before, after);
  builder.builds.no_start = "no processes left";
  for (int i = 0; i < 3; ++i) {
    builder.build();
    CHECK_THAT(builder.stored().summary, Contains("will be retried: no processes left"));
    builder.now += 10min;
  }
  builder.build();
  CHECK(builder.stored().state == RunState::completed);
  CHECK(builder.stored().conclusion == verdict::Conclusion::neutral);
  CHECK_THAT(builder.check(), Contains("neutral") && Contains("no processes left"));
  CHECK_THAT(builder.wanted(PublicationKind::check, "oxbow / analysis"), Contains("success"));
  CHECK(builder.waiting(JobKind::build) == 0);
}
