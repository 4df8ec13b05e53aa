#include "store/runs.h"

#include <catch2/catch.hpp>

#include "store/jobs.h"
#include "store/pulls.h"
#include "tests/store/stores.h"

using namespace oxbow;
using namespace oxbow::store;
using Catch::Matchers::Contains;
using namespace std::chrono_literals;

namespace {

RunId begin(Runs& runs, std::int64_t pull, const std::string& head) {
  return value(runs.begin(pull_subject(pull, head), RunScope::everything, Hold::none, {}, "opened",
                          at(1)))
      .run;
}

}  // namespace

TEST_CASE("one run that has not ended is there for a pull request and head") {
  Database database = new_store();
  Runs runs(database);
  const auto first = value(runs.begin(pull_subject(1, "h"), RunScope::packages, Hold::draft,
                                      {"a.1", "b"}, "asked", at(7)));
  CHECK(first.is_new);
  const auto again = value(
      runs.begin(pull_subject(1, "h"), RunScope::everything, Hold::none, {}, "opened", at(8)));
  CHECK_FALSE(again.is_new);
  CHECK(again.run == first.run);
  CHECK(begin(runs, 2, "h") != first.run);
  CHECK(begin(runs, 1, "i") != first.run);

  auto run = value(runs.find(first.run));
  REQUIRE(run);
  CHECK(run->packages == std::vector<std::string>{"a.1", "b"});
  CHECK(run->scope == RunScope::packages);
  CHECK(run->hold == Hold::draft);
  CHECK(run->cause == "asked");
  CHECK(run->created == at(7));
  CHECK_FALSE(run->finished);

  value(
      runs.end(first.run, RunState::completed, verdict::Conclusion::success, "all is well", at(9)));
  run = value(runs.find(first.run));
  CHECK(run->conclusion == verdict::Conclusion::success);
  CHECK(run->summary == "all is well");
  CHECK(run->finished == at(9));
  CHECK(begin(runs, 1, "h") != first.run);
}

TEST_CASE("what becomes of a run leaves all else of it as it was") {
  Database database = new_store();
  Runs runs(database);
  const RunId id = value(runs.begin(pull_subject(1, "h"), RunScope::packages, Hold::draft, {"a"},
                                    "asked", at(1)))
                       .run;
  value(runs.set_analysing(id, at(2)));
  value(runs.set_analysing(id, at(3)));
  value(runs.set_summary(id, "tried again soon"));
  auto run = *value(runs.find(id));
  CHECK(run.state == RunState::analysing);
  CHECK(run.started == at(2));
  CHECK(run.summary == "tried again soon");
  CHECK(run.cause == "asked");

  value(runs.set_hold(id, Hold::approval));
  Analysed analysed;
  analysed.state = RunState::analysis_done;
  analysed.conclusion = verdict::Conclusion::success;
  analysed.summary = "rebuilds much";
  analysed.tested_base = "b";
  analysed.lower = {"c1", "c2"};
  analysed.packages_rebuilt = 3;
  analysed.layers = 5;
  analysed.cached = 4;
  value(runs.set_analysis(id, analysed, at(4)));
  run = *value(runs.find(id));
  CHECK(run.state == RunState::analysis_done);
  CHECK(run.hold == Hold::approval);
  CHECK(run.packages == std::vector<std::string>{"a"});
  CHECK(run.tested_base == "b");
  CHECK(run.lower == analysed.lower);
  CHECK(run.packages_rebuilt == 3);
  CHECK(run.layers == 5);
  CHECK(run.cached == 4);
  CHECK(run.analysed == at(4));
  CHECK_FALSE(run.finished);

  value(runs.set_building(id, "approved"));
  run = *value(runs.find(id));
  CHECK(run.state == RunState::building);
  CHECK(run.hold == Hold::none);
  CHECK(run.cause == "approved");
  CHECK(run.conclusion == verdict::Conclusion::success);

  value(runs.end_as_told(id, at(5)));
  run = *value(runs.find(id));
  CHECK(run.state == RunState::completed);
  CHECK(run.summary == "rebuilds much");
  CHECK(run.finished == at(5));

  value(runs.restart(id, RunScope::everything, "asked again"));
  run = *value(runs.find(id));
  CHECK(run.state == RunState::queued);
  CHECK(run.scope == RunScope::everything);
  CHECK(run.cause == "asked again");
  CHECK_FALSE(run.conclusion);
  CHECK(run.summary.empty());
  CHECK(run.tested_base.empty());
  CHECK(run.lower.empty());
  CHECK_FALSE(run.started);
  CHECK_FALSE(run.analysed);
  CHECK_FALSE(run.finished);

  analysed.state = RunState::completed;
  value(runs.set_analysis(id, analysed, at(6)));
  CHECK(value(runs.find(id))->finished == at(6));
}

