#include "report/check_wording.h"

#include <catch2/catch.hpp>

#include "tests/report/sample_checks.h"

using namespace oxbow;
using namespace oxbow::report;
using verdict::Outcome;
using verdict::Verdict;

namespace {

using Ids = std::vector<opam::PackageId>;

CheckReport check(std::vector<BuiltLayer> layers, std::vector<RootCheck> roots) {
  CheckReport report;
  report.plan.targets.resize(1);
  report.targets = {{std::move(layers), {}, std::move(roots)}};
  return report;
}

const BuiltLayer failed_a = failed({"a", "1"}, unbound("a.ml"));
const BuiltLayer failed_b = failed({"b", "1"}, unbound("src/b.ml"));
const BuiltLayer failed_c = failed({"c", "1"}, "c.c:1:1: error: no\n");
const BuiltLayer on_c = above({"d", "1"}, failed_c);
const BuiltLayer also_on_c = above({"e", "1"}, failed_c);
const BuiltLayer good = built({"g", "1"}, Outcome::success, 1);

}  // namespace

TEST_CASE("failures whose logs say the same are one group") {
  const CheckReport report =
      check({failed_a, failed_c, failed_b, good},
            {root(failed_a, Outcome::success), root(failed_b, Outcome::success),
             root(failed_c, Outcome::success), root(good, Outcome::success)});
  const auto groups = failure_groups(report.targets[0], Verdict::regressed);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].error == "a.ml:3: Error: Unbound module Ox");
  REQUIRE(groups[0].failures.size() == 2);
  CHECK(groups[0].failures[0].layer->package == failed_a.package);
  CHECK(groups[0].failures[1].layer->package == failed_b.package);
  CHECK(groups[1].error == "c.c:1:1: error: no");
}

TEST_CASE("what takes most with it comes first, over what it takes") {
  const CheckReport report =
      check({failed_a, failed_c, on_c, also_on_c},
            {root(failed_a, Outcome::success), root(failed_c, Outcome::success),
             root(on_c, Outcome::success), root(also_on_c, Outcome::success)});
  const auto groups = failure_groups(report.targets[0], Verdict::regressed);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].failures[0].layer->package == failed_c.package);
  CHECK(groups[0].failures[0].dependents == Ids{on_c.package, also_on_c.package});
  CHECK(groups[0].dependents() == 2);
  CHECK(groups[1].failures[0].dependents.empty());
}

TEST_CASE("only the roots of a verdict are told with it") {
  const CheckReport report = check({failed_c, on_c, also_on_c},
                                   {root(failed_c, Outcome::failure), root(on_c, Outcome::success),
                                    root(also_on_c, verdict::Absent{})});
  const auto regressed = failure_groups(report.targets[0], Verdict::regressed);
  REQUIRE(regressed.size() == 1);
  CHECK(regressed[0].failures[0].layer->package == failed_c.package);
  CHECK(regressed[0].failures[0].dependents == Ids{on_c.package});
  const auto added = failure_groups(report.targets[0], Verdict::added_failing);
  REQUIRE(added.size() == 1);
  CHECK(added[0].failures[0].dependents == Ids{also_on_c.package});
  CHECK(failure_groups(report.targets[0], Verdict::fixed).empty());
}

TEST_CASE("builds that were ended, or whose logs say nothing, are not alike") {
  BuiltLayer slow = built({"s", "1"}, Outcome::timed_out, 60);
  slow.log_tail = unbound("a.ml");
  const BuiltLayer mute = failed({"m", "1"}, "");
  const BuiltLayer silent = failed({"n", "1"}, "");
  const CheckReport report = check({slow, failed_a, mute, silent},
                                   {root(slow, Outcome::success), root(failed_a, Outcome::success),
                                    root(mute, Outcome::success), root(silent, Outcome::success)});
  CHECK(failure_groups(report.targets[0], Verdict::regressed).size() == 4);
}

