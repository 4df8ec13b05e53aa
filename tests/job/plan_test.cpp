#include "job/plan.h"

#include <catch2/catch.hpp>

#include "report/json.h"
#include "tests/cache/scratch_cache.h"
#include "tests/fakes/counting_progress.h"
#include "tests/job/requests.h"

using namespace oxbow;
using namespace oxbow::job;
using Catch::Matchers::Contains;

namespace {

using Words = std::vector<std::string>;

report::Report planned(const PlanRequest& request, StateLoader& loader) {
  auto plan = job::plan(request, loader);
  INFO((plan ? "" : plan.error().message));
  REQUIRE(plan);
  return std::move(plan->report);
}

report::Report planned(const PlanRequest& request) {
  NoProgress progress;
  StateLoader loader(progress);
  return planned(request, loader);
}

std::string error_of(const PlanRequest& request) {
  NoProgress progress;
  StateLoader loader(progress);
  const auto report = job::plan(request, loader);
  REQUIRE_FALSE(report);
  return report.error().message;
}

Words packages(const std::vector<plan::ConeLayer>& layers) {
  Words words;
  for (const plan::ConeLayer& layer : layers) words.push_back(layer.package.to_string());
  return words;
}

Words packages(const std::vector<plan::Installability>& roots) {
  Words words;
  for (const plan::Installability& root : roots) words.push_back(root.package.to_string());
  return words;
}

const report::TargetReport& target_of(const report::Report& report) {
  REQUIRE(report.targets.size() == 1);
  return report.targets.front();
}

constexpr std::string_view before = R"(
a.1
  depends: ["b"]
b.1
  build: "make"
c.1
  depends: ["lib"]
)";
constexpr std::string_view after = R"(
a.1
  depends: ["b"]
b.1
  build: "ninja"
c.1
  depends: ["lib"]
)";
constexpr std::string_view lower = R"(
ocaml.4
ocaml.5
lib.1
z.1
  depends: ["b"]
z.2
  depends: ["b"]
)";

}  // namespace

TEST_CASE("a plan has the change, and what it rebuilds above it") {
  const auto report = planned(literal_request(before, after, lower));
  REQUIRE(report.repositories.size() == 2);
  CHECK(report.repositories[0].path == "overlay");
  CHECK(report.repositories[0].commit == "head commit");
  CHECK(report.repositories[1].path == "lower");
  CHECK(report.repositories[1].commit == "lower commit");
  CHECK(report.base == "base commit");
  CHECK(report.head == "head commit");
  REQUIRE(report.changes.size() == 1);
  CHECK(report.changes[0].package == opam::PackageId{"b", "1"});
  CHECK(report.changes[0].fields == Words{"build"});
  CHECK(report.findings.empty());
  CHECK_FALSE(report.cache_known);
  const report::TargetReport& target = target_of(report);
  CHECK(target.target.to_string() == "ocaml.5 on debian-12-x86_64");
  CHECK(target.roots.value().solved == 3);
  CHECK(target.roots.value().unsolved == 0);
  CHECK(packages(target.cone.added) == Words{"a.1", "b.1"});
  CHECK(packages(target.cone.removed) == Words{"a.1", "b.1"});
  CHECK(target.cone.added[0].because.cause == plan::Cause::dependency);
  CHECK(target.cone.added[1].because.cause == plan::Cause::changed);
}

TEST_CASE("with the scope stack, what lower repositories have above it is rebuilt too") {
  PlanRequest request = literal_request(before, after, lower);
  request.scope = Scope::stack;
  const auto report = planned(request);
  CHECK(target_of(report).roots.value().solved == 6);
  CHECK(packages(target_of(report).cone.added) == Words{"a.1", "b.1", "z.2"});
}

TEST_CASE("packages may be solved for besides") {
  PlanRequest request = literal_request(before, after, lower);
  request.also = {{"z", "1"}};
  const auto report = planned(request);
  CHECK(target_of(report).roots.value().solved == 4);
  CHECK(packages(target_of(report).cone.added) == Words{"a.1", "b.1", "z.1"});
}

TEST_CASE("every version that the change touches is a root") {
  const auto report = planned(literal_request("a.1\na.2\n", "a.1\n  build: \"x\"\na.2\n"));
  CHECK(target_of(report).roots.value().solved == 2);
  CHECK(packages(target_of(report).cone.added) == Words{"a.1"});
}

