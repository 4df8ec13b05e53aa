#include "bot/publisher.h"

#include <catch2/catch.hpp>

#include "bot/notices.h"
#include "tests/fakes/fake_github.h"
#include "tests/store/stores.h"

using namespace oxbow;
using namespace oxbow::bot;
using namespace std::chrono_literals;
using github::Failure;
using github::FakeGithub;
using store::at;
using store::value;

namespace {

// A publisher in a time of its own, which waiting moves.
struct Desk {
  store::Database database = store::new_store();
  store::Runs runs{database};
  store::Publications publications{database};
  BotSettings settings;
  FakeGithub github;
  Time now = at(1000);
  Notices notices{database, settings};
  std::vector<Time> waits;
  bool ends = false;
  Publisher publisher{database,
                      &github,
                      settings,
                      [this] { return now; },
                      [this](Time time) {
                        waits.push_back(time);
                        now = std::max(now, time);
                        return !ends;
                      },
                      [](std::string_view) {}};
  store::Run run = begin();

  store::Run begin() {
    const auto begun =
        value(runs.begin(store::pull_subject(5, std::string(40, 'a')), store::RunScope::everything,
                         store::Hold::none, {}, "opened", now));
    return *value(runs.find(begun.run));
  }

  // All that can be told within a day.
  void publish() {
    const Time end = now + 24h;
    while (now < end) {
      while (value(publisher.publish_next())) {
      }
      const auto next =
          value(database.one("SELECT not_before FROM publications WHERE due = 1 ORDER BY 1 LIMIT 1",
                             {}, [](store::Columns& column) { return column.time(); }));
      if (!next) return;
      now = std::max(*next, now + 1ms);
    }
  }

  void want_check(std::optional<verdict::Conclusion> conclusion = verdict::Conclusion::success) {
    bot::CheckOutput output;
    output.conclusion = conclusion;
    output.title = "t";
    output.summary = "s";
    value(notices.check(run, "oxbow / analysis", output, now));
  }
};

FakeGithub::Mishap failure(Failure::Kind kind, bool done = false) {
  return {{kind, "m", std::nullopt, false}, done};
}

}  // namespace

TEST_CASE("writes are a second apart") {
  Desk desk;
  desk.want_check();
  value(desk.notices.comment(desk.run, "c", desk.now));
  value(desk.notices.label(desk.run, "rebuild: 0", desk.now));
  desk.publish();
  CHECK(desk.github.shown_checks.size() == 1);
  CHECK(desk.github.shown_comments.size() == 1);
  CHECK(desk.github.shown_labels == std::vector<std::string>{"rebuild: 0"});
  REQUIRE(desk.waits.size() == desk.github.writes);
  for (std::size_t i = 1; i < desk.waits.size(); ++i) {
    CHECK(desk.waits[i] - desk.waits[i - 1] >= 1s);
  }
}

TEST_CASE("what came to nothing is tried again, and a lost answer doubles nothing") {
  for (const bool done : {false, true}) {
    Desk desk;
    desk.github.mishaps = {failure(Failure::Kind::passing, done),
                           failure(Failure::Kind::passing, done),
                           failure(Failure::Kind::passing, done)};
    desk.want_check();
    value(desk.notices.comment(desk.run, std::string(bot::comment_marker) + "\nc", desk.now));
    value(desk.notices.reply(desk.run.subject, "77", "r", desk.now));
    desk.publish();
    CHECK(desk.github.shown_checks.size() == 1);
    CHECK(desk.github.shown_comments.size() == 2);
    CHECK(value(desk.publications.counts()).due == 0);
  }
}

TEST_CASE("a check that is run again is told again, however little time it took") {
  Desk desk;
  desk.want_check();
  desk.publish();
  REQUIRE(desk.github.shown_checks.size() == 1);
  bot::CheckOutput queued;
  queued.title = "queued";
  value(desk.notices.reopen_checks(desk.run, queued, desk.now));
  desk.want_check();
  desk.publish();
  REQUIRE(desk.github.shown_checks.size() == 1);
  CHECK(desk.github.shown_checks[0].bodies.size() == 2);

  value(desk.notices.reopen_checks(desk.run, queued, desk.now));
  value(desk.notices.close_checks(desk.run, "closed", desk.now));
  desk.publish();
  REQUIRE(desk.github.shown_checks[0].bodies.size() == 3);
  CHECK(desk.github.shown_checks[0].bodies[2].find(R"("conclusion":"cancelled")") !=
        std::string::npos);
}

TEST_CASE("nothing is tried again while it may still be under way") {
  Desk desk;
  desk.want_check();
  desk.publish();
  desk.want_check(verdict::Conclusion::failure);
  desk.github.mishaps = {failure(Failure::Kind::passing)};
  desk.publish();
  value(desk.notices.comment(desk.run, std::string(bot::comment_marker) + "\nc", desk.now));
  desk.github.mishaps = {failure(Failure::Kind::passing)};
  desk.publish();
  REQUIRE(desk.waits.size() == 5);
  CHECK(desk.waits[2] - desk.waits[1] >= 10s);
  CHECK(desk.waits[4] - desk.waits[3] >= 10s);
}

