#include "bot/run_texts.h"

#include <catch2/catch.hpp>

#include "bot/label.h"
#include "tests/report/markdown_syntax.h"
#include "tests/report/sample_checks.h"
#include "tests/report/sample_reports.h"

using namespace oxbow;
using namespace oxbow::bot;
using Catch::Matchers::Contains;
using verdict::Conclusion;

namespace {

RunFacts facts(Stage stage = Stage::built) {
  RunFacts facts;
  facts.stage = stage;
  facts.page = "https://oxbow.example.org/runs/7";
  facts.head = std::string(40, 'a');
  facts.estimated_seconds = {840};
  return facts;
}

// Without the line that hides it, which is no Markdown.
std::string without_marker(const std::string& comment) {
  const std::string begin = std::string(comment_marker) + "\n";
  REQUIRE(comment.starts_with(begin));
  return comment.substr(begin.size());
}

report::CheckReport quiet() {
  report::CheckReport report;
  report.plan.targets.resize(1);
  report.plan.targets[0].target =
      *opam::parse_target("ocaml-variants.5.2.0+ox on debian-12-x86_64");
  report.targets.resize(1);
  return report;
}

}  // namespace

TEST_CASE("labels have ofborg's buckets") {
  CHECK(rebuild_label(0) == "rebuild: 0");
  CHECK(rebuild_label(1) == "rebuild: 1-10");
  CHECK(rebuild_label(10) == "rebuild: 1-10");
  CHECK(rebuild_label(11) == "rebuild: 11-100");
  CHECK(rebuild_label(500) == "rebuild: 101-500");
  CHECK(rebuild_label(501) == "rebuild: 501-1000");
  CHECK(rebuild_label(2500) == "rebuild: 1001-2500");
  CHECK(rebuild_label(2501) == "rebuild: 2501+");
  CHECK(is_rebuild_label("rebuild: 11-100"));
  CHECK_FALSE(is_rebuild_label("rebuild"));
  CHECK(label_colour("rebuild: 0").size() == 6);
}

TEST_CASE("a comment begins with its marker and counts, and ends with where the rest is") {
  const report::CheckReport report = report::sample_check();
  const std::string comment = to_comment(report, facts());
  const std::string shown = without_marker(comment);
  CHECK_THAT(shown, Contains("package") && Contains("layer") && Contains("about 14 min"));
  CHECK_THAT(shown, Contains("Regressed"));
  CHECK_THAT(shown, Contains("[full results](https://oxbow.example.org/runs/7)"));
  CHECK_THAT(shown, Contains("`aaaaaaaaaa`") && Contains("`/oxbow help`"));
}

TEST_CASE("a comment about nothing is short") {
  CHECK(to_comment(quiet().plan, facts(Stage::analysed)).size() < 400);
  CHECK_THAT(to_comment(quiet(), facts()), !Contains("<details>"));
}

TEST_CASE("a comment says what a run waits for") {
  const report::Report report = report::sample_check().plan;
  CHECK_THAT(to_comment(report, facts(Stage::awaiting_approval)),
             Contains("`/oxbow ok-to-test aaaaaaaaaa`"));
  CHECK_THAT(to_comment(report, facts(Stage::draft)), Contains("ready for review"));
  CHECK_THAT(to_comment(report, facts(Stage::building)), Contains("being built"));
}

