#include "github/event.h"

#include <catch2/catch.hpp>

#include <string>

using namespace oxbow;
using namespace oxbow::github;
using Catch::Matchers::Contains;

namespace {

const std::string sha(40, 'a');
const std::string other_sha(40, 'b');

std::string with_origin(const std::string& members) {
  return "{" + members +
         R"(,"repository":{"full_name":"o/r"},"installation":{"id":7},)"
         R"("sender":{"login":"alice","type":"User"}})";
}

std::string pull_request(const std::string& action, const std::string& more = "") {
  return with_origin(R"("action":")" + action + R"(","pull_request":{"number":5,"title":"<b>",)" +
                     R"("user":{"login":"bob"},"head":{"sha":")" + sha +
                     R"("},"base":{"ref":"main"},"draft":true,"state":"open",)" +
                     R"("updated_at":"2026-01-01T00:00:00Z"})" + more);
}

Event event(std::string_view name, const std::string& payload) {
  auto parsed = parse_event(name, payload);
  INFO((parsed ? "" : parsed.error().message));
  REQUIRE(parsed);
  return std::move(*parsed);
}

std::string error(std::string_view name, const std::string& payload) {
  const auto parsed = parse_event(name, payload);
  REQUIRE_FALSE(parsed);
  return parsed.error().message;
}

bool is_ignored(const Event& one) { return std::holds_alternative<Ignored>(one); }

std::string without(std::string text, const std::string& part) {
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.erase(at, part.size());
}

}  // namespace

TEST_CASE("a pull request's event is read") {
  const auto read = std::get<PullRequestEvent>(event("pull_request", pull_request("synchronize")));
  CHECK(read.action == PullRequestAction::synchronize);
  CHECK(read.origin.repository == "o/r");
  CHECK(read.origin.installation == 7);
  CHECK(read.origin.sender.login == "alice");
  CHECK(read.pull.number == 5);
  CHECK(read.pull.title == "<b>");
  CHECK(read.pull.author == "bob");
  CHECK(read.pull.head == sha);
  CHECK(read.pull.base_branch == "main");
  CHECK(read.pull.draft);
  CHECK(read.pull.open);
  CHECK(is_ignored(event("pull_request", pull_request("labeled"))));
  CHECK(is_ignored(event("pull_request", pull_request("edited", R"(,"changes":{"title":{}})"))));
  CHECK_FALSE(
      is_ignored(event("pull_request", pull_request("edited", R"(,"changes":{"base":{}})"))));
}

TEST_CASE("what is missing or of another type is named by its path") {
  const std::string whole = pull_request("opened");
  CHECK_THAT(error("pull_request", without(whole, R"("head":{"sha":")" + sha + R"("},)")),
             Contains("pull_request.head.sha is missing"));
  CHECK_THAT(error("pull_request", "{\"action\":7}"), Contains("action is not a string"));
  CHECK_THAT(error("pull_request", "[]"), Contains("not a JSON object"));
  CHECK_THAT(error("pull_request", "{"), Contains("not JSON"));
  std::string bad_name = whole;
  bad_name.replace(bad_name.find("o/r"), 3, "o/../r");
  CHECK_THAT(error("pull_request", bad_name), Contains("repository.full_name is not OWNER/NAME"));
  std::string bad_head = whole;
  bad_head.replace(bad_head.find(sha), 40, "HEAD");
  CHECK_THAT(error("pull_request", bad_head),
             Contains("pull_request.head.sha is not a commit's id"));
}

TEST_CASE("a push is one to a branch that is there") {
  const auto push = [](const std::string& ref, const std::string& before,
                       const std::string& after) {
    return with_origin(R"("ref":")" + ref + R"(","before":")" + before + R"(","after":")" + after +
                       R"(","head_commit":{"message":"one\ntwo"})");
  };
  const auto read = std::get<PushEvent>(event("push", push("refs/heads/a/b", sha, other_sha)));
  CHECK(read.branch == "a/b");
  CHECK(read.before == sha);
  CHECK(read.after == other_sha);
  CHECK(read.title == "one");
  const std::string nothing(40, '0');
  CHECK(std::get<PushEvent>(event("push", push("refs/heads/a", nothing, sha))).before.empty());
  CHECK(is_ignored(event("push", push("refs/heads/a", sha, nothing))));
  CHECK(is_ignored(event("push", push("refs/tags/v1", sha, other_sha))));
}

