#include "bot/decide.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "github/command.h"

namespace oxbow::bot {
namespace {

using github::Permission;
using store::Hold;
using store::RunScope;
using store::RunState;

bool may_write(Permission permission) {
  return permission == Permission::write || permission == Permission::admin;
}

bool has_ended(const store::Run& run) {
  return run.state == RunState::completed || run.state == RunState::cancelled;
}

bool is_tested(const TestedRepository& repository, std::string_view branch) {
  return std::ranges::find(repository.branches, branch) != repository.branches.end();
}

// Decides about one event.
class Decider {
 public:
  Decider(const Policy& policy, const Known& known) : policy_(&policy), known_(&known) {}

  Decision decide(const github::Event& event) && {
    std::visit([this](const auto& of_event) { on(of_event); }, event);
    if (!decision_.questions.empty()) decision_.actions.clear();
    return std::move(decision_);
  }

 private:
  void on(const github::Ignored& ignored) { decision_.note = ignored.why; }
  void on(const github::Ping& /*ping*/) { decision_.note = "a ping: deliveries arrive"; }

  void on(const github::InstallationEvent& event) {
    decision_.note = "the app's installation was " + event.action;
    for (const std::string& name : event.repositories) {
      if (policy_->find(name) == nullptr) decision_.note += "; " + name + " is not configured";
    }
  }

  void on(const github::PullRequestEvent& event) {
    if (!has_repository(event.origin)) return;
    const github::PullRequest& pull = event.pull;
    if (!is_tested(*repository_, pull.base_branch)) return pass("its base branch is not tested");
    if (known_->pull && known_->pull->updated_at > pull.updated_at) {
      return pass("a later event of this pull request was processed first");
    }
    store::Pull state = stored(pull, place_of(event.origin));
    if (known_->pull) state.approved_head = known_->pull->approved_head;
    if (event.action == github::PullRequestAction::closed) state.open = false;
    act(RememberPull{state});
    if (!state.open) return cancel_all("the pull request was closed");

    const store::Run* const same = open_run(state.head);
    const bool has_new_base = event.action == github::PullRequestAction::edited;
    const bool changes_draft = same != nullptr && (same->hold == Hold::draft) != state.draft;
    if (same != nullptr && !has_new_base && !changes_draft) return pass("its head is being tested");
    if (same != nullptr && changes_draft && !state.draft &&
        same->state == RunState::analysis_done && !has_new_base) {
      const auto hold = hold_of(state);
      if (!hold) return;
      if (*hold == Hold::none) return act(ReleaseRun{same->id, "ready for review"});
    }
    const auto hold = hold_of(state);
    if (!hold) return;
    cancel_all(same == nullptr ? "a newer head was pushed" : "it is retested");
    start(state, RunScope::everything, *hold, {}, cause(event.action));
  }

  void on(const github::PushEvent& event) {
    if (!has_repository(event.origin)) return;
    if (!is_tested(*repository_, event.branch)) return pass("the branch is not tested");
    if (event.before.empty()) return pass("the branch is new: there is no state before");
    cancel_all("a newer state was pushed");
    start({.repository = repository_->name,
           .kind = store::RunKind::push,
           .installation = event.origin.installation,
           .title = event.title,
           .author = event.origin.sender.login,
           .head = event.after,
           .base = event.before,
           .base_branch = event.branch},
          "pushed to " + event.branch);
  }

  void on(const github::MergeGroupEvent& event) {
    if (!has_repository(event.origin)) return;
    if (!is_tested(*repository_, event.base_branch)) return pass("the branch is not tested");
    start({.repository = repository_->name,
           .kind = store::RunKind::merge_group,
           .installation = event.origin.installation,
           .title = "merge group for " + event.base_branch,
           .author = event.origin.sender.login,
           .head = event.head,
           .base = event.base,
           .base_branch = event.base_branch},
          "to be merged");
  }

  void on(const github::CheckRunEvent& event) {
    if (!has_repository(event.origin)) return;
    if (!known_->check) return pass("the check run is not known here");
    if (!sender_may_write(event.origin)) return;
    const store::Run& run = known_->check->run;
    const std::string by = "@" + event.origin.sender.login + " asked for it";
    if (event.action == github::CheckRunEvent::Action::rerequested) {
      return restart(run, RunScope::everything, by);
    }
    if (event.requested == "rerun") return restart(run, RunScope::everything, by);
    if (event.requested == "rerun_failed") return restart(run, RunScope::failed_again, by);
    if (event.requested == "approve") return approve(run, by);
    pass("this button does nothing here");
  }

