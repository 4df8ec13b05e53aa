#include <catch2/catch.hpp>

#include "tests/e2e/change.h"

using namespace oxbow::e2e;
using Catch::Matchers::Contains;
using Names = std::set<std::string>;

namespace {

std::string listing(const std::string& pair) { return "extra-files: [" + pair + "]"; }

const Plan::Finding& only_finding(const Plan& plan) {
  REQUIRE(plan.findings.size() == 1);
  return plan.findings.front();
}

// A package with a patch, two above it, and one beside it.
void write_tower(const Change& change) {
  const std::string listed = change.file("low.1+ox", "fix.patch", "first\n");
  change.package("low.1+ox", listing(listed));
  change.package("middle.1", "depends: [\"low\"]");
  change.package("top.1", "depends: [\"middle\" {>= \"1\"}]");
  change.package("beside.1", "depends: [\"comp\"]");
}

}  // namespace

TEST_CASE("plan: a patch that is changed with its checksum rebuilds all that is above it") {
  const Change change;
  write_tower(change);
  change.propose();
  change.package("low.1+ox", listing(change.file("low.1+ox", "fix.patch", "second\n")));
  const Plan plan = change.plan();
  CHECK(plan.findings.empty());
  CHECK(plan.changes() == Texts{"changed low.1+ox"});
  const rapidjson::Value& changed = plan.document["changes"][0];
  CHECK(texts(changed["fields"]) == Texts{"extra-files"});
  CHECK(texts(changed["files"], "path") == Texts{"fix.patch"});
  CHECK(texts(changed["files"], "kind") == Texts{"changed"});
  CHECK(plan.rebuilt() == Names{"low.1+ox", "middle.1", "top.1"});
  CHECK(plan.because("low.1+ox") == "changed: changed directly");
  CHECK(plan.because("middle.1") == "dependency: because of low.1+ox");
  CHECK(plan.because("top.1") == "dependency: because of middle.1");
  CHECK(plan.target()["packages_rebuilt"].GetInt() == 3);
  CHECK(plan.target()["layers"].GetInt() == 3);
  CHECK(texts(plan.target()["build_ids"]["removed"], "package") ==
        Texts{"low.1+ox", "middle.1", "top.1"});
  CHECK(plan.target()["roots"]["solved"].GetInt() == 5);
}

TEST_CASE("plan: a patch that is changed without its checksum rebuilds nothing and is an error") {
  const Change change;
  write_tower(change);
  change.propose();
  change.file("low.1+ox", "fix.patch", "second\n");
  const Plan plan = change.plan();
  CHECK(plan.rebuilt().empty());
  const Plan::Finding& finding = only_finding(plan);
  CHECK(finding.level == "error");
  CHECK(finding.path == "packages/low/low.1+ox/opam");
  CHECK(finding.line == 2);
  CHECK_THAT(finding.message, Contains("the checksum of fix.patch is stale"));
  const std::string text = change.text();
  CHECK_THAT(text, Contains("This change rebuilds nothing."));
  CHECK_THAT(text, Contains("1 error"));
}

TEST_CASE("plan: files and extra-files that do not agree are found") {
  const Change change;
  change.package("a.1");
  change.package("b.1");
  change.propose();
  change.file("a.1", "sub/new.patch", "new\n");
  change.package("b.1", "\nextra-files: [\"gone.patch\" \"md5=00000000000000000000000000000000\"]");
  const Plan plan = change.plan();
  REQUIRE(plan.findings.size() == 2);
  CHECK(plan.findings[0].path == "packages/a/a.1/files/sub/new.patch");
  CHECK(plan.findings[0].level == "warning");
  CHECK_THAT(plan.findings[0].message, Contains("does not list this file, so opam ignores it"));
  CHECK(plan.findings[1].path == "packages/b/b.1/opam");
  CHECK(plan.findings[1].line == 3);
  CHECK(plan.findings[1].level == "error");
  CHECK_THAT(plan.findings[1].message, Contains("gone.patch, which is not in files/"));
  CHECK(plan.rebuilt() == Names{"b.1"});
}

TEST_CASE("plan: a git url on a branch is found, and gives no build-id") {
  const Change change;
  change.package("a.1");
  change.package("b.1", "depends: [\"a\"]");
  change.propose();
  change.package("a.1", "url {\n  src: \"git+https://example.org/a.git#main\"\n}");
  const Plan plan = change.plan();
  const Plan::Finding& finding = only_finding(plan);
  CHECK(finding.level == "warning");
  CHECK(finding.line == 3);
  CHECK_THAT(finding.message, Contains("names a branch or a tag"));
  const rapidjson::Value& undefined = plan.target()["build_ids"]["undefined"];
  CHECK(texts(undefined["added"], "package") == Texts{"a.1", "b.1"});
  CHECK(undefined["added"][0]["build_id"].IsNull());
  CHECK(plan.rebuilt().empty());
}

TEST_CASE("plan: a change that no build sees is said to rebuild nothing") {
  const Change change;
  write_tower(change);
  change.propose();
  change.package("middle.1", "depends: [\"low\"]\nsynopsis: \"Between the others\"");
  const Plan plan = change.plan();
  CHECK(plan.rebuilt().empty());
  CHECK_FALSE(plan.document["changes"][0]["affects_build"].GetBool());
  const Plan::Finding& finding = only_finding(plan);
  CHECK(finding.level == "note");
  CHECK(finding.message == "only synopsis differs, which no build sees: 0 rebuilds");
}