TEST_CASE("comments count that are new, on a pull request, by a person, and hold a command") {
  const auto comment = [](const std::string& action, const std::string& issue,
                          const std::string& type, const std::string& body) {
    return with_origin(R"("action":")" + action + R"(","issue":{"number":5)" + issue +
                       R"(},"comment":{"id":99,"user":{"type":")" + type + R"("},"body":")" + body +
                       R"("})");
  };
  const std::string on_pull = R"(,"pull_request":{"url":"x"})";
  const auto read = std::get<CommentEvent>(
      event("issue_comment", comment("created", on_pull, "User", "hello\\n/OxBow help")));
  CHECK(read.pull == 5);
  CHECK(read.id == "99");
  CHECK(read.body == "hello\n/OxBow help");
  CHECK(is_ignored(event("issue_comment", comment("edited", on_pull, "User", "/oxbow help"))));
  CHECK(is_ignored(event("issue_comment", comment("deleted", on_pull, "User", "/oxbow help"))));
  CHECK(is_ignored(event("issue_comment", comment("created", "", "User", "/oxbow help"))));
  CHECK(is_ignored(event("issue_comment", comment("created", on_pull, "Bot", "/oxbow help"))));
  CHECK(is_ignored(event("issue_comment", comment("created", on_pull, "User", "oxbow help"))));
}

TEST_CASE("check runs, suites, merge groups and installations are read") {
  const auto check = std::get<CheckRunEvent>(
      event("check_run", with_origin(R"("action":"requested_action","check_run":{"id":3,)"
                                     R"("external_id":"12","name":"n","head_sha":")" +
                                     sha + R"("},"requested_action":{"identifier":"rerun"})")));
  CHECK(check.id == "3");
  CHECK(check.requested == "rerun");
  CHECK(is_ignored(event("check_run", R"({"action":"created"})")));
  const auto suite = std::get<CheckSuiteEvent>(event(
      "check_suite", with_origin(R"("action":"rerequested","check_suite":{"head_branch":null,)"
                                 R"("head_sha":")" +
                                 sha + R"("})")));
  CHECK(suite.action == CheckSuiteEvent::Action::rerequested);
  const auto group = std::get<MergeGroupEvent>(
      event("merge_group",
            with_origin(R"("action":"checks_requested","merge_group":{"head_sha":")" + sha +
                        R"(","base_sha":")" + other_sha + R"(","base_ref":"refs/heads/main"})")));
  CHECK(group.base_branch == "main");
  const auto installed = std::get<InstallationEvent>(event(
      "installation",
      R"({"action":"created","installation":{"id":7},"repositories":[{"full_name":"o/r"},7]})"));
  CHECK(installed.repositories == std::vector<std::string>{"o/r"});
  CHECK(std::holds_alternative<Ping>(event("ping", R"({"zen":"x"})")));
  CHECK(is_ignored(event("star", "{}")));
}

TEST_CASE("deep nesting is not a danger") {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  CHECK_THAT(error("push", deep), Contains("not a JSON object"));
  CHECK_THAT(error("push", "{\"ref\":" + deep + "}"), Contains("ref is not a string"));
}

TEST_CASE("of an installation on very many repositories the first hundred are told") {
  std::string repositories;
  for (int i = 0; i < 150; ++i) {
    repositories +=
        std::string(i == 0 ? "" : ",") + R"({"full_name":"o/r)" + std::to_string(i) + R"("})";
  }
  const auto installation = std::get<InstallationEvent>(event(
      "installation",
      R"({"action":"created","installation":{"id":7},"repositories":[)" + repositories + "]}"));
  REQUIRE(installation.repositories.size() == 100);
  CHECK(installation.repositories.back() == "o/r99");
}
