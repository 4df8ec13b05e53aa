#include <catch2/catch.hpp>

#include <memory>

#include "tests/job/checks.h"

using namespace oxbow;
using namespace oxbow::job;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

TEST_CASE("what a change rebuilds is built, with what that needs, and nothing of the base") {
  Checks checks;
  checks.check(old_tower, tower("new"));
  REQUIRE(checks.builds.graphs.size() == 1);
  CHECK(checks.verdicts() == ByName{{"a.1", "unchanged"}, {"b.1", "unchanged"}});
  CHECK(checks.layers() ==
        ByName{{"a.1", "success"}, {"b.1", "success"}, {"d.1", "success, beside"}});
  CHECK(checks.layers(true).empty());
  CHECK(checks.last.report.cache == checks.cache.path().string());
  CHECK(checks.last.report.plan.changes.size() == 1);
  CHECK(checks.last.warnings.empty());
  CHECK_FALSE(report::has_bad_news(checks.last.report));

  checks.check(old_tower, tower("new"));
  CHECK(checks.builds.graphs.empty());
  CHECK(checks.layers() == ByName{{"a.1", "success, cached"}, {"b.1", "success, cached"}});
}

TEST_CASE("a change that rebuilds nothing needs no cache") {
  Checks checks;
  checks.settings.cache = "/proc/no-cache";
  checks.check(old_tower, std::string(old_tower) + "  synopsis: \"d\"\n");
  CHECK(checks.verdicts().empty());
  CHECK(checks.layers().empty());
  CHECK(checks.builds.graphs.empty());
}

TEST_CASE("a failure is a regression if the base is found to build: the failed roots alone") {
  Checks checks;
  checks.check("a.1\n  depends: [\"b\"]\nb.1\n  build: \"old\"\ne.1\n  build: \"old\"\n",
               "a.1\n  depends: [\"b\"]\nb.1\n  build: \"fails\"\ne.1\n  build: \"new\"\n");
  REQUIRE(checks.builds.graphs.size() == 2);
  CHECK(checks.builds.graphs[0].steps.size() == 3);
  CHECK(checks.builds.steps(1) == "b.1 a.1");
  CHECK(checks.verdicts() ==
        ByName{{"a.1", "regressed"}, {"b.1", "regressed"}, {"e.1", "unchanged"}});
  CHECK(checks.sides() == ByName{{"a.1", "success dependency_failed"},
                                 {"b.1", "success failure"},
                                 {"e.1", "not_built success"}});
  CHECK(checks.layers(true) == ByName{{"a.1", "success, beside"}, {"b.1", "success, beside"}});
  CHECK(report::has_bad_news(checks.last.report));
}

TEST_CASE("what the cache knows of the base is not built again") {
  Checks checks;
  checks.check(tower("older"), old_tower);
  checks.check(old_tower, tower("fails"));
  REQUIRE(checks.builds.graphs.size() == 1);
  CHECK(checks.builds.steps() == "b.1 a.1");
  CHECK(checks.verdicts() == ByName{{"a.1", "regressed"}, {"b.1", "regressed"}});
  CHECK(checks.layers(true).empty());

  // Nor when all is known.
  checks.check(old_tower, tower("fails"));
  CHECK(checks.builds.graphs.empty());
  CHECK(checks.verdicts() == ByName{{"a.1", "regressed"}, {"b.1", "regressed"}});
  CHECK(checks.layers() == ByName{{"a.1", "dependency_failed"}, {"b.1", "failure, cached"}});
}

TEST_CASE("a base that the cache knows to fail has nothing built for it, whatever it lacks") {
  Checks checks;
  checks.check("b.1\n  build: \"old\"\n", "b.1\n  build: \"fails\"\n");
  const auto text = [](const std::string& build_of_d) {
    return "a.1\n  depends: [\"b\" \"d\"]\nb.1\n  build: \"fails\"\nd.1\n  build: \"" + build_of_d +
           "\"\n";
  };
  // Of the base, a's failure is known by b's, and d was never built.
  checks.check(text("old"), text("new"));
  REQUIRE(checks.builds.graphs.size() == 1);
  CHECK(checks.builds.steps() == "d.1");
  CHECK(checks.verdicts() == ByName{{"a.1", "still_failing"}, {"d.1", "unchanged"}});
  CHECK(checks.layers(true).empty());
}

