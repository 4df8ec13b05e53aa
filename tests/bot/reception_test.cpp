#include "bot/reception.h"

#include <catch2/catch.hpp>

#include <optional>

#include "tests/fakes/fake_github.h"
#include "tests/store/stores.h"

using namespace oxbow;
using namespace oxbow::bot;
using namespace std::chrono_literals;
using github::Failure;
using github::FakeGithub;
using github::Permission;
using store::at;
using store::DeliveryState;
using store::RunState;
using store::value;

namespace {

const std::string first_head(40, 'a');
const std::string second_head(40, 'b');

BotSettings tested() {
  BotSettings settings;
  TestedRepository repository;
  repository.name = "o/r";
  repository.branches = {"main"};
  settings.policy.repositories = {repository};
  settings.policy.app_login = "oxbow[bot]";
  return settings;
}

// A reception with a store of its own, in a time of its own.
struct FrontDesk {
  explicit FrontDesk(bool with_github = true)
      : reception(
            database, with_github ? &github : nullptr, settings, [this] { return now; },
            [](const store::Run&, std::string_view package) {
              return "explained " + std::string(package);
            },
            [](std::string_view) {}) {}

  // Stores a delivery and works on all that wait.
  std::string deliver(const std::string& event, const std::string& payload, std::string guid = "") {
    if (guid.empty()) guid = "guid-" + std::to_string(++guids);
    const store::Delivery delivery{guid, event, payload, now};
    value(deliveries.add({&delivery, 1}));
    work();
    return guid;
  }
  void work() {
    while (value(reception.work_on_next())) {
    }
  }

  std::string pull_request(const std::string& action, const std::string& head,
                           const std::string& updated = "2026-01-02T00:00:00Z") {
    return deliver("pull_request",
                   R"({"action":")" + action +
                       R"(","number":5,"pull_request":{"number":5,"title":"t","draft":false,)" +
                       R"("state":"open","user":{"login":"author"},"head":{"sha":")" + head +
                       R"("},"base":{"ref":"main"},"updated_at":")" + updated + R"("},)" + common +
                       "}");
  }
  std::string comment(const std::string& id, const std::string& body) {
    return deliver(
        "issue_comment",
        R"({"action":"created","issue":{"number":5,"pull_request":{}},"comment":{"id":)" + id +
            R"(,"body":")" + body + R"(","user":{"login":"alice"}},)" + common + "}");
  }

  void end_run(verdict::Conclusion conclusion) {
    value(runs.end(all_runs()[0].id, RunState::completed, conclusion, "", now));
  }
  std::vector<store::Run> all_runs() { return value(runs.list(std::nullopt, 100)); }
  std::size_t waiting_jobs() { return value(jobs.counts(store::JobKind::analyse, now)).waiting; }
  DeliveryState state(const std::string& guid) { return value(deliveries.find(guid))->state; }
  std::string wanted(const store::Run& run) {
    const auto all = value(publications.of_run(run.id));
    REQUIRE(all.size() == 1);
    return all[0].wanted;
  }

  static inline const std::string common =
      R"("repository":{"full_name":"o/r"},"installation":{"id":7},)"
      R"("sender":{"login":"alice","type":"User"})";
  store::Database database = store::new_store();
  store::Deliveries deliveries{database};
  store::Runs runs{database};
  store::Jobs jobs{database};
  store::Pulls pulls{database};
  store::Publications publications{database};
  BotSettings settings = tested();
  FakeGithub github;
  Time now = at(1000);
  int guids = 0;
  Reception reception;
};

}  // namespace

TEST_CASE("a pull request that is opened is a run, a job and a check to be shown") {
  FrontDesk desk;
  const std::string guid = desk.pull_request("opened", first_head);
  CHECK(desk.state(guid) == DeliveryState::done);
  const auto runs = desk.all_runs();
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].state == RunState::queued);
  CHECK(runs[0].subject.head == first_head);
  CHECK(desk.waiting_jobs() == 1);
  CHECK(desk.wanted(runs[0]).find("oxbow / analysis") != std::string::npos);
}

TEST_CASE("a delivery that comes twice, and a head that is told twice, are one run") {
  FrontDesk desk;
  const std::string guid = desk.pull_request("opened", first_head);
  desk.deliver("ping", "{}", guid);
  CHECK(value(desk.deliveries.find(guid))->delivery.event == "pull_request");
  desk.pull_request("synchronize", first_head);
  CHECK(desk.all_runs().size() == 1);
  CHECK(desk.waiting_jobs() == 1);
}

TEST_CASE("a new push takes the place of the run before") {
  FrontDesk desk;
  desk.pull_request("opened", first_head);
  desk.pull_request("synchronize", second_head, "2026-01-03T00:00:00Z");
  const auto runs = desk.all_runs();
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].subject.head == second_head);
  CHECK(runs[1].state == RunState::cancelled);
  CHECK(desk.waiting_jobs() == 1);
  CHECK(desk.wanted(runs[1]).empty());  // GitHub had not heard of it
}

TEST_CASE("what is told late changes nothing") {
  FrontDesk desk;
  desk.pull_request("synchronize", second_head, "2026-01-03T00:00:00Z");
  const std::string late = desk.pull_request("opened", first_head, "2026-01-02T00:00:00Z");
  CHECK(desk.state(late) == DeliveryState::ignored);
  REQUIRE(desk.all_runs().size() == 1);
  CHECK(value(desk.pulls.find("o/r", 5))->head == second_head);
}

