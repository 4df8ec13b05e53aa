#include <catch2/catch.hpp>

#include <memory>

#include "tests/job/checks.h"

using namespace oxbow;
using namespace oxbow::job;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

TEST_CASE("every target is checked by itself") {
  PlanRequest request =
      literal_request("a.1\n  build: \"old\"\n  depends: [\"ocaml\"]\n",
                      "a.1\n  build: \"fails\" {ocaml:version = \"4\"}\n  depends: [\"ocaml\"]\n");
  request.targets.push_back(solve::literal_target("ocaml.4"));
  Checks checks;
  checks.check(request);
  REQUIRE(checks.last.report.targets.size() == 2);
  // Both are built by the same text, which the fake goes by.
  CHECK(checks.verdicts(0) == ByName{{"a.1", "regressed"}});
  CHECK(checks.verdicts(1) == ByName{{"a.1", "regressed"}});
  const auto key = [&](std::size_t target) {
    return checks.last.report.targets[target].roots.at(0).failed_key;
  };
  CHECK(key(0) != key(1));
  // The heads of both are one graph, and so are the bases.
  REQUIRE(checks.builds.graphs.size() == 2);
  CHECK(checks.builds.steps(0) ==
        "ocaml.5 for ocaml.5 ocaml.4 for ocaml.4 a.1 for ocaml.5 a.1 for ocaml.4");
  CHECK(checks.builds.steps(1) == "a.1 for ocaml.5 a.1 for ocaml.4");
}

TEST_CASE("a layer that targets of one platform share is one step, and each target's own") {
  PlanRequest request =
      literal_request("a.1\n  depends: [\"ocaml\" \"d\"]\nd.1\n  build: \"old\"\n",
                      "a.1\n  depends: [\"ocaml\" \"d\"]\nd.1\n  build: \"fails\"\n");
  request.targets.push_back(solve::literal_target("ocaml.4"));
  request.targets.push_back(request.targets[0]);
  Checks checks;
  checks.check(request);
  REQUIRE(checks.builds.graphs.size() == 2);
  CHECK_THAT(checks.builds.steps(0), Contains("d.1") && !Contains("d.1 for"));
  CHECK(checks.builds.graphs[0].steps.size() == 5);  // two compilers, two a, one d
  for (std::size_t target = 0; target < 3; ++target) {
    CHECK(checks.verdicts(target) == ByName{{"a.1", "regressed"}, {"d.1", "regressed"}});
    const report::TargetCheck& told = checks.last.report.targets[target];
    CHECK(told.layers.size() == 3);
    for (const report::RootCheck& root : told.roots) {
      CHECK(root.failed_key == checks.layer("d.1").key);
    }
  }
}

TEST_CASE("each platform has layers of its own, also where their keys are equal") {
  PlanRequest request = literal_request("d.1\n  build: \"old\"\n", "d.1\n  build: \"new\"\n");
  request.targets.push_back(request.targets[0]);
  request.targets[1].platform = *opam::parse_platform("debian-13-x86_64");
  Checks checks;
  const cache::LayerStore other(checks.cache.path(), "debian-13-x86_64");
  fs::create_directories(other.base());
  checks.check(request);
  REQUIRE(checks.builds.graphs.size() == 1);
  CHECK(checks.builds.graphs[0].steps.size() == 2);
  const std::string key = checks.layer("d.1").key;
  CHECK(checks.last.report.targets[1].layers.at(0).key == key);
  CHECK(fs::exists(checks.cache.store.path(key)));
  CHECK(fs::exists(other.path(key)));

  // What one has, the other may lack.
  fs::remove_all(other.path(key));
  checks.check(request);
  REQUIRE(checks.builds.graphs.size() == 1);
  CHECK(checks.builds.graphs[0].steps.size() == 1);
  CHECK(checks.last.report.targets[0].layers.at(0).cached);
  CHECK_FALSE(checks.last.report.targets[1].layers.at(0).cached);
}

TEST_CASE("a platform without a base is an error that names it") {
  PlanRequest request = literal_request("d.1\n  build: \"old\"\n", "d.1\n  build: \"new\"\n");
  request.targets.push_back(request.targets[0]);
  request.targets[1].platform = *opam::parse_platform("debian-13-x86_64");
  Checks checks;
  NoProgress progress;
  StateLoader loader(progress);
  auto planned = job::plan(request, loader);
  REQUIRE(planned);
  const auto checked = job::check(std::move(*planned), request, checks.settings, loader);
  REQUIRE_FALSE(checked);
  CHECK_THAT(checked.error().message, Contains("debian-13-x86_64"));
  CHECK(checks.builds.graphs.empty());
}