TEST_CASE("a failure is told even where the layer to blame is not listed") {
  const CheckReport report = check({}, {root(on_c, Outcome::success)});
  const auto groups = failure_groups(report.targets[0], Verdict::regressed);
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].failures[0].layer == nullptr);
  CHECK(groups[0].failures[0].dependents == Ids{on_c.package});
  CheckWording wording({1, 1, 1, 1, 1}, {1, 1, 1, 1, 1});
  const Lines lines = wording.failures(groups[0]);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].phrase.raw() == "a layer outside this check failed");
  CHECK(lines[1].phrase.raw() == "not built because of this: d.1");
  CHECK(wording.log(groups[0]).empty());
}

TEST_CASE("the summary of a check has the verdict first") {
  CheckReport report = sample_check();
  CHECK(summary(report).raw() ==
        "2 regressed, 1 reverse dependency not built, 1 no longer installable, 1 new and failing, "
        "1 not built (infrastructure error), 1 failing, base result unknown, "
        "1 still failing, 1 fixed; "
        "5 built, 2 cached, 3 not built, 2 built on the base for comparison, 14 min 7 s.");
  report = check({good}, {root(good, Outcome::success)});
  CHECK(summary(report).raw() == "Nothing regressed; 1 built, 0 cached, 0.0 s.");
  report.interrupted = true;
  report.limit = 5;
  CHECK(summary(report).raw() ==
        "Interrupted: nothing regressed; 1 built, 0 cached (--limit 5), 0.0 s.");
}

TEST_CASE("a package that regresses on several targets is counted once") {
  CheckReport report =
      check({failed_c, on_c}, {root(failed_c, Outcome::success), root(on_c, Outcome::success)});
  report.targets.push_back(report.targets[0]);
  CHECK(summary(report).raw().starts_with("1 regressed, 1 reverse dependency not built; 2 built"));
}

TEST_CASE("bad news is of a root, or of the plan") {
  CheckReport report =
      check({failed_a, good}, {root(failed_a, Outcome::failure), root(good, Outcome::failure)});
  CHECK_FALSE(has_bad_news(report));
  report.targets[0].roots[0].base = Outcome::success;
  CHECK(has_bad_news(report));
  report.targets[0].roots.clear();
  CHECK_FALSE(has_bad_news(report));
  report.plan.targets[0].newly_uninstallable = {{{"x", "1"}, {}}};
  CHECK(has_bad_news(report));
  CHECK_FALSE(has_bad_news({}));
}

TEST_CASE("the steps are what was run or failed, first what failed") {
  CheckReport report = sample_check();
  CheckWording wording({9, 9, 9, 9, 9}, {9, 9, 9, 9, 4});
  const StepTable all = wording.steps(report.plan.targets[0], report.targets[0]);
  REQUIRE(all.rows.size() == 4);
  CHECK(all.rest == 7);
  CHECK(wording.of_plan.left_something_out());
  CHECK(all.rows[0].package.raw() == "dune.3.20.2+ox");
  CHECK(all.rows[0].outcome.raw() == "failure");
  CHECK(all.rows[0].time.raw() == "3.2 s");
  CHECK(all.rows[0].why.raw() == "changed directly");
  CHECK(all.rows[2].outcome.raw() == "timed out");
  CHECK(all.rows[3].outcome.raw() == "failure, cached");
}

TEST_CASE("trouble is named as ours, and its dependents are not named again") {
  CheckReport report = sample_check();
  BuiltLayer on_trouble = built({"x", "1"}, Outcome::internal_error);
  on_trouble.failed_key = "astring";
  report.targets[0].layers.push_back(on_trouble);
  CheckWording wording({9, 9, 9, 9, 9}, {9, 9, 9, 9, 9});
  const Lines lines = wording.trouble(report.targets[0]);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].phrase.raw() ==
        "astring.0.8.5 (astring.0.8.): source unavailable: "
        "https://example.org/astring.tbz: 404 Not Found, tried 3 times");
}
