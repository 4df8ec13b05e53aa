#include "bot/decide.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace oxbow;
using namespace oxbow::bot;
using github::Permission;
using store::Hold;
using store::RunState;

namespace {

using Texts = std::vector<std::string>;

const std::string head(40, 'a');
const std::string newer(40, 'b');

Policy policy() {
  Policy policy;
  TestedRepository repository;
  repository.name = "o/r";
  repository.branches = {"main"};
  repository.trusted = {"friend"};
  policy.repositories.push_back(repository);
  policy.app_login = "oxbow[bot]";
  return policy;
}

github::Origin origin(const std::string& sender = "alice") { return {"O/R", 7, {sender, false}}; }

github::PullRequestEvent proposed(github::PullRequestAction action = {},
                                  const std::string& at = head) {
  github::PullRequestEvent event;
  event.origin = origin();
  event.action = action;
  event.pull = {5, "t", "alice", at, "main", false, true, "2026-01-02T00:00:00Z"};
  return event;
}

github::CommentEvent comment(const std::string& body, const std::string& sender = "friend") {
  return {origin(sender), 5, "99", body};
}

store::Pull pull(const std::string& at = head) {
  return {"o/r", 5, 7, "t", "alice", at, "main", false, true, "", "2026-01-01T00:00:00Z"};
}

store::Run run(std::int64_t id, RunState state, const std::string& at = head,
               Hold hold = Hold::none) {
  store::Run one;
  one.id = static_cast<store::RunId>(id);
  one.subject.repository = "o/r";
  one.subject.pull = 5;
  one.subject.head = at;
  one.state = state;
  one.hold = hold;
  return one;
}

// "start h everything", "cancel 3: why", …
struct Told {
  std::string operator()(const RememberPull& one) const {
    return std::string("remember ") + (one.pull.open ? "" : "closed ") +
           (one.pull.approved_head.empty() ? "" : "approved ") + one.pull.head.substr(0, 1);
  }
  std::string operator()(const StartRun& one) const {
    return "start " + one.subject.head.substr(0, 1) + " " + std::string(name(one.scope)) +
           (one.hold == Hold::none ? "" : ", held: " + std::string(name(one.hold)));
  }
  std::string operator()(const CancelRun& one) const { return "cancel " + number(one.run); }
  std::string operator()(const RestartRun& one) const {
    return "restart " + number(one.run) + " " + std::string(name(one.scope));
  }
  std::string operator()(const ReleaseRun& one) const { return "release " + number(one.run); }
  std::string operator()(const React& one) const { return "react " + one.content; }
  std::string operator()(const Reply& one) const {
    return "reply " + one.text.substr(0, one.text.find_first_of(".\n"));
  }
  std::string operator()(const ExplainPackage& one) const { return "explain " + one.package; }

  static std::string number(store::RunId id) { return std::to_string(static_cast<int>(id)); }
};

Texts told(const github::Event& event, const Known& known, const Policy& by = policy()) {
  const Decision decision = decide(event, by, known);
  REQUIRE(decision.questions.empty());
  Texts texts;
  for (const Action& action : decision.actions) texts.push_back(std::visit(Told(), action));
  return texts;
}

std::vector<Question> questions(const github::Event& event, const Known& known) {
  const Decision decision = decide(event, policy(), known);
  CHECK(decision.actions.empty());
  return decision.questions;
}

Known by_writer() {
  Known known;
  known.author = Permission::write;
  known.sender = Permission::write;
  return known;
}

}  // namespace

TEST_CASE("a pull request is tested; its author's rights say whether it is built") {
  CHECK(questions(proposed(), {}) == std::vector{Question::author_permission});
  Known known = by_writer();
  CHECK(told(proposed(), known) == Texts{"remember a", "start a everything"});
  known.author = Permission::read;
  CHECK(told(proposed(), known) == Texts{"remember a", "start a everything, held: approval"});
  auto by_friend = proposed();
  by_friend.pull.author = "Friend";
  CHECK(told(by_friend, {}) == Texts{"remember a", "start a everything"});
  auto draft = proposed();
  draft.pull.draft = true;
  CHECK(told(draft, by_writer()) == Texts{"remember a", "start a everything, held: draft"});
  Policy analysis_only = policy();
  analysis_only.build = false;
  CHECK(told(proposed(), {}, analysis_only) ==
        Texts{"remember a", "start a everything, held: building_off"});
}

TEST_CASE("what is not ours, or another branch's, is passed over and says why") {
  auto foreign = proposed();
  foreign.origin.repository = "o/other";
  CHECK(decide(foreign, policy(), {}).note == "o/other is not configured");
  auto branch = proposed();
  branch.pull.base_branch = "dev";
  CHECK(decide(branch, policy(), {}).note == "its base branch is not tested");
  CHECK(told(branch, {}).empty());
  CHECK(decide(github::Ignored{"nothing"}, policy(), {}).note == "nothing");
}

TEST_CASE("a new push cancels the run that goes on, and closing cancels all") {
  Known known = by_writer();
  known.pull = pull();
  known.open_runs = {run(3, RunState::building)};
  using enum github::PullRequestAction;
  CHECK(told(proposed(synchronize, newer), known) ==
        Texts{"remember b", "cancel 3", "start b everything"});
  CHECK(told(proposed(synchronize, head), known) == Texts{"remember a"});
  CHECK(told(proposed(closed), known) == Texts{"remember closed a", "cancel 3"});
  CHECK(told(proposed(edited), known) == Texts{"remember a", "cancel 3", "start a everything"});
}

