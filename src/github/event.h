#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "github/pull_request.h"

/// What GitHub's webhooks say, as far as it matters here. Texts are as they came, and not to be
/// trusted.
namespace oxbow::github {

/// Who did something.
struct Sender {
  std::string login;
  bool is_bot = false;
};

/// What all events have that are about a repository.
struct Origin {
  std::string repository;         ///< "OWNER/NAME"
  std::int64_t installation = 0;  ///< 0 where the payload has none
  Sender sender;
};

enum class PullRequestAction : std::uint8_t {
  opened,
  synchronize,
  reopened,
  ready_for_review,
  converted_to_draft,
  closed,
  edited,  ///< with another base
};

struct PullRequestEvent {
  Origin origin;
  PullRequestAction action = PullRequestAction::opened;
  PullRequest pull;
};

struct PushEvent {
  Origin origin;
  std::string branch;  ///< "main"
  std::string before;  ///< commit; empty if the branch is new
  std::string after;   ///< commit
  std::string title;   ///< first line of the newest commit's message
};

struct MergeGroupEvent {
  Origin origin;
  std::string head;
  std::string base;
  std::string base_branch;
};

struct CheckRunEvent {
  Origin origin;
  enum class Action : std::uint8_t { rerequested, requested_action };
  Action action = Action::rerequested;
  std::string id;         ///< of the check run
  std::string requested;  ///< of requested_action: which button
};

struct CheckSuiteEvent {
  Origin origin;
  enum class Action : std::uint8_t { requested, rerequested };
  Action action = Action::requested;
  std::string head;
};

struct CommentEvent {
  Origin origin;
  std::int64_t pull = 0;
  std::string id;  ///< of the comment
  std::string body;
};

struct InstallationEvent {
  Origin origin;  ///< without repository
  std::string action;
  std::vector<std::string> repositories;  ///< that are named, "OWNER/NAME"
};

struct Ping {};

/// An event that nothing is done for, and why.
struct Ignored {
  std::string why;
};

using Event = std::variant<PullRequestEvent, PushEvent, MergeGroupEvent, CheckRunEvent,
                           CheckSuiteEvent, CommentEvent, InstallationEvent, Ping, Ignored>;

/// Reads a payload of the event `name` (the header X-GitHub-Event). Events, and actions of them,
/// that nothing is done for are Ignored: so are comments on issues, edited and deleted ones, those
/// of bots, branches that were deleted, and edits that leave the base. Errors: a text that is no
/// JSON, a member that is missing or of the wrong type, by its path.
Result<Event> parse_event(std::string_view name, std::string_view payload);

}  // namespace oxbow::github