TEST_CASE("a failure that the base has too is not a regression") {
  Checks checks;
  checks.check(tower("fails"), tower("fails as well"));
  REQUIRE(checks.builds.graphs.size() == 2);
  CHECK(checks.builds.steps(1) == "b.1 a.1");
  CHECK(checks.verdicts() == ByName{{"a.1", "still_failing"}, {"b.1", "still_failing"}});
  CHECK(checks.layers(true) ==
        ByName{{"a.1", "dependency_failed, beside"}, {"b.1", "failure, beside"}});
  CHECK_FALSE(report::has_bad_news(checks.last.report));
}

TEST_CASE("what failed before is fixed, if the cache knows that it did") {
  Checks checks;
  checks.check(tower("fails"), tower("new"));
  CHECK(checks.builds.graphs.size() == 1);
  CHECK(checks.verdicts() == ByName{{"a.1", "unchanged"}, {"b.1", "unchanged"}});
  checks.check(old_tower, tower("fails"));
  checks.check(tower("fails"), tower("newer"));
  CHECK(checks.verdicts() == ByName{{"a.1", "fixed"}, {"b.1", "fixed"}});
  CHECK(checks.sides().at("a.1") == "dependency_failed success");
}

TEST_CASE("a build that takes too long fails, and is told as such") {
  Checks checks;
  checks.check(old_tower, tower("hangs"));
  CHECK(checks.verdicts() == ByName{{"a.1", "regressed"}, {"b.1", "regressed"}});
  CHECK(checks.sides().at("b.1") == "success timed_out");
  CHECK_THAT(checks.layer("b.1").reproduce, Contains("oxbow shell"));
}

TEST_CASE("an infrastructure error is blamed on nobody, and the base is not asked") {
  Checks checks;
  checks.check(old_tower, tower("troubles"));
  CHECK(checks.builds.graphs.size() == 1);
  CHECK(checks.verdicts() == ByName{{"a.1", "unknown"}, {"b.1", "unknown"}});
  CHECK(checks.sides().at("a.1") == "not_built internal_error");
  CHECK_FALSE(report::has_bad_news(checks.last.report));
  const report::BuiltLayer& layer = checks.layer("b.1");
  CHECK(layer.outcome == verdict::Outcome::internal_error);
  CHECK(layer.trouble == verdict::Trouble::source_unavailable);
  CHECK(layer.message == "no route to host");
  CHECK(layer.attempts == 3);
  CHECK(layer.log_tail.empty());
  CHECK(layer.reproduce.empty());
}

TEST_CASE("an infrastructure error on the base leaves open whose failure it is") {
  Checks checks;
  checks.check(tower("troubles"), tower("fails"));
  CHECK(checks.builds.graphs.size() == 2);
  CHECK(checks.verdicts() == ByName{{"a.1", "unknown"}, {"b.1", "unknown"}});
  CHECK(checks.sides().at("a.1") == "internal_error dependency_failed");
  CHECK_FALSE(report::has_bad_news(checks.last.report));
}

TEST_CASE("a failure outside the cone is the base's as well") {
  Checks checks;
  const std::string d = "d.1\n  build: \"fails\"\n";
  checks.check(tower("old", d), tower("new", d));
  CHECK(checks.verdicts() == ByName{{"a.1", "still_failing"}, {"b.1", "unchanged"}});
  CHECK(checks.layers() ==
        ByName{{"a.1", "dependency_failed"}, {"b.1", "success"}, {"d.1", "failure, beside"}});
  // d is known by then, and a of the base needs no step to fail.
  REQUIRE(checks.builds.graphs.size() == 2);
  CHECK(checks.builds.steps(1) == "b.1");
  for (const report::BuiltLayer& layer : checks.last.report.targets[0].base_layers) {
    if (layer.package.name == "a") CHECK(layer.failed_key == checks.layer("d.1").key);
  }
  CHECK(checks.layers(true) == ByName{{"a.1", "dependency_failed, beside"},
                                      {"b.1", "success, beside"},
                                      {"d.1", "failure, cached, beside"}});

  checks.check(tower("old", d), tower("newer", d));
  CHECK(checks.layers().at("d.1") == "failure, cached, beside");
}