TEST_CASE("an event that was overtaken changes nothing") {
  Known known = by_writer();
  known.pull = pull(newer);
  known.pull->updated_at = "2026-01-03T00:00:00Z";
  CHECK(told(proposed(github::PullRequestAction::synchronize), known).empty());
}

TEST_CASE("a draft is built when it is ready, and an approval is for one head") {
  Known known = by_writer();
  known.pull = pull();
  known.pull->draft = true;
  known.open_runs = {run(3, RunState::analysis_done, head, Hold::draft)};
  using enum github::PullRequestAction;
  CHECK(told(proposed(ready_for_review), known) == Texts{"remember a", "release 3"});
  auto again = proposed(converted_to_draft);
  again.pull.draft = true;
  known.open_runs = {run(3, RunState::building)};
  CHECK(told(again, known) == Texts{"remember a", "cancel 3", "start a everything, held: draft"});

  known.open_runs.clear();
  known.author = Permission::none;
  known.pull->approved_head = head;
  CHECK(told(proposed(reopened), known) == Texts{"remember approved a", "start a everything"});
  CHECK(told(proposed(synchronize, newer), known) ==
        Texts{"remember approved b", "start b everything, held: approval"});
}

TEST_CASE("pushes and merge groups are tested between their two states") {
  github::PushEvent push{origin(), "main", head, newer, "t"};
  Known known;
  known.open_runs = {run(4, RunState::building)};
  CHECK(told(push, known) == Texts{"cancel 4", "start b everything"});
  push.branch = "topic";
  CHECK(told(push, known).empty());
  push.branch = "main";
  push.before.clear();
  CHECK(told(push, known).empty());
  CHECK(told(github::MergeGroupEvent{origin(), newer, head, "main"}, {}) ==
        Texts{"start b everything"});
}

TEST_CASE("commands are obeyed for those who may write, and refused for others") {
  Known known = by_writer();
  known.pull = pull();
  known.newest_run = run(3, RunState::completed);
  CHECK(questions(comment("/oxbow rerun"), {}) == std::vector{Question::pull});
  Known unasked = known;
  unasked.sender.reset();
  CHECK(questions(comment("/oxbow rerun", "mallory"), unasked) ==
        std::vector{Question::sender_permission});
  CHECK(told(comment("/oxbow rerun"), known) ==
        Texts{"react eyes", "start a everything", "react +1"});
  CHECK(told(comment("/oxbow rerun failed"), known)[1] == "start a failed_again");
  CHECK(told(comment("/oxbow build b"), known)[1] == "start a packages");
  known.sender = Permission::read;
  CHECK(told(comment("/oxbow rerun", "mallory"), known) == Texts{"react eyes", "react confused"});
  CHECK(told(comment("/oxbow ok-to-test", "mallory"), known) ==
        Texts{"react eyes", "react confused"});
  CHECK(told(comment("/oxbow explain b\n/oxbow help", "mallory"), known) ==
        Texts{"react eyes", "explain b", "reply | a line of a comment | does |", "react +1"});
  CHECK(told(comment("/oxbow rerum", "mallory"), known) ==
        Texts{"react eyes", "reply This was not understood", "react confused"});
  CHECK(told(comment("/oxbow rerun", "oxbow[bot]"), known).empty());
  known.pull->open = false;
  CHECK(told(comment("/oxbow rerun"), known) ==
        Texts{"react eyes", "reply This pull request is closed", "react confused"});
}

TEST_CASE("ok-to-test lets the builds of the head begin that was looked at") {
  Known known = by_writer();
  known.author = Permission::none;
  known.pull = pull();
  known.open_runs = {run(3, RunState::analysis_done, head, Hold::approval)};
  CHECK(told(comment("/oxbow ok-to-test aaaaaaa"), known) ==
        Texts{"react eyes", "remember approved a", "release 3", "react +1"});
  CHECK(told(comment("/oxbow ok-to-test"), known)[2] == "release 3");
  CHECK(
      told(comment("/oxbow ok-to-test bbbbbbb"), known) ==
      Texts{"react eyes", "reply This pull request's head is now `aaaaaaaaaa`", "react confused"});
  CHECK(told(comment("/oxbow cancel"), known) == Texts{"react eyes", "cancel 3", "react +1"});
}

TEST_CASE("a check run is tested again in itself, and a button does what it says") {
  Known known = by_writer();
  known.pull = pull();
  known.check = KnownCheck{run(3, RunState::completed), "oxbow / analysis"};
  github::CheckRunEvent event{origin("friend"), github::CheckRunEvent::Action::rerequested, "1",
                              ""};
  CHECK(told(event, known) == Texts{"restart 3 everything"});
  event.action = github::CheckRunEvent::Action::requested_action;
  event.requested = "rerun_failed";
  CHECK(told(event, known) == Texts{"restart 3 failed_again"});
  event.requested = "approve";
  known.check->run.state = RunState::analysis_done;
  CHECK(told(event, known) == Texts{"remember approved a", "release 3"});
  event.requested = "nonsense";
  CHECK(told(event, known).empty());
  event.requested = "rerun";
  known.pull->head = newer;
  CHECK(decide(event, policy(), known).note == "the pull request has a newer head");
  event.origin.sender.login = "mallory";
  known.sender = Permission::read;
  CHECK(decide(event, policy(), known).note ==
        "@mallory does not have write access to this repository");
  known.check.reset();
  CHECK(told(event, known).empty());
}