TEST_CASE("a change that matters to no build rebuilds nothing") {
  const auto report = planned(literal_request("a.1\n", "a.1\n  synopsis: \"x\"\n"));
  CHECK(target_of(report).cone.added.empty());
  CHECK(target_of(report).cone.removed.empty());
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].level == plan::Level::note);
}

TEST_CASE("roots that lost, gained and never had a solution are told apart, with the reason") {
  constexpr std::string_view old_text = R"(
a.1
  depends: ["x"]
b.1
  depends: ["y"]
d.1
  depends: ["none"]
x.1
)";
  constexpr std::string_view new_text = R"(
a.1
  depends: ["x"]
b.1
  depends: ["y"]
d.1
  depends: ["none"]
e.1
  depends: ["nothing"]
y.1
  build: "far from x"
  install: "so that it is not a rename of it"
)";
  const auto report = planned(literal_request(old_text, new_text));
  const report::TargetReport& target = target_of(report);
  CHECK(packages(target.newly_uninstallable) == Words{"a.1"});
  CHECK(packages(target.newly_installable) == Words{"b.1"});
  CHECK(packages(target.added_uninstallable) == Words{"e.1"});
  CHECK(target.roots.value().solved == 2);
  CHECK(target.roots.value().unsolved == 3);
  const auto text = [](const plan::Installability& root) {
    REQUIRE_FALSE(root.explanation.empty());
    return root.explanation.front().constraints.front().text;
  };
  CHECK(text(target.newly_uninstallable[0]) == "a.1 requires x, of which there is no version");
  CHECK(text(target.newly_installable[0]) == "b.1 requires y, of which there is no version");
  CHECK(text(target.added_uninstallable[0]) ==
        "e.1 requires nothing, of which there is no version");
}

TEST_CASE("a root that was not one before has lost nothing") {
  const auto report =
      planned(literal_request("a.1\n  depends: [\"none\"]\na.2\n", "a.1\n  depends: [\"none\"]\n"));
  const report::TargetReport& target = target_of(report);
  CHECK(target.newly_uninstallable.empty());
  CHECK(packages(target.added_uninstallable) == Words{"a.1"});
}

TEST_CASE("the first repository's version hides the same one below") {
  const auto report =
      planned(literal_request("x.1\n", "x.1\nlib.1\n  build: \"patched\"\n", "ocaml.5\nlib.1\n"));
  CHECK(packages(target_of(report).cone.added) == Words{"lib.1"});
  CHECK(target_of(report).cone.added[0].because.cause == plan::Cause::changed);
}

TEST_CASE("a dependency cycle is a finding at a file of it") {
  const auto report = planned(literal_request(
      "a.1\n", "a.1\n  depends: [\"b\"]\nb.1\n  depends: [\"a\"]\n  build: \"something else\"\n"));
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].message ==
        "the dependencies of b.1 now lead back to it, so it and what is above it have no build-id");
  CHECK(report.findings[0].level == plan::Level::warning);
  for (const plan::ConeLayer& layer : target_of(report).cone.added) CHECK_FALSE(layer.build_id);
}

TEST_CASE("layers that the cache holds are known") {
  PlanRequest request = literal_request(before, after, lower);
  const std::string key = target_of(planned(request)).cone.added[1].key;
  const cache::ScratchCache cache;
  cache.layer(target_of(planned(request)).cone.added[0].key);
  request.cache = cache.path();
  const auto known = [&] {
    const auto report = planned(request);
    CHECK(report.cache_known);
    CHECK(target_of(report).cone.added[0].cached);
    return target_of(report).cone.added[1].cached;
  };
  CHECK_FALSE(known());
  cache.layer(key);
  CHECK(known());
  REQUIRE(cache::commit_layer(cache.store, key, cache::record_of("b", verdict::Outcome::failure)));
  CHECK(known());
  // A broken one is built again.
  cache::write(cache.store.path(key) / "layer.json", "{}");
  CHECK_FALSE(known());
}

TEST_CASE("a plan is made for every target") {
  PlanRequest request = literal_request("a.1\n", "a.1\n  depends: [\"ocaml\" {>= \"5\"}]\n");
  request.targets.push_back(solve::literal_target("ocaml.4"));
  const auto report = planned(request);
  REQUIRE(report.targets.size() == 2);
  CHECK(report.targets[0].newly_uninstallable.empty());
  CHECK(report.targets[1].target.compiler.to_string() == "ocaml.4");
  CHECK(packages(report.targets[1].newly_uninstallable) == Words{"a.1"});
}