TEST_CASE("runs are found by what they test, and listed newest first") {
  Database database = new_store();
  Runs runs(database);
  std::vector<RunId> all;
  for (const char* const head : {"a", "b", "c"}) all.push_back(begin(runs, 1, head));
  value(runs.end(all[1], RunState::cancelled, verdict::Conclusion::cancelled, "", at(9)));
  const auto open = value(runs.open_runs("o/r", RunKind::pull_request, 1));
  REQUIRE(open.size() == 2);
  CHECK(open[0].id == all[0]);
  CHECK(value(runs.newest("o/r", "b"))->id == all[1]);
  CHECK(value(runs.newest_of_pull("o/r", 1))->id == all[2]);
  CHECK_FALSE(value(runs.newest("o/other", "b")));
  const auto page = value(runs.list(std::nullopt, 2));
  REQUIRE(page.size() == 2);
  CHECK(page[0].id == all[2]);
  CHECK(value(runs.list(page[1].id, 2)).front().id == all[0]);
  CHECK(value(runs.counts()) == std::vector<std::size_t>{2, 0, 0, 0, 0, 1});
}

TEST_CASE("a run's plan replaces what it had, and its layers change one by one") {
  Database database = new_store();
  Runs runs(database);
  const RunId run = begin(runs, 1, "a");
  const std::vector<RunTarget> targets = {
      {*opam::parse_target("c.1 on debian-12-x86_64"), 2, 2, 1, 3.5, {}}};
  std::vector<RunLayer> layers(2);
  layers[0].package = "a.1";
  layers[0].key = "k0";
  layers[1].package = "b.1";
  layers[1].key = "k1";
  layers[1].position = 1;
  value(runs.set_plan(run, targets, layers));
  value(runs.set_plan(run, targets, layers));
  layers[1].state = LayerState::done;
  layers[1].outcome = verdict::Outcome::failure;
  layers[1].error_line = "Error: <x>";
  value(runs.set_layer(run, layers[1]));
  const auto stored = value(runs.layers(run, 0, 10));
  REQUIRE(stored.size() == 2);
  CHECK(stored[1].outcome == verdict::Outcome::failure);
  CHECK(stored[1].error_line == "Error: <x>");
  CHECK(value(runs.layers(run, 1, 10)).front().key == "k1");
  CHECK(value(runs.layer(run, 0, "k1"))->package == "b.1");
  CHECK_FALSE(value(runs.layer(run, 1, "k1")));
  value(runs.set_target_conclusion(run, 0, verdict::Conclusion::failure));
  CHECK(value(runs.targets(run)).front().conclusion == verdict::Conclusion::failure);
  CHECK(value(runs.targets(run)).front().target == targets[0].target);
  CHECK(value(runs.targets(run)).front().estimated_seconds == 3.5);
  value(runs.set_roots(
      run, std::vector{RunRoot{0, "a.1", verdict::Outcome::success, verdict::Outcome::failure,
                               verdict::Verdict::regressed, "k1"}}));
  CHECK(value(runs.roots(run)).front().verdict == verdict::Verdict::regressed);
  value(runs.set_document(run, "comment.md", "x"));
  value(runs.set_document(run, "comment.md", "y"));
  CHECK(value(runs.document(run, "comment.md")) == "y");
  CHECK_FALSE(value(runs.document(run, "plan.json")));
}

TEST_CASE("a target that cannot be read is an error that names its row") {
  Database database = new_store();
  Runs runs(database);
  const RunId run = begin(runs, 1, "a");
  RunTarget target;
  target.target = *opam::parse_target("c.1 on debian-12-x86_64");
  value(runs.set_plan(run, std::vector{target}, {}));
  value(database.run("UPDATE run_targets SET platform = 'debian'"));
  CHECK_THAT(runs.targets(run).error().message,
             Contains("run_targets where run = 1 and position = 0 and compiler = c.1, platform is "
                      "'debian'"));
}