TEST_CASE("what a limit leaves out is not known, on either side") {
  Checks checks;
  checks.builds.limit = 1;
  checks.check("a.1\n  depends: [\"b\"]\nb.1\n  build: \"old\"\n",
               "a.1\n  depends: [\"b\"]\nb.1\n  build: \"new\"\n");
  CHECK(checks.sides() == ByName{{"a.1", "not_built cancelled"}, {"b.1", "not_built success"}});
  CHECK(checks.verdicts() == ByName{{"a.1", "unknown"}, {"b.1", "unchanged"}});

  Checks others;
  others.builds.limit = 1;
  others.check("b.1\n  build: \"old\"\n", "b.1\n  build: \"fails\"\n");
  CHECK(others.sides() == ByName{{"b.1", "cancelled failure"}});
  CHECK(others.verdicts() == ByName{{"b.1", "unknown"}});
}

TEST_CASE("roots that come, go, and change in whether they can be installed") {
  Checks checks;
  checks.check(R"(
gone.1
lost.1
  depends: ["x"]
gained.1
  depends: ["y"]
never.1
  depends: ["none"]
x.1
)",
               R"(
new.1
bad.1
  build: "fails"
unsolved.1
  depends: ["none"]
lost.1
  depends: ["x"]
gained.1
  depends: ["y"]
never.1
  depends: ["none"]
y.1
  build: "unlike x"
  install: "so that it is not a rename of it"
)");
  CHECK(checks.verdicts() == ByName{{"gone.1", "removed"},
                                    {"x.1", "removed"},
                                    {"lost.1", "newly_uninstallable"},
                                    {"gained.1", "newly_installable"},
                                    {"new.1", "added"},
                                    {"y.1", "added"},
                                    {"bad.1", "added_failing"}});
  CHECK(checks.builds.graphs.size() == 1);
  std::vector<std::string> order;
  for (const auto& root : checks.last.report.targets[0].roots) order.push_back(root.package.name);
  CHECK(std::ranges::is_sorted(order));
}

TEST_CASE("a version that becomes a root, and was built below another, is not news") {
  Checks checks;
  checks.check("a.1\n  depends: [\"lib\" {= \"1\"}]\nlib.1\nlib.2\n",
               "a.1\n  depends: [\"lib\" {= \"1\"}]\nlib.1\n");
  CHECK(checks.last.report.plan.targets[0].cone.added.empty());
  CHECK(checks.verdicts() == ByName{{"lib.2", "removed"}});
  CHECK(checks.builds.graphs.empty());
}

TEST_CASE("an older version that is a root again is compared with itself") {
  Checks checks;
  checks.check("a.1\n  build: \"fails\"\na.2\n", "a.1\n  build: \"fails\"\n");
  CHECK(checks.verdicts() == ByName{{"a.1", "still_failing"}, {"a.2", "removed"}});
  CHECK_FALSE(report::has_bad_news(checks.last.report));
}

TEST_CASE("a version that a newer one takes the place of is not removed") {
  Checks checks;
  checks.check("a.1\n", "a.1\na.2\n");
  CHECK(checks.verdicts() == ByName{{"a.2", "added"}});
}