TEST_CASE("a change that touches no package is planned without solving anything") {
  NoProgress progress;
  StateLoader loader(progress);
  const std::vector<repo::MemoryFile> more = {{"README", "x"}};
  PlanRequest request =
      literal_request(literal_repository(repository_files(before), "base commit"),
                      literal_repository(repository_files(before, more), "head commit"), lower);
  request.targets.push_back(solve::literal_target("ocaml.4"));
  const auto untouched = job::plan(request, loader);
  REQUIRE(untouched);
  CHECK(untouched->targets.empty());
  CHECK(untouched->report.other_paths == 1);
  REQUIRE(untouched->report.targets.size() == 2);
  CHECK(untouched->report.targets[1].target.compiler.to_string() == "ocaml.4");
  CHECK_FALSE(untouched->report.targets[1].roots);

  request.also = {{"z", "1"}};
  const auto asked_for = job::plan(request, loader);
  REQUIRE(asked_for);
  CHECK(asked_for->targets.size() == 2);
  CHECK(asked_for->report.targets[0].roots.value().solved == 4);
}

TEST_CASE("a change is compared once, for however many targets") {
  CountingProgress progress;
  StateLoader loader(progress);
  PlanRequest request = literal_request(before, after, lower);
  request.targets.push_back(solve::literal_target("ocaml.4"));
  planned(request, loader);
  CHECK(progress.comparisons() == 1);
}

TEST_CASE("files that both states have are read once") {
  const PlanRequest request = literal_request(before, after, lower);
  planned(request);
  const CountingTree& old_tree = counting(request.change.before);
  const CountingTree& new_tree = counting(request.change.after);
  const std::string same = "opam-version: \"2.0\"\n  depends: [\"b\"]\n";
  CHECK(old_tree.reads(same) == 1);
  CHECK(new_tree.reads(same) == 0);
  CHECK(counting(request.lower[0]).reads("opam-version: \"2.0\"\n  depends: [\"b\"]\n") == 0);
  CHECK(counting(request.lower[0]).reads("opam-version: \"2.0\"\n") == 1);
}

TEST_CASE("a second plan in the same process reads nothing and is the same") {
  NoProgress progress;
  StateLoader loader(progress);
  const PlanRequest request = literal_request(before, after, lower);
  const std::string first = report::to_json(planned(request, loader));
  const int reads = counting(request.change.before).all_reads() +
                    counting(request.change.after).all_reads() +
                    counting(request.lower[0]).all_reads();
  PlanRequest wider = request;
  wider.scope = Scope::stack;
  planned(wider, loader);
  CHECK(report::to_json(planned(request, loader)) == first);
  CHECK(counting(request.change.before).all_reads() + counting(request.change.after).all_reads() +
            counting(request.lower[0]).all_reads() ==
        reads);
}

TEST_CASE("a plan after many others is the same") {
  NoProgress progress;
  StateLoader loader(progress);
  const PlanRequest request = literal_request(before, after, lower);
  const std::string first = report::to_json(planned(request, loader));
  for (int i = 0; i < 5; ++i) {
    const std::string text = "a.1\n  build: \"" + std::to_string(i) + "\"\n";
    planned(literal_request(before, text, lower), loader);
  }
  CHECK(report::to_json(planned(request, loader)) == first);
}

TEST_CASE("a compiler that cannot be chosen is an error that names those that can") {
  PlanRequest request = literal_request(before, after, lower);
  request.targets = {solve::literal_target("ocaml.6")};
  CHECK(error_of(request) ==
        "the compiler 'ocaml.6' is not available on debian-12-x86_64; available versions: 5, 4");
  request.targets = {solve::literal_target("nowhere.1")};
  CHECK_THAT(error_of(request), Contains("there is no package 'nowhere'"));
}

TEST_CASE("a repository without packages is an error") {
  const auto broken = literal_repository(std::vector<repo::MemoryFile>{{"README", "x"}}, "");
  CHECK_THAT(error_of(literal_request(literal_repository("a.1\n", ""), broken)),
             Contains("packages"));
}
