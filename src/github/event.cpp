#include "github/event.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "github/payload.h"

namespace oxbow::github {
namespace {

constexpr std::string_view branch_prefix = "refs/heads/";
constexpr std::size_t most_repositories = 100;  // of an installation that are told

Ignored no_use(std::string_view event, const std::string& action) {
  return {"nothing is done for " + std::string(event) + (action.empty() ? "" : " " + action)};
}

Origin read_origin(Payload& payload) {
  Origin origin;
  origin.repository = payload.repository({"repository", "full_name"});
  origin.installation = payload.integer_or_zero({"installation", "id"});
  origin.sender.login = payload.text({"sender", "login"});
  origin.sender.is_bot = payload.text_or_empty({"sender", "type"}) == "Bot";
  return origin;
}

bool is_nothing(std::string_view commit) {
  return commit.find_first_not_of('0') == std::string_view::npos;
}

// The branch of a full reference; none if it is another one.
std::optional<std::string> branch_of(std::string_view reference) {
  if (!reference.starts_with(branch_prefix)) return std::nullopt;
  return std::string(reference.substr(branch_prefix.size()));
}

std::string first_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  return text;
}

Event read_pull_request(Payload& payload) {
  static constexpr std::array<std::string_view, 7> actions = {
      "opened", "synchronize", "reopened", "ready_for_review", "converted_to_draft",
      "closed", "edited"};
  const std::string action = payload.text({"action"});
  const auto found = std::ranges::find(actions, action);
  if (found == actions.end()) return no_use("pull_request", action);
  PullRequestEvent event;
  event.action = static_cast<PullRequestAction>(found - actions.begin());
  if (event.action == PullRequestAction::edited && !payload.has({"changes", "base"})) {
    return no_use("an edit that leaves the base", "");
  }
  event.origin = read_origin(payload);
  PullRequest& pull = event.pull;
  pull.number = payload.integer({"pull_request", "number"});
  pull.title = payload.text_or_empty({"pull_request", "title"});
  pull.author = payload.text({"pull_request", "user", "login"});
  pull.head = payload.commit({"pull_request", "head", "sha"});
  pull.base_branch = payload.text({"pull_request", "base", "ref"});
  pull.draft = payload.flag_or_false({"pull_request", "draft"});
  pull.open = payload.text({"pull_request", "state"}) == "open";
  pull.updated_at = payload.text_or_empty({"pull_request", "updated_at"});
  if (pull.number <= 0) payload.fail_at({"pull_request", "number"}, "is not a number of one");
  return event;
}

Event read_push(Payload& payload) {
  PushEvent event;
  const auto branch = branch_of(payload.text({"ref"}));
  if (!branch) return no_use("a push to what is not a branch", "");
  if (payload.flag_or_false({"deleted"})) return no_use("a branch that was deleted", "");
  event.origin = read_origin(payload);
  event.branch = *branch;
  event.before = payload.commit({"before"});
  event.after = payload.commit({"after"});
  if (is_nothing(event.after)) return no_use("a branch that was deleted", "");
  if (is_nothing(event.before)) event.before.clear();
  event.title = first_line(payload.text_or_empty({"head_commit", "message"}));
  return event;
}

Event read_merge_group(Payload& payload) {
  const std::string action = payload.text({"action"});
  if (action != "checks_requested") return no_use("merge_group", action);
  MergeGroupEvent event;
  event.origin = read_origin(payload);
  event.head = payload.commit({"merge_group", "head_sha"});
  event.base = payload.commit({"merge_group", "base_sha"});
  const std::string base = payload.text({"merge_group", "base_ref"});
  event.base_branch = branch_of(base).value_or(base);
  return event;
}

Event read_check_run(Payload& payload) {
  const std::string action = payload.text({"action"});
  CheckRunEvent event;
  if (action == "requested_action") {
    event.action = CheckRunEvent::Action::requested_action;
  } else if (action != "rerequested") {
    return no_use("check_run", action);
  }
  event.origin = read_origin(payload);
  event.id = std::to_string(payload.integer({"check_run", "id"}));
  if (event.action == CheckRunEvent::Action::requested_action) {
    event.requested = payload.text({"requested_action", "identifier"});
  }
  return event;
}

Event read_check_suite(Payload& payload) {
  const std::string action = payload.text({"action"});
  CheckSuiteEvent event;
  if (action == "rerequested") {
    event.action = CheckSuiteEvent::Action::rerequested;
  } else if (action != "requested") {
    return no_use("check_suite", action);
  }
  event.origin = read_origin(payload);
  event.head = payload.commit({"check_suite", "head_sha"});
  return event;
}

bool mentions_us(std::string_view body) {
  static constexpr std::string_view word = "/oxbow";
  return !std::ranges::search(body, word, [](char a, char b) {
            return lower(a) == lower(b);
          }).empty();
}

Event read_comment(Payload& payload) {
  const std::string action = payload.text({"action"});
  if (action != "created") return no_use("issue_comment", action);
  if (!payload.has({"issue", "pull_request"})) return no_use("a comment on an issue", "");
  CommentEvent event;
  event.origin = read_origin(payload);
  event.pull = payload.integer({"issue", "number"});
  event.id = std::to_string(payload.integer({"comment", "id"}));
  event.body = payload.text({"comment", "body"});
  if (!payload.error()) {
    const bool by_bot = payload.text_or_empty({"comment", "user", "type"}) == "Bot";
    if (event.origin.sender.is_bot || by_bot) return no_use("a comment of a bot", "");
    if (!mentions_us(event.body)) return no_use("a comment without a command", "");
  }
  return event;
}

Event read_installation(Payload& payload) {
  InstallationEvent event;
  event.action = payload.text({"action"});
  event.origin.installation = payload.integer({"installation", "id"});
  event.origin.sender.login = payload.text_or_empty({"sender", "login"});
  for (const char* const list : {"repositories", "repositories_added"}) {
    const auto repositories = payload.find({list});
    if (!repositories) continue;
    for (const JsonValue one : repositories->elements()) {
      if (event.repositories.size() == most_repositories) break;
      const auto name = one.find("full_name");
      if (const auto text = name ? name->text() : std::nullopt) {
        event.repositories.emplace_back(*text);
      }
    }
  }
  return event;
}

using Read = Event (*)(Payload&);
constexpr std::array<std::pair<std::string_view, Read>, 8> readers = {{
    {"pull_request", read_pull_request},
    {"push", read_push},
    {"merge_group", read_merge_group},
    {"check_run", read_check_run},
    {"check_suite", read_check_suite},
    {"issue_comment", read_comment},
    {"installation", read_installation},
    {"installation_repositories", read_installation},
}};

}  // namespace

Result<Event> parse_event(std::string_view name, std::string_view payload) {
  if (name == "ping") return Ping();
  for (const auto& [event, read] : readers) {
    if (event != name) continue;
    Payload members(payload);
    if (members.error()) return std::unexpected(*members.error());
    Event result = read(members);
    if (members.error()) {
      return fail("a " + std::string(name) + " event: " + members.error()->message);
    }
    return result;
  }
  return no_use("this kind of event", "");
}

}  // namespace oxbow::github