TEST_CASE("what is stored of a result and means none is an error that names row and column") {
  struct Row {
    const char* change;
    const char* told;
  };
  for (const Row& row :
       {Row{"UPDATE runs SET conclusion = 'skipped'",
            "runs where id = 1 and repository = o/r and kind = pull_request, conclusion is "
            "'skipped'"},
        Row{"UPDATE run_targets SET conclusion = 'x'",
            "run_targets where run = 1 and position = 0 and compiler = c.1, conclusion is 'x'"},
        Row{"UPDATE run_layers SET outcome = 'lost'",
            "run_layers where run = 1 and target = 0 and position = 0, outcome is 'lost'"},
        Row{"UPDATE run_roots SET base = ''",
            "run_roots where run = 1 and target = 0 and package = a.1, base is ''"},
        Row{"UPDATE run_roots SET head = 'Success'",
            "run_roots where run = 1 and target = 0 and package = a.1, head is 'Success'"},
        Row{"UPDATE run_roots SET verdict = 'worse'",
            "run_roots where run = 1 and target = 0 and package = a.1, verdict is 'worse'"}}) {
    INFO(row.change);
    Database database = new_store();
    Runs runs(database);
    const RunId run = begin(runs, 1, "a");
    RunTarget target;
    target.target = *opam::parse_target("c.1 on debian-12-x86_64");
    RunLayer layer;
    layer.key = "k";
    value(runs.set_plan(run, std::vector{target}, std::vector{layer}));
    RunRoot root;
    root.package = "a.1";
    value(runs.set_roots(run, std::vector{root}));
    const auto error = [&]() -> std::string {
      if (auto read = runs.find(run); !read) return read.error().message;
      if (auto read = runs.targets(run); !read) return read.error().message;
      if (auto read = runs.layers(run, 0, 10); !read) return read.error().message;
      if (auto read = runs.roots(run); !read) return read.error().message;
      return "";
    };
    CHECK(error().empty());
    value(database.run(row.change));
    CHECK_THAT(error(), Contains(row.told));
  }
}

TEST_CASE("a job is one owner's until its lease ends or it is given back") {
  Database database = new_store();
  Runs runs(database);
  Jobs jobs(database);
  const RunId first = begin(runs, 1, "a");
  const RunId second = begin(runs, 1, "b");
  value(jobs.add(first, JobKind::analyse, 0, at(0)));
  value(jobs.add(first, JobKind::analyse, 5, at(0)));
  value(jobs.add(second, JobKind::analyse, 1, at(0)));
  value(jobs.add(second, JobKind::build, 0, at(100)));

  const auto job = value(jobs.lease(JobKind::analyse, "me", at(10), 10s));
  REQUIRE(job);
  CHECK(job->run == second);
  CHECK(job->attempts == 1);
  CHECK(value(jobs.lease(JobKind::analyse, "you", at(10), 10s))->run == first);
  CHECK_FALSE(value(jobs.lease(JobKind::analyse, "you", at(10), 10s)));
  CHECK_FALSE(value(jobs.lease(JobKind::build, "you", at(10), 10s)));
  CHECK(value(jobs.counts(JobKind::analyse, at(10))).leased == 2);

  CHECK(value(jobs.renew(job->id, "me", at(19), 10s)));
  CHECK_FALSE(value(jobs.renew(job->id, "you", at(19), 10s)));
  CHECK_FALSE(value(jobs.lease(JobKind::analyse, "you", at(19), 10s)));
  const auto taken = value(jobs.lease(JobKind::analyse, "they", at(40), 10s));
  REQUIRE(taken);
  CHECK(taken->attempts == 2);
  CHECK_FALSE(value(jobs.renew(job->id, "me", at(41), 10s)));
  value(jobs.finish(job->id, "me"));
  CHECK(value(jobs.renew(taken->id, "they", at(41), 10s)));

  CHECK(value(jobs.give_back_of([](std::string_view owner) { return owner == "they"; })) == 1);
  CHECK_FALSE(value(jobs.renew(taken->id, "they", at(41), 10s)));
  value(jobs.remove_of(first));
  value(jobs.remove_of(second));
  CHECK_FALSE(value(jobs.lease(JobKind::build, "you", at(200), 10s)));
}

TEST_CASE("a pull request is known as the last event left it") {
  Database database = new_store();
  Pulls pulls(database);
  CHECK_FALSE(value(pulls.find("o/r", 1)));
  Pull pull{"o/r", 1, 7, "t", "alice", "h1", "main", false, true, "", "2026-01-01T00:00:00Z"};
  value(pulls.set(pull));
  pull.head = "h2";
  pull.approved_head = "h2";
  pull.draft = true;
  value(pulls.set(pull));
  const auto found = value(pulls.find("o/r", 1));
  CHECK(found->head == "h2");
  CHECK(found->approved_head == "h2");
  CHECK(found->draft);
}