TEST_CASE("a check run that goes on is told only if nothing comes soon") {
  Desk desk;
  desk.want_check(std::nullopt);
  CHECK_FALSE(value(desk.publisher.publish_next()));
  desk.now += 300ms;
  desk.want_check(verdict::Conclusion::failure);
  desk.publish();
  REQUIRE(desk.github.shown_checks.size() == 1);
  CHECK(desk.github.shown_checks[0].bodies.size() == 1);
  CHECK(desk.github.shown_checks[0].bodies[0].find(R"("conclusion":"failure")") !=
        std::string::npos);
}

TEST_CASE("one check run is told at most every ten seconds, and then the newest") {
  Desk desk;
  desk.want_check(std::nullopt);
  desk.publish();
  const Time told = desk.now;
  for (int i = 0; i < 4; ++i) desk.want_check(std::nullopt);
  desk.want_check();
  desk.publish();
  CHECK(desk.now - told >= 10s);
  REQUIRE(desk.github.shown_checks.size() == 1);
  CHECK(desk.github.shown_checks[0].bodies.size() == 2);
}

TEST_CASE("the end of the program is no failure of what was to be told") {
  Desk desk;
  desk.want_check();
  desk.ends = true;
  CHECK_FALSE(value(desk.publisher.publish_next()));
  CHECK(desk.github.writes == 0);
  const auto due = value(desk.publications.next(desk.now));
  REQUIRE(due);
  CHECK(due->failures == 0);
}

TEST_CASE("limits hold everything back, and what is gone or wrong is given up") {
  Desk desk;
  desk.github.mishaps = {FakeGithub::Mishap{{Failure::Kind::passing, "limit", 300s, true}, false},
                         failure(Failure::Kind::gone), failure(Failure::Kind::rejected)};
  const Time begin = desk.now;
  desk.want_check();
  value(desk.publisher.publish_next());
  value(desk.notices.comment(desk.run, "c", desk.now));
  value(desk.notices.react(desk.run.subject, "7", "eyes", desk.now));
  desk.publish();
  CHECK(desk.github.writes == 4);
  CHECK(desk.waits.at(1) - begin >= 300s);
  CHECK(value(desk.publications.counts()).given_up == 2);
}

TEST_CASE("a comment that somebody deleted is made again, and a stranger's marker is not ours") {
  Desk desk;
  const std::string text = std::string(bot::comment_marker) + "\none";
  desk.github.shown_comments.push_back({"1", "mallory", text});
  value(desk.notices.comment(desk.run, text, desk.now));
  desk.publish();
  REQUIRE(desk.github.shown_comments.size() == 2);
  desk.github.shown_comments.clear();
  value(desk.notices.comment(desk.run, text + " two", desk.now));
  desk.publish();
  REQUIRE(desk.github.shown_comments.size() == 1);
  CHECK(desk.github.shown_comments[0].body == text + " two");

  // Also where the answer to that was lost.
  desk.github.shown_comments.clear();
  desk.github.mishaps = {failure(Failure::Kind::passing, true)};
  value(desk.notices.comment(desk.run, text + " three", desk.now));
  desk.publish();
  REQUIRE(desk.github.shown_comments.size() == 1);
  CHECK(desk.github.shown_comments[0].body == text + " three");
}

TEST_CASE("an outdated label goes, and others stay") {
  Desk desk;
  desk.github.shown_labels = {"bug", "rebuild: 11-100"};
  value(desk.notices.label(desk.run, "rebuild: 0", desk.now));
  desk.publish();
  CHECK(desk.github.shown_labels == std::vector<std::string>{"bug", "rebuild: 0"});
  const std::size_t writes = desk.github.writes;
  value(desk.notices.label(desk.run, "rebuild: 0", desk.now));
  desk.publish();
  CHECK(desk.github.writes == writes);
}

TEST_CASE("open check runs of a run are closed, and those that GitHub never heard of forgotten") {
  Desk desk;
  desk.want_check(std::nullopt);
  value(desk.notices.close_checks(desk.run, "a newer head was pushed", desk.now));
  desk.publish();
  CHECK(desk.github.writes == 0);
  desk.want_check(std::nullopt);
  desk.publish();
  value(desk.notices.close_checks(desk.run, "a newer head was pushed", desk.now));
  desk.publish();
  REQUIRE(desk.github.shown_checks.size() == 1);
  CHECK(desk.github.shown_checks[0].bodies.back().find(R"("conclusion":"cancelled")") !=
        std::string::npos);
}

TEST_CASE("a dry run writes nothing and leaves nothing to be told") {
  Desk desk;
  std::vector<std::string> logged;
  Publisher dry(
      desk.database, nullptr, desk.settings, [&] { return desk.now; }, [](Time) { return true; },
      [&](std::string_view line) { logged.emplace_back(line); });
  desk.want_check();
  CHECK(value(dry.publish_next()));
  CHECK_FALSE(value(dry.publish_next()));
  CHECK(desk.github.writes == 0);
  REQUIRE(logged.size() == 1);
  CHECK(logged[0].find("oxbow / analysis") != std::string::npos);
}