  void on(const github::CheckSuiteEvent& event) {
    if (!has_repository(event.origin)) return;
    if (event.action == github::CheckSuiteEvent::Action::requested) {
      return pass("the pull request's or push's own event says so, too");
    }
    if (!known_->newest_run) return pass("this head has not been tested");
    if (!sender_may_write(event.origin)) return;
    restart(*known_->newest_run, RunScope::everything,
            "@" + event.origin.sender.login + " asked for it");
  }

  void on(const github::CommentEvent& event) {
    if (!has_repository(event.origin)) return;
    if (is_same_name(event.origin.sender.login, policy_->app_login)) return pass("our own comment");
    const std::vector<github::Command> commands = github::parse_commands(event.body);
    if (commands.empty()) return pass("no command is in it");
    if (!known_->pull) return ask(Question::pull);
    if (!is_tested(*repository_, known_->pull->base_branch)) {
      return pass("the pull request's base branch is not tested");
    }
    comment_ = &event;
    state_ = *known_->pull;
    act(React{event.id, "eyes"});
    bool understood = true;
    for (const github::Command& command : commands) {
      understood = std::visit([this](const auto& one) { return obey(one); }, command) && understood;
    }
    act(React{event.id, understood ? "+1" : "confused"});
  }

  // Each obeys one command of a comment; false where it was refused or made no sense.
  bool obey(const github::Help& /*help*/) {
    reply(std::string(github::command_help()));
    return true;
  }

  bool obey(const github::Misspelt& misspelt) {
    std::string text = "This was not understood.";
    if (!misspelt.nearest.empty()) text += " Did you mean `" + misspelt.nearest + "`?";
    reply(text + "\n\n" + std::string(github::command_help()));
    return false;
  }

  bool obey(const github::Explain& explain) {
    if (!known_->newest_run) {
      reply("Nothing has been tested for this pull request yet.");
      return false;
    }
    act(ExplainPackage{known_->newest_run->id, comment_->id, explain.package});
    return true;
  }

  bool obey(const github::Rerun& rerun) {
    if (!is_allowed()) return false;
    using What = github::Rerun::What;
    const RunScope scope = rerun.what == What::failed     ? RunScope::failed_again
                           : rerun.what == What::packages ? RunScope::packages
                                                          : RunScope::everything;
    return start_by_command(scope, rerun.packages, "rerun");
  }

  bool obey(const github::Build& build) {
    return is_allowed() && start_by_command(RunScope::packages, build.packages, "build");
  }

  bool obey(const github::Cancel& /*cancel*/) {
    if (!is_allowed()) return false;
    cancel_all("@" + comment_->origin.sender.login + " stopped it");
    return true;
  }

  bool obey(const github::OkToTest& ok) {
    if (!is_allowed()) return false;
    if (!ok.head.empty() && !state_.head.starts_with(ok.head)) {
      reply("This pull request's head is now `" + state_.head.substr(0, 10) +
            "`. Look at it, and say `/oxbow ok-to-test " + state_.head.substr(0, 10) + "`.");
      return false;
    }
    state_.approved_head = state_.head;
    act(RememberPull{state_});
    const std::string by = "@" + comment_->origin.sender.login + " said ok-to-test";
    const store::Run* const run = open_run(state_.head);
    if (run != nullptr && run->state == RunState::analysis_done) {
      act(ReleaseRun{run->id, by});
    } else {
      cancel_all("it is retested");
      start(state_, RunScope::everything, policy_->build ? Hold::none : Hold::building_off, {}, by);
    }
    return true;
  }

  bool start_by_command(RunScope scope, const std::vector<std::string>& packages,
                        std::string_view verb) {
    if (!state_.open) {
      reply("This pull request is closed.");
      return false;
    }
    const auto hold = hold_of(state_, IfDraft::builds);
    if (!hold) return true;
    cancel_all("it is retested");
    start(state_, scope, *hold, packages,
          "@" + comment_->origin.sender.login + " asked: " + std::string(verb));
    return true;
  }

  bool is_allowed() {
    if (is_trusted(comment_->origin.sender.login)) return true;
    if (known_->sender) return may_write(*known_->sender);
    ask(Question::sender_permission);
    return true;
  }

  bool sender_may_write(const github::Origin& origin) {
    if (is_trusted(origin.sender.login)) return true;
    if (!known_->sender) {
      ask(Question::sender_permission);
      return false;
    }
    if (may_write(*known_->sender)) return true;
    pass("@" + origin.sender.login + " does not have write access to this repository");
    return false;
  }

  enum class IfDraft : std::uint8_t { waits, builds };

  // None while it is not known.
  std::optional<Hold> hold_of(const store::Pull& pull, IfDraft if_draft = IfDraft::waits) {
    if (!policy_->build) return Hold::building_off;
    const bool approved = !pull.approved_head.empty() && pull.approved_head == pull.head;
    if (!approved && !is_trusted(pull.author)) {
      if (!known_->author) {
        ask(Question::author_permission);
        return std::nullopt;
      }
      if (!may_write(*known_->author)) return Hold::approval;
    }
    return pull.draft && if_draft == IfDraft::waits ? Hold::draft : Hold::none;
  }