TEST_CASE("a root tells which layer is to blame, and the layer what it printed") {
  Checks checks;
  checks.check(old_tower, tower("fails"));
  const report::BuiltLayer& failed = checks.layer("b.1");
  CHECK(failed.in_cone);
  CHECK_FALSE(failed.cached);
  CHECK(failed.failed_key.empty());
  CHECK(failed.attempts == 1);
  CHECK(failed.seconds == 2.5);
  CHECK(failed.log_tail == "log of b.1\n");
  CHECK(failed.reproduce == "oxbow shell --cache " + checks.cache.path().string() +
                                " --platform debian-12-x86_64 " + failed.key);
  CHECK(checks.layer("a.1").failed_key == failed.key);
  CHECK(checks.layer("a.1").log_tail.empty());
  CHECK(checks.layer("a.1").reproduce.empty());
  for (const report::RootCheck& root : checks.last.report.targets[0].roots) {
    CHECK(root.failed_key == failed.key);
  }

  // Of a long log the end is taken.
  cache::write(checks.cache.store.path(failed.key) / "build.log",
               std::string(100'000, 'x') + "the end");
  checks.check(old_tower, tower("fails"));
  CHECK(checks.layer("b.1").cached);
  CHECK(checks.layer("b.1").log_tail.size() == 65536);
  CHECK(checks.layer("b.1").log_tail.ends_with("xthe end"));
}

TEST_CASE("broken layers are warned of") {
  Checks checks;
  checks.check(old_tower, tower("new"));
  const std::string key = checks.layer("b.1").key;
  cache::write(checks.cache.store.path(key) / "layer.json", "{");
  checks.check(old_tower, tower("new"));
  CHECK(checks.builds.steps() == "b.1");
  REQUIRE(checks.last.warnings.size() == 1);
  CHECK_THAT(checks.last.warnings[0], Contains(key) && Contains("built again"));
}

TEST_CASE("dependencies that lead back to a package fail it without a build") {
  Checks checks;
  const std::string_view text = "a.1\n  depends: [\"b\"]\nb.1\n";
  checks.check(text, "a.1\n  depends: [\"b\"]\nb.1\n  depends: [\"a\"]\n");
  CHECK(checks.verdicts() == ByName{{"a.1", "regressed"}, {"b.1", "regressed"}});
  REQUIRE(checks.builds.graphs.size() == 1);
  CHECK(checks.builds.steps() == "b.1 a.1");  // of the base
  CHECK_THAT(checks.layer("a.1").log_tail, Contains("form a cycle"));
  CHECK(checks.layer("a.1").reproduce.empty());
}

TEST_CASE("a name that can be no system package fails its package, and the rest is built") {
  Checks checks;
  checks.check("a.1\n  depends: [\"b\"]\nb.1\n  build: \"old\"\nc.1\n  build: \"old\"\n",
               "a.1\n  depends: [\"b\"]\nb.1\n  depexts: [\"--purge\"]\n"
               "c.1\n  build: \"new\"\n");
  CHECK(checks.verdicts() ==
        ByName{{"a.1", "regressed"}, {"b.1", "regressed"}, {"c.1", "unchanged"}});
  CHECK_THAT(checks.layer("b.1").log_tail, Contains("'--purge'"));
  CHECK(checks.layer("b.1").reproduce.empty());
}

TEST_CASE("by day10's keys, day10's layers are used and made") {
  Checks checks;
  checks.settings.keys = KeyKind::day10;
  checks.check(tower("older"), old_tower);
  const auto made = checks.cache.store.keys();
  REQUIRE(made);
  REQUIRE(made->size() == 3);
  for (const std::string& key : *made) {
    CHECK(key.size() == 32);  // an MD5
    // As day10 would have written it.
    const auto record = checks.cache.store.find(key);
    REQUIRE(record);
    REQUIRE(*record);
    cache::write(checks.cache.store.path(key) / "layer.json",
                 R"({"package": ")" + (*record)->package.to_string() +
                     R"(", "exit_status": 0, "deps": [], "hashes": [], "created": 1700000000.5})");
  }
  checks.check(old_tower, tower("fails"));
  REQUIRE(checks.builds.graphs.size() == 1);
  CHECK(checks.builds.steps() == "b.1 a.1");
  CHECK(checks.verdicts() == ByName{{"a.1", "regressed"}, {"b.1", "regressed"}});
  CHECK(checks.layers() == ByName{{"a.1", "dependency_failed"}, {"b.1", "failure"}});
  checks.check(tower("older"), old_tower);
  CHECK(checks.builds.graphs.empty());
  CHECK(checks.layers() == ByName{{"a.1", "success, cached"}, {"b.1", "success, cached"}});
}

TEST_CASE("a change that touches no package has nothing to build for any target") {
  Checks checks;
  PlanRequest request = literal_request(old_tower, old_tower);
  request.targets.push_back(solve::literal_target("ocaml.4"));
  checks.check(request);
  CHECK(checks.last.report.targets.size() == 2);
  CHECK(checks.builds.graphs.empty());
}

TEST_CASE("what cannot be checked at all is an error") {
  Checks checks;
  fs::remove(checks.cache.store.base());
  NoProgress progress;
  StateLoader loader(progress);
  const PlanRequest request = literal_request(old_tower, tower("new"));
  auto planned = job::plan(request, loader);
  REQUIRE(planned);
  const auto checked = job::check(std::move(*planned), request, checks.settings, loader);
  REQUIRE_FALSE(checked);
  CHECK_THAT(checked.error().message, Contains("there is no base layer at"));
}