TEST_CASE("no text gets out of its place in what the bot posts") {
  const std::string harmless =
      report::without_code(without_marker(to_comment(report::check_of("text"), facts())));
  for (const std::string& attack : report::attacks()) {
    const report::CheckReport report = report::check_of(attack);
    const std::string comment = to_comment(report, facts());
    CHECK(comment.size() < 65'000);
    if (attack.size() > 80) continue;  // has lists shortened as well
    CHECK(report::without_code(without_marker(comment)) == harmless);
    report::check_sound(target_output(report, 0, facts()).text);
    report::check_sound(analysis_output(report.plan, facts()).text);
    report::check_sound(trouble_output(attack, Whose::ours, facts()).summary);
  }
}

TEST_CASE("an analysis fails where something can no longer be installed or read") {
  report::Report report = quiet().plan;
  const CheckOutput nothing = analysis_output(report, facts());
  CHECK(nothing.conclusion == Conclusion::success);
  CHECK_THAT(nothing.title, Contains("Nothing to build"));
  report.findings = {{"packages/a/a.1/opam", 3, plan::Level::note, "n", ""},
                     {"packages/a/a.1/opam", 4, plan::Level::error, "e", ""}};
  const CheckOutput found = analysis_output(report, facts());
  CHECK(found.conclusion == Conclusion::failure);
  REQUIRE(found.annotations.size() == 2);
  CHECK(found.annotations[0].level == plan::Level::error);
  report.findings.assign(200, {"x", 1, plan::Level::warning, "w", ""});
  CHECK(analysis_output(report, facts()).annotations.size() == 50);
  CHECK(analysis_output(report, facts()).conclusion == Conclusion::success);
  report.findings.clear();
  report.targets[0].newly_uninstallable.push_back({{"a", "1"}, {}});
  CHECK(analysis_output(report, facts()).conclusion == Conclusion::failure);
}

TEST_CASE("a target's conclusion blames a change only for what it broke") {
  using verdict::Outcome;
  const auto conclusion = [](const verdict::RootOutcome& base, const verdict::RootOutcome& head) {
    report::CheckReport report = quiet();
    report.targets[0].roots.push_back({{"a", "1"}, base, head, ""});
    return target_output(report, 0, facts()).conclusion;
  };
  CHECK(conclusion(Outcome::success, Outcome::success) == Conclusion::success);
  CHECK(conclusion(Outcome::success, Outcome::failure) == Conclusion::failure);
  CHECK(conclusion(Outcome::failure, Outcome::failure) == Conclusion::success);
  CHECK(conclusion(Outcome::success, Outcome::internal_error) == Conclusion::neutral);
  CHECK(conclusion(verdict::Absent{}, Outcome::failure) == Conclusion::failure);
  report::CheckReport stopped = quiet();
  stopped.interrupted = true;
  CHECK(target_output(stopped, 0, facts()).conclusion == Conclusion::cancelled);
}

TEST_CASE("the check of a target tells of that target alone") {
  report::CheckReport report = quiet();
  report.plan.targets.push_back(report.plan.targets[0]);
  report.plan.targets[1].target.compiler = {"ocaml", "4"};
  report.plan.targets[1].newly_uninstallable.push_back({{"lost", "1"}, {}});
  report.targets.push_back({});
  report.targets[1].roots.push_back(
      {{"broken", "1"}, verdict::Outcome::success, verdict::Outcome::failure, "k"});
  const CheckOutput first = target_output(report, 0, facts());
  CHECK(first.conclusion == Conclusion::success);
  CHECK_THAT(first.title, Contains("Nothing regressed"));
  CHECK_THAT(first.text + first.summary, !Contains("broken") && !Contains("lost"));
  CHECK_THAT(first.text + first.summary, !Contains("2 targets") && !Contains("uninstallable"));
  const CheckOutput second = target_output(report, 1, facts());
  CHECK(second.conclusion == Conclusion::failure);
  CHECK_THAT(second.text, Contains("broken") && Contains("lost"));
  CHECK(second.buttons == std::vector{CheckButton::rerun_failed, CheckButton::rerun});
}

TEST_CASE("a failure has a button for itself, trouble one for all, and waiting one to approve") {
  report::CheckReport report = quiet();
  report.targets[0].roots.push_back(
      {{"a", "1"}, verdict::Outcome::success, verdict::Outcome::failure, ""});
  CHECK(target_output(report, 0, facts()).buttons ==
        std::vector{CheckButton::rerun_failed, CheckButton::rerun});
  CHECK(trouble_output("x", Whose::ours, facts()).conclusion == Conclusion::neutral);
  CHECK(trouble_output("x", Whose::the_changes, facts()).conclusion == Conclusion::failure);
  const report::TargetReport target = report.plan.targets[0];
  const CheckOutput waiting = waiting_output(target, facts(Stage::awaiting_approval));
  CHECK(waiting.conclusion == Conclusion::action_required);
  CHECK(waiting.buttons == std::vector{CheckButton::approve});
  CHECK(waiting_output(target, facts(Stage::analysed)).conclusion == Conclusion::success);
  CHECK_FALSE(waiting_output(target, facts(Stage::building)).conclusion);
  CHECK(waiting_output(target, facts(Stage::stopped)).conclusion == Conclusion::cancelled);
}

TEST_CASE("progress counts what is left, and names what runs") {
  BuildCounts counts{112, 98, 3, 1, {"dune.3.20.2+ox"}, 840};
  const CheckOutput output = progress_output(counts, facts(Stage::building));
  CHECK(output.title == "3 of 14 layers done, 1 failed, about 14 min");
  CHECK_THAT(output.summary, Contains("`dune.3.20.2+ox`"));
  CHECK_FALSE(output.conclusion);
}

TEST_CASE("checks are named by the compiler's version, and by all of it where two are the same") {
  std::vector<report::TargetReport> targets(3);
  targets[0].target = *opam::parse_target("ocaml-variants.5.2.0+ox on debian-12-x86_64");
  targets[1].target = *opam::parse_target("ocaml-base-compiler.5.3.0 on debian-12-x86_64");
  targets[2].target = *opam::parse_target("ocaml-system.5.3.0 on debian-12-x86_64");
  CHECK(target_check_names("oxbow", targets) ==
        std::vector<std::string>{"oxbow / 5.2.0+ox · debian-12-x86_64",
                                 "oxbow / ocaml-base-compiler.5.3.0 · debian-12-x86_64",
                                 "oxbow / ocaml-system.5.3.0 · debian-12-x86_64"});
  CHECK(analysis_check_name("oxbow") == "oxbow / analysis");
}
