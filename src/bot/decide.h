#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bot/policy.h"
#include "github/client.h"
#include "github/event.h"
#include "store/pulls.h"
#include "store/runs.h"

/// What is done about an event, as a function of the event, the policy and what is known. It reads
/// no clock, asks nobody and changes nothing.
namespace oxbow::bot {

/// A check of ours that an event is about.
struct KnownCheck {
  store::Run run;
  std::string name;
};

/// Known is what the store has on what an event is about, and what GitHub answered when it was
/// asked in an earlier round (see Question).
struct Known {
  std::optional<store::Pull> pull;
  std::vector<store::Run> open_runs;     ///< of the pull request, or of the branch pushed to
  std::optional<store::Run> newest_run;  ///< of the pull request
  std::optional<KnownCheck> check;
  std::optional<github::Permission> author;  ///< the permission of who opened the pull request
  std::optional<github::Permission> sender;  ///< of who did what the event says
};

/// Something that must be known before it can be decided.
enum class Question : std::uint8_t { pull, author_permission, sender_permission };

/// Remember what is known of a pull request.
struct RememberPull {
  store::Pull pull;
};

struct StartRun {
  store::RunSubject subject;
  store::RunScope scope = store::RunScope::everything;
  store::Hold hold = store::Hold::none;
  std::vector<std::string> packages;
  std::string cause;
};

/// Stop a run; what it has built stays.
struct CancelRun {
  store::RunId run{};
  std::string why;
};

/// Begin a run from its start again, in its own check runs.
struct RestartRun {
  store::RunId run{};
  store::RunScope scope = store::RunScope::everything;
  std::string cause;
};

/// Go on with the builds of a run whose analysis was told.
struct ReleaseRun {
  store::RunId run{};
  std::string cause;
};

/// React to a comment: "eyes", "+1" or "confused".
struct React {
  std::string comment;
  std::string content;
};

/// Answer a comment by one of our own, in Markdown.
struct Reply {
  std::int64_t pull = 0;
  std::string comment;
  std::string text;
};

/// Answer a comment by the reasons of a package, for the newest run.
struct ExplainPackage {
  store::RunId run{};
  std::string comment;
  std::string package;
};

using Action = std::variant<RememberPull, StartRun, CancelRun, RestartRun, ReleaseRun, React, Reply,
                            ExplainPackage>;

/// What was decided: the questions to be answered first, or else the actions, in order. No actions
/// is a decision, too; the note says why, in a line.
struct Decision {
  std::vector<Question> questions;
  std::vector<Action> actions;
  std::string note;
};

Decision decide(const github::Event& event, const Policy& policy, const Known& known);

/// A pull request of a place as the store has it, approved by nobody.
store::Pull stored(const github::PullRequest& pull, const github::Place& place);

}  // namespace oxbow::bot