TEST_CASE("plan: packages that are renamed, added and removed are told apart") {
  const Change change;
  const std::string fields =
      "build: [[\"make\"] [\"make\" \"doc\"]]\nsynopsis: \"Old acquaintance\"";
  change.package("moved.1", fields);
  change.package("gone.1", "install: [\"make\" \"install\"]");
  change.propose();
  change.remove_package("moved.1");
  change.remove_package("gone.1");
  change.package("moved.2", fields);
  change.package("fresh.1", "depends: [\"comp\"]");
  const Plan plan = change.plan();
  CHECK(plan.changes() == Texts{"added fresh.1", "removed gone.1", "renamed moved.2"});
  CHECK(plan.document["changes"][2]["former"] == "moved.1");
  CHECK(plan.because("fresh.1") == "changed: changed directly");
}

TEST_CASE("plan: each reason for a rebuild is named") {
  const Change change;
  change.package("base.1");
  change.package("user.1", "depends: [\"base\"]");
  change.package("idle.1", "available: false");
  change.package("late.1", "depends: [\"idle\" | \"base\" {= \"1\"}]");
  change.propose();
  change.package("base.2");
  change.package("idle.1");
  const Plan plan = change.plan();
  CHECK(plan.because("base.2") == "changed: changed directly");
  CHECK(plan.because("user.1") == "choice: the solver now chooses base.2 instead of base.1");
  CHECK(plan.because("late.1") == "choice: the solver now chooses idle.1 and no longer base.1");
}

TEST_CASE("plan: a package of a lower repository that nothing held before is chosen") {
  const OpamRepository lower("lower");
  lower.package("helper.1");
  lower.commit();
  const Change change;
  change.package("a.1");
  change.propose();
  change.package("a.1", "depends: [\"helper\"]");
  const Plan plan = change.plan({"--repo", lower.at()});
  CHECK(plan.rebuilt() == Names{"a.1", "helper.1"});
  CHECK(plan.because("helper.1") == "chosen: newly selected by the solver");
}

TEST_CASE("plan: a root that loses its solution is told with the constraints that refute it") {
  const Change change;
  change.package("low.1");
  change.package("top.1", "depends: [\"low\" {>= \"1\"}]");
  change.propose();
  change.package("top.1", "depends: [\"low\" {>= \"2\"}]");
  const Plan plan = change.plan();
  CHECK(texts(plan.target()["newly_uninstallable"], "package") == Texts{"top.1"});
  CHECK(plan.explanation("newly_uninstallable", "top.1") == Texts{"low: top.1 requires low >= 2"});
  const std::string text = change.text();
  CHECK_THAT(text, Contains("1 package can no longer be installed."));
  CHECK_THAT(change.explain("top"),
             Contains("top.1 requires low >= 2") && Contains("the change touches this package"));
}

TEST_CASE("plan: a root that gains a solution is told with what stood in the way") {
  const Change change;
  change.package("low.1");
  change.package("top.1", "depends: [\"low\" {>= \"2\"}]");
  change.propose();
  change.package("low.2");
  const Plan plan = change.plan();
  CHECK(texts(plan.target()["newly_installable"], "package") == Texts{"top.1"});
  CHECK(plan.explanation("newly_installable", "top.1") == Texts{"low: top.1 requires low >= 2"});
  CHECK(plan.rebuilt() == Names{"low.2", "top.1"});
}

TEST_CASE("plan: generated guard packages are folded") {
  const Change change;
  change.package("a.1");
  change.propose();
  change.package("a.1", "depends: [\"oxcaml-a\" \"oxcaml-b-patches\"]");
  change.package("oxcaml-a.guard");
  change.package("oxcaml-b-patches.enabled");
  const std::string text = change.text();
  CHECK_THAT(text, Contains("added 2 generated guard packages"));
  CHECK_THAT(text, Contains("\n    2 generated guard packages\n"));
  CHECK_THAT(text, !Contains("oxcaml-a.guard"));
  CHECK(change.plan().rebuilt() == Names{"a.1", "oxcaml-a.guard", "oxcaml-b-patches.enabled"});
}

TEST_CASE("plan: a dependency that becomes a cycle is found") {
  const Change change;
  change.package("a.1");
  change.package("b.1", "depends: [\"a\"]");
  change.propose();
  change.package("a.1", "depends: [\"b\"]");
  const Plan plan = change.plan();
  const Plan::Finding& finding = only_finding(plan);
  CHECK_THAT(finding.path, Contains("packages/a/a.1") || Contains("packages/b/b.1"));
  CHECK(finding.level == "warning");
  CHECK(finding.message ==
        "the dependencies of b.1 now lead back to it, so it and what is above it have no build-id");
  const Texts undefined = texts(plan.target()["build_ids"]["undefined"]["added"], "package");
  CHECK(std::set(undefined.begin(), undefined.end()) == Names{"a.1", "b.1"});
  CHECK(plan.rebuilt().empty());
}

TEST_CASE("plan: explain names the shortest way from the change") {
  const Change change;
  write_tower(change);
  change.propose();
  change.package("low.1+ox", "patches: \"fix.patch\"\n" +
                                 listing(change.file("low.1+ox", "fix.patch", "second\n")));
  CHECK(change.explain("top") ==
        "top.1 is rebuilt for comp.1.0 on debian-12-x86_64:\n"
        "  changed low.1+ox, fields extra-files and patches, file fix.patch changed\n"
        "  low.1+ox: changed directly\n"
        "  middle.1: because of low.1+ox\n"
        "  top.1: because of middle.1\n");
  CHECK(change.explain("beside.1") ==
        "beside.1 is not rebuilt for comp.1.0 on debian-12-x86_64.\n");
}