TEST_CASE("a payload that cannot be read is put away, and those behind it go on") {
  FrontDesk desk;
  const std::string broken = desk.deliver("pull_request", R"({"action":"opened","number":)");
  CHECK(desk.state(broken) == DeliveryState::failed);
  CHECK_FALSE(value(desk.deliveries.find(broken))->note.empty());
  desk.pull_request("opened", first_head);
  CHECK(desk.all_runs().size() == 1);
}

TEST_CASE("a command waits until GitHub says who may give it") {
  FrontDesk desk;
  desk.pull_request("opened", first_head);
  desk.end_run(verdict::Conclusion::success);
  desk.github.permissions["alice"] = Permission::write;
  desk.github.unanswered = {{Failure::Kind::passing, "502", std::nullopt, false},
                            {Failure::Kind::passing, "limit", 60s, true}};
  const std::string guid = desk.comment("99", "/oxbow rerun");
  CHECK(desk.state(guid) == DeliveryState::waiting);
  const std::size_t asked = desk.github.questions;
  desk.work();
  CHECK(desk.github.questions == asked);  // not before its time
  desk.now += 5s;
  desk.work();
  CHECK(desk.state(guid) == DeliveryState::waiting);
  desk.now += 30s;
  desk.work();
  CHECK(desk.state(guid) == DeliveryState::waiting);
  desk.now += 60s;
  desk.work();
  CHECK(desk.state(guid) == DeliveryState::done);
  CHECK(desk.all_runs().size() == 2);
}

TEST_CASE("who may not is refused, and in a dry run that is everybody who is not named") {
  for (const bool with_github : {true, false}) {
    FrontDesk desk(with_github);
    desk.pull_request("opened", first_head);
    desk.end_run(verdict::Conclusion::success);
    desk.comment("99", "/oxbow rerun");
    CHECK(desk.all_runs().size() == 1);
    bool refused = false;
    while (const auto next = value(desk.publications.next(desk.now + 1h))) {
      refused = refused || next->kind == store::PublicationKind::reaction;
      value(desk.publications.give_up(next->id, "seen"));
    }
    CHECK(refused);
  }
}

TEST_CASE("a check that is run again opens its run, and its checks, again") {
  FrontDesk desk;
  desk.github.permissions["alice"] = Permission::write;
  desk.pull_request("opened", first_head);
  const store::Run run = desk.all_runs()[0];
  const auto check = value(desk.publications.of_run(run.id))[0];
  value(desk.publications.told(check.id, check.wanted, "4242", desk.now, desk.now));
  desk.end_run(verdict::Conclusion::failure);
  value(desk.jobs.remove_of(run.id));
  desk.deliver("check_run",
               R"({"action":"rerequested","check_run":{"id":4242,"name":"oxbow / analysis",)"
               R"("external_id":"1","head_sha":")" +
                   first_head + R"("},)" + FrontDesk::common + "}");
  const auto again = value(desk.runs.find(run.id));
  CHECK(again->state == RunState::queued);
  CHECK_FALSE(again->conclusion);
  CHECK(desk.waiting_jobs() == 1);
  CHECK(desk.all_runs().size() == 1);
  const auto next = value(desk.publications.next(desk.now + 1h));
  REQUIRE(next);
  CHECK(next->remote_id == "4242");
  CHECK(next->wanted.find(R"("status":"in_progress")") != std::string::npos);
}

TEST_CASE("closing ends what goes on") {
  FrontDesk desk;
  desk.pull_request("opened", first_head);
  desk.deliver("pull_request",
               R"({"action":"closed","number":5,"pull_request":{"number":5,"title":"t",)"
               R"("draft":false,"state":"closed","user":{"login":"author"},"head":{"sha":")" +
                   first_head +
                   R"("},"base":{"ref":"main"},"updated_at":"2026-01-03T00:00:00Z"},)" +
                   FrontDesk::common + "}");
  CHECK(desk.all_runs()[0].state == RunState::cancelled);
  CHECK(desk.waiting_jobs() == 0);
  CHECK_FALSE(value(desk.pulls.find("o/r", 5))->open);
}

TEST_CASE("a run that is cancelled after its analysis was told keeps that, and what it told") {
  FrontDesk desk;
  desk.pull_request("opened", first_head);
  const store::Run run = desk.all_runs()[0];
  store::Analysed analysed;
  analysed.state = RunState::analysis_done;
  analysed.conclusion = verdict::Conclusion::success;
  analysed.summary = "rebuilds much";
  value(desk.runs.set_analysis(run.id, analysed, desk.now));
  Notices notices(desk.database, desk.settings);
  CheckOutput told;
  told.conclusion = verdict::Conclusion::success;
  value(notices.check(run, "oxbow / analysis", told, desk.now));
  value(notices.check(run, "oxbow / 5", {}, desk.now));
  const auto wanted = [&](const std::string& name) {
    for (const auto& one : value(desk.publications.of_run(run.id))) {
      if (one.name == name) return one;
    }
    return store::Publication();
  };
  const store::Publication check = wanted("oxbow / 5");
  value(desk.publications.told(check.id, check.wanted, "4242", desk.now, desk.now));
  const std::string analysis = wanted("oxbow / analysis").wanted;

  desk.pull_request("synchronize", second_head, "2026-01-03T00:00:00Z");
  const store::Run cancelled = *value(desk.runs.find(run.id));
  CHECK(cancelled.state == RunState::completed);
  CHECK(cancelled.conclusion == verdict::Conclusion::success);
  CHECK(cancelled.summary == "rebuilds much");
  CHECK(cancelled.finished == desk.now);
  CHECK(wanted("oxbow / analysis").wanted == analysis);
  CHECK(wanted("oxbow / 5").wanted.find("cancelled") != std::string::npos);
}
