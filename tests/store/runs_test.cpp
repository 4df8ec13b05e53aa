#include "store/runs.h"

#include <catch2/catch.hpp>

#include "store/jobs.h"
#include "store/pulls.h"
#include "tests/store/stores.h"

using namespace oxbow;
using namespace oxbow::store;
using namespace std::chrono_literals;

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
  CHECK(begin_run(runs, 2, "h") != first.run);
  CHECK(begin_run(runs, 1, "i") != first.run);

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
  CHECK(begin_run(runs, 1, "h") != first.run);
}

TEST_CASE("what becomes of a run leaves all else of it as it was") {
  Database database = new_store();
  Runs runs(database);
  const RunId id = value(runs.begin(pull_subject(1, "h"), RunScope::packages, Hold::draft, {"a"},
                                    "asked", at(1)))
                       .run;
  value(runs.set_analysing(id, at(2)));
  value(runs.set_analysing(id, at(3)));
  value(runs.set_summary(id, "will be retried"));
  auto run = *value(runs.find(id));
  CHECK(run.state == RunState::analysing);
  CHECK(run.started == at(2));
  CHECK(run.summary == "will be retried");
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
  for (const char* const head : {"a", "b", "c"}) all.push_back(begin_run(runs, 1, head));
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

TEST_CASE("a job is one owner's until its lease ends or it is given back") {
  Database database = new_store();
  Runs runs(database);
  Jobs jobs(database);
  const RunId first = begin_run(runs, 1, "a");
  const RunId second = begin_run(runs, 1, "b");
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
