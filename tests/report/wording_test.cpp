#include "report/wording.h"

#include <catch2/catch.hpp>

#include "tests/report/sample_reports.h"

using namespace oxbow;
using namespace oxbow::report;

namespace {

std::string written(const Lines& lines) {
  std::string text;
  for (const Line& line : lines) text += std::string(line.level, '>') + line.phrase.raw() + "\n";
  return text;
}

constexpr Bounds narrow{.entries = 2, .packages = 2, .explained = 1, .constraints = 1, .names = 1};
constexpr Bounds wide{
    .entries = 100, .packages = 100, .explained = 100, .constraints = 100, .names = 100};

}  // namespace

TEST_CASE("numbers have their thousands apart") {
  CHECK(counted(0, "root") == "0 roots");
  CHECK(counted(1, "root") == "1 root");
  CHECK(counted(999, "root") == "999 roots");
  CHECK(counted(4756, "root") == "4,756 roots");
  CHECK(counted(1'234'567, "root") == "1,234,567 roots");
}

TEST_CASE("each cause has its words") {
  const opam::PackageId a1{"a", "1"};
  const opam::PackageId a2{"a", "2"};
  const opam::PackageId b{"b", "1"};
  using plan::Cause;
  CHECK(because({Cause::changed, {a1}, {}}).raw() == "changed directly");
  CHECK(because({Cause::chosen, {a1}, {}}).raw() == "newly selected by the solver");
  CHECK(because({Cause::dependency, {a1}, {}}).raw() == "because of a.1");
  CHECK(because({Cause::dependency, {a1, a2, b}, {}}).raw() == "because of a.1, a.2 and b.1");
  CHECK(because({Cause::dependency, {a1, a2, b}, {}}, 2).raw() == "because of a.1, a.2 and 1 more");
  CHECK(because({Cause::dependency, {}, {}}).raw() == "because of many packages");
  CHECK(because({Cause::choice, {a2}, {a1}}).raw() == "the solver now chooses a.2 instead of a.1");
  CHECK(because({Cause::choice, {a2}, {std::nullopt}}).raw() == "the solver now chooses a.2");
  CHECK(because({Cause::choice, {b, a1}, {std::nullopt, a1}}).raw() ==
        "the solver now chooses b.1 and no longer a.1");
  CHECK(because({Cause::choice, {a1}, {a1}}).raw() == "the solver no longer chooses a.1");
}

TEST_CASE("the summary says what matters, and nothing else") {
  Report report;
  CHECK(summary(report).raw() == "No target is configured.");
  report.targets.resize(1);
  CHECK(summary(report).raw() == "This change rebuilds nothing.");
  report.targets[0].cone.added = {layer({"a", "1"}, changed())};
  CHECK(summary(report).raw() == "This change rebuilds 1 package in 1 layer.");
  report.targets.emplace_back();
  report.findings = {{"p", 1, plan::Level::note, "", ""}, {"p", 1, plan::Level::error, "", ""}};
  CHECK(summary(report).raw() ==
        "This change rebuilds up to 1 package in 1 layer, on 2 targets. "
        "Its files have 1 error and 1 note.");
}

TEST_CASE("a package that several targets lose is counted once") {
  Report report;
  report.targets.resize(2);
  for (TargetReport& target : report.targets) target.newly_uninstallable = {{{"a", "1"}, {}}};
  CHECK(summary(report).raw() ==
        "This change rebuilds nothing. 1 package can no longer be installed.");
}

TEST_CASE("lists are told as far as their bounds, and the rest is counted") {
  Wording wording(narrow);
  const Report report = sample_report();
  CHECK(
      written(wording.changes(report)) ==
      "changed dune.3.20.2+ox, fields extra-files and 1 more, files dune.patch changed and 1 more\n"
      "changed fmt.0.11, field synopsis: affects no build\n"
      "and 1 more\n"
      "added 1 generated guard package\n"
      "changed 2 files outside packages/\n");
  CHECK(written(wording.explained(report.targets[0].newly_uninstallable)) ==
        "utop.2.16.0\n"
        ">zed:\n"
        ">>utop.2.16.0 requires zed >= 3.2.0\n"
        ">>and 1 more\n"
        ">and 1 more\n");
  CHECK(written(wording.rebuilt(report.targets[0].cone)) ==
        "changed directly: 1 package\n"
        ">dune.3.20.2+ox\n"
        "newly selected by the solver: 1 package\n"
        ">yojson.3.0\n"
        "for 3 other reasons: 4 packages\n"
        "1 generated guard package\n");
  CHECK(wording.left_something_out());
}

TEST_CASE("nothing is left out of what is within bounds") {
  Wording wording(wide);
  const Report report = sample_report();
  wording.changes(report);
  wording.explained(report.targets[0].newly_uninstallable);
  CHECK(written(wording.rebuilt(report.targets[0].cone)) ==
        "changed directly: 1 package\n"
        ">dune.3.20.2+ox\n"
        "newly selected by the solver: 1 package\n"
        ">yojson.3.0\n"
        "the solver now chooses topkg.1.1 instead of topkg.1.0, cmdliner.2.0 and no longer base.1: "
        "1 package\n"
        ">fmt.0.11\n"
        "because of dune.3.20.2+ox: 2 packages\n"
        ">stdio.0.17 and zed.3.2.3\n"
        "because of fmt.0.11: 1 package\n"
        ">logs.0.8\n"
        "1 generated guard package\n");
  CHECK_FALSE(wording.left_something_out());
}

TEST_CASE("findings are told by level, above their excerpts") {
  Wording wording(wide);
  const Report report = sample_report();
  CHECK(written(wording.findings(report.findings, {plan::Level::error, plan::Level::note})) ==
        "packages/dune/dune.3.20.2+ox/opam:12: error: extra-files: the checksum of dune.patch is "
        "stale, so opam refuses the package\n"
        ">  [\"dune.patch\" \"sha256=00\"]\n"
        ">                ^\n"
        "packages/fmt/fmt.0.11/opam:3: note: only synopsis differs, which affects no build\n");
}
