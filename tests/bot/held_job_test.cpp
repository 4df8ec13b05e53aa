#include "bot/held_job.h"

#include <catch2/catch.hpp>

#include "tests/bot/scratch_store.h"

using namespace oxbow;
using namespace oxbow::bot;
using namespace std::chrono_literals;
using store::at;
using store::value;

namespace {

// A job that is held, and whose lease is renewed every few milliseconds.
struct Held {
  Held() : job(value(leased(scratch.database, run))) {}

  static Result<store::Job> leased(store::Database& database, store::RunId& run) {
    store::Runs runs(database);
    store::Jobs jobs(database);
    run = value(runs.begin(store::pull_subject(5, "h"), {}, {}, {}, "", at(1))).run;
    value(jobs.add(run, store::JobKind::analyse, 0, at(1)));
    return *value(jobs.lease(store::JobKind::analyse, "me", at(1), 40ms));
  }
  Result<void> set_summary(const std::string& summary) { return runs.set_summary(run, summary); }
  std::string summary() { return value(runs.find(run))->summary; }

  ScratchStore scratch;
  store::RunId run{};
  store::Job job;
  store::Runs runs{scratch.database};
  store::Jobs jobs{scratch.database};
  HeldJob held{scratch.database, scratch.open(), job, "me", 40ms, [] { return at(1); }};
};

}  // namespace

TEST_CASE("what is kept of a job that is held is kept, and the job goes on") {
  Held one;
  value(one.held.keep([&] { return one.set_summary("kept"); }));
  CHECK(one.summary() == "kept");
  CHECK_FALSE(one.held.is_lost());
  CHECK(value(one.jobs.counts(store::JobKind::analyse, at(1))).leased == 1);
}

TEST_CASE("a job that is finished is gone, and not lost") {
  Held one;
  value(one.held.finish([&] { return one.set_summary("kept"); }));
  CHECK(one.summary() == "kept");
  CHECK_FALSE(one.held.is_lost());
  CHECK(value(one.jobs.counts(store::JobKind::analyse, at(1))).leased == 0);
  value(one.held.keep([&] { return one.set_summary("kept again"); }));
  CHECK(one.summary() == "kept");
}

TEST_CASE("a job that is given back is there for another, at its time") {
  Held one;
  value(one.held.give_back(at(5), [&] { return one.set_summary("later"); }));
  CHECK(one.summary() == "later");
  CHECK_FALSE(value(one.jobs.lease(store::JobKind::analyse, "you", at(4), 1min)));
  CHECK(value(one.jobs.lease(store::JobKind::analyse, "you", at(5), 1min)));
}

TEST_CASE("that a job was taken away is noticed while nothing is kept") {
  Held one;
  value(one.jobs.remove_of(one.run));
  wait_until([&] { return one.held.is_lost(); });
  value(one.held.finish([&] { return one.set_summary("kept"); }));
  CHECK(one.summary().empty());
}

TEST_CASE("of a job that another has, nothing is kept or ended, noticed or not") {
  Held one;
  value(one.jobs.give_back(one.job.id, "me", at(1)));
  REQUIRE(value(one.jobs.lease(store::JobKind::analyse, "you", at(1), 1min)));
  value(one.held.finish([&] { return one.set_summary("kept"); }));
  CHECK(one.held.is_lost());
  value(one.held.give_back(at(9), [&] { return one.set_summary("kept"); }));
  CHECK(one.summary().empty());
  CHECK(value(one.jobs.counts(store::JobKind::analyse, at(1))).leased == 1);
}

TEST_CASE("what fails half way is not kept, and ends nothing") {
  Held one;
  const auto failed = one.held.finish([&]() -> Result<void> {
    TRY(one.set_summary("half"));
    return fail("the disk is full");
  });
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == "the disk is full");
  CHECK(one.summary().empty());
  CHECK(value(one.jobs.counts(store::JobKind::analyse, at(1))).leased == 1);
}