  bool is_trusted(std::string_view login) const {
    return std::ranges::any_of(repository_->trusted,
                               [&](const std::string& one) { return is_same_name(one, login); });
  }

  bool has_repository(const github::Origin& origin) {
    repository_ = policy_->find(origin.repository);
    if (repository_ == nullptr) pass(origin.repository + " is not configured");
    return repository_ != nullptr;
  }

  const store::Run* open_run(std::string_view head) const {
    const auto found = std::ranges::find_if(known_->open_runs, [&](const store::Run& run) {
      return run.subject.head == head && !has_ended(run);
    });
    return found == known_->open_runs.end() ? nullptr : &*found;
  }

  void start(const store::Pull& pull, RunScope scope, Hold hold,
             const std::vector<std::string>& packages, std::string cause) {
    act(StartRun{.subject = {.repository = repository_->name,
                             .installation = pull.installation,
                             .pull = pull.number,
                             .title = pull.title,
                             .author = pull.author,
                             .head = pull.head,
                             .base = "",
                             .base_branch = pull.base_branch},
                 .scope = scope,
                 .hold = hold,
                 .packages = packages,
                 .cause = std::move(cause)});
  }

  void start(store::RunSubject subject, std::string cause) {
    act(StartRun{.subject = std::move(subject),
                 .hold = policy_->build ? Hold::none : Hold::building_off,
                 .packages = {},
                 .cause = std::move(cause)});
  }

  github::Place place_of(const github::Origin& origin) const {
    return {repository_->name, origin.installation};
  }

  // A run that goes on is not begun again: who asked wants it done, and that it will be.
  void restart(const store::Run& run, RunScope scope, std::string cause) {
    const bool is_over = has_ended(run) || run.state == RunState::analysis_done;
    const store::Run* const open = open_run(run.subject.head);
    if (!is_over || (open != nullptr && open->id != run.id)) return pass("it is running");
    const bool is_old = known_->pull && known_->pull->head != run.subject.head;
    if (is_old) return pass("the pull request has a newer head");
    if (known_->pull && !known_->pull->open) return pass("the pull request is closed");
    act(RestartRun{run.id, scope, std::move(cause)});
  }

  void approve(const store::Run& run, std::string cause) {
    if (!known_->pull || known_->pull->head != run.subject.head) {
      return pass("the pull request has a newer head");
    }
    store::Pull pull = *known_->pull;
    pull.approved_head = pull.head;
    act(RememberPull{std::move(pull)});
    if (run.state == RunState::analysis_done) return act(ReleaseRun{run.id, std::move(cause)});
    restart(run, RunScope::everything, std::move(cause));
  }

  void cancel_all(const std::string& why) {
    for (const store::Run& run : known_->open_runs) {
      if (!has_ended(run)) act(CancelRun{run.id, why});
    }
  }

  static std::string cause(github::PullRequestAction action) {
    using enum github::PullRequestAction;
    switch (action) {
      case opened: return "opened";
      case synchronize: return "a new head was pushed";
      case reopened: return "reopened";
      case ready_for_review: return "ready for review";
      case converted_to_draft: return "made a draft";
      case edited: return "its base branch changed";
      case closed: break;
    }
    return "closed";
  }

  void reply(std::string text) { act(Reply{comment_->pull, comment_->id, std::move(text)}); }
  void act(Action action) { decision_.actions.push_back(std::move(action)); }
  void ask(Question question) {
    if (std::ranges::find(decision_.questions, question) == decision_.questions.end()) {
      decision_.questions.push_back(question);
    }
  }
  void pass(std::string why) { decision_.note = std::move(why); }

  const Policy* policy_;
  const Known* known_;
  const TestedRepository* repository_ = nullptr;
  const github::CommentEvent* comment_ = nullptr;
  store::Pull state_;  // of the comment's pull request, as its commands leave it
  Decision decision_;
};

}  // namespace

store::Pull stored(const github::PullRequest& pull, const github::Place& place) {
  return {.repository = place.repository,
          .number = pull.number,
          .installation = place.installation,
          .title = pull.title,
          .author = pull.author,
          .head = pull.head,
          .base_branch = pull.base_branch,
          .draft = pull.draft,
          .open = pull.open,
          .approved_head = "",
          .updated_at = pull.updated_at};
}

Decision decide(const github::Event& event, const Policy& policy, const Known& known) {
  return Decider(policy, known).decide(event);
}

}  // namespace oxbow::bot
