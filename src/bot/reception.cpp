#include "bot/reception.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "bot/run_texts.h"
#include "github/failure.h"

namespace oxbow::bot {
namespace {

using github::Failure;
using store::DeliveryState;
using store::RunState;

constexpr std::size_t most_rounds = 4;       // of questions about one event
constexpr std::size_t most_unanswered = 20;  // then the delivery is given up
constexpr int priority_of_people = 1;

const github::Origin* origin_of(const github::Event& event) {
  return std::visit(
      [](const auto& one) -> const github::Origin* {
        if constexpr (requires { one.origin; }) {
          return &one.origin;
        } else {
          return nullptr;
        }
      },
      event);
}

std::int64_t pull_of(const github::Event& event, const Known& known) {
  if (const auto* const pull = std::get_if<github::PullRequestEvent>(&event)) {
    return pull->pull.number;
  }
  if (const auto* const comment = std::get_if<github::CommentEvent>(&event)) return comment->pull;
  return known.pull ? known.pull->number : 0;
}

// What an event is about, for reactions and answers.
store::RunSubject about(const github::Event& event) {
  store::RunSubject subject;
  if (const auto* const comment = std::get_if<github::CommentEvent>(&event)) {
    subject.repository = comment->origin.repository;
    subject.installation = comment->origin.installation;
    subject.pull = comment->pull;
  }
  return subject;
}

CheckOutput queued_output() {
  CheckOutput output;
  output.title = "Waiting for its turn";
  output.summary = "Analysis only: no code of the pull request is run.";
  return output;
}

}  // namespace

Result<bool> Reception::work_on_next() {
  if (now_() < ask_again_) return false;
  TRY_ASSIGN(auto delivery, deliveries_.first_waiting());
  if (!delivery) return false;
  const auto event = github::parse_event(delivery->event, delivery->payload);
  const auto closed = [&](DeliveryState state, std::string_view note) -> Result<bool> {
    unanswered_ = 0;
    TRY(close(*delivery, state, note));
    return true;
  };
  if (!event) return closed(DeliveryState::failed, event.error().message);
  TRY_ASSIGN(auto known, known_about(*event));
  for (std::size_t round = 0; round < most_rounds; ++round) {
    Decision decision = decide(*event, settings_->policy, known);
    if (decision.questions.empty()) {
      unanswered_ = 0;
      // An error of the store passes: the delivery waits.
      TRY(explain_all(*event, decision.actions));
      TRY(act_on(*delivery, *event, decision));
      return true;
    }
    for (const Question question : decision.questions) {
      const auto answered = answer(question, *event, known);
      if (answered) continue;
      const Failure& failure = answered.error();
      if (failure.kind != Failure::Kind::passing || ++unanswered_ > most_unanswered) {
        return closed(DeliveryState::failed, "GitHub did not answer: " + failure.message);
      }
      ask_again_ = now_() + github::backoff(failure, unanswered_, 0.5);
      log_("GitHub did not answer, will be asked again: " + failure.message);
      return false;
    }
  }
  return closed(DeliveryState::failed, "could not decide what to do");
}

Result<void> Reception::close(const store::Delivery& delivery, DeliveryState state,
                              std::string_view note) {
  log_(fmt::format("{} {}: {}{}{}", delivery.event, delivery.guid, name(state),
                   note.empty() ? "" : ": ", note));
  return deliveries_.close(delivery.guid, state, note);
}

Result<void> Reception::look_up_pull(const std::string& repository, std::int64_t pull,
                                     Known& known) {
  TRY_ASSIGN(auto state, pulls_.find(repository, pull));
  known.pull = std::move(state);
  TRY_ASSIGN(auto open, runs_.open_runs(repository, store::RunKind::pull_request, pull));
  known.open_runs = std::move(open);
  TRY_ASSIGN(auto newest, runs_.newest_of_pull(repository, pull));
  known.newest_run = std::move(newest);
  return {};
}

Result<void> Reception::look_up_check(const github::CheckRunEvent& event, Known& known) {
  const std::string& repository = event.origin.repository;
  TRY_ASSIGN(const auto publication, publications_.find_check(repository, event.id));
  if (!publication || !publication->run) return {};
  TRY_ASSIGN(auto run, runs_.find(*publication->run));
  if (!run) return {};
  if (run->subject.pull != 0) {
    TRY(look_up_pull(repository, run->subject.pull, known));
  }
  known.check = KnownCheck{std::move(*run), publication->name};
  return {};
}

Result<Known> Reception::known_about(const github::Event& event) {
  Known known;
  const github::Origin* const origin = origin_of(event);
  if (origin == nullptr || origin->repository.empty()) return known;
  Result<void> done;
  if (const auto* const check = std::get_if<github::CheckRunEvent>(&event)) {
    done = look_up_check(*check, known);
  } else if (const auto* const suite = std::get_if<github::CheckSuiteEvent>(&event)) {
    TRY_ASSIGN(auto run, runs_.newest(origin->repository, suite->head));
    if (run && run->subject.pull != 0) {
      done = look_up_pull(origin->repository, run->subject.pull, known);
    }
    known.newest_run = std::move(run);
  } else if (const auto* const push = std::get_if<github::PushEvent>(&event)) {
    TRY_ASSIGN(auto open, runs_.open_runs(origin->repository, store::RunKind::push, 0));
    std::erase_if(open,
                  [&](const store::Run& run) { return run.subject.base_branch != push->branch; });
    known.open_runs = std::move(open);
  } else if (const std::int64_t pull = pull_of(event, known); pull != 0) {
    done = look_up_pull(origin->repository, pull, known);
  }
  if (!done) return std::unexpected(std::move(done.error()));
  return known;
}

github::Answer<void> Reception::answer(Question question, const github::Event& event,
                                       Known& known) {
  const github::Origin& origin = *origin_of(event);
  const github::Place place{origin.repository, origin.installation};
  if (question == Question::pull) {
    if (client_ == nullptr) {
      return std::unexpected(
          Failure{Failure::Kind::gone, "dry run: GitHub is not asked", {}, false});
    }
    TRY_ASSIGN(const auto pull, client_->pull(place, pull_of(event, known)));
    known.pull = stored(pull, place);
    return {};
  }
  std::string user = origin.sender.login;
  if (question == Question::author_permission) {
    const auto* const opened = std::get_if<github::PullRequestEvent>(&event);
    user = opened != nullptr ? opened->pull.author : known.pull ? known.pull->author : "";
  }
  TRY_ASSIGN(auto permission, client_ == nullptr
                                  ? github::Answer<github::Permission>(github::Permission::none)
                                  : client_->permission(place, user));
  (question == Question::author_permission ? known.author : known.sender) = permission;
  return {};
}

// Before the store is locked, since it takes its time.
Result<void> Reception::explain_all(const github::Event& event, std::vector<Action>& actions) {
  for (Action& action : actions) {
    const auto* const explain = std::get_if<ExplainPackage>(&action);
    if (explain == nullptr) continue;
    TRY_ASSIGN(const auto run, runs_.find(explain->run));
    std::string text = run ? explain_(*run, explain->package) : "";
    action = Reply{about(event).pull, explain->comment, std::move(text)};
  }
  return {};
}

Result<void> Reception::act_on(const store::Delivery& delivery, const github::Event& event,
                               const Decision& decision) {
  return database_->transaction([&]() -> Result<void> {
    for (const Action& action : decision.actions) {
      TRY(std::visit([&](const auto& one) { return act(one, event); }, action));
    }
    return close(delivery, decision.actions.empty() ? DeliveryState::ignored : DeliveryState::done,
                 decision.note);
  });
}

Result<void> Reception::act(const RememberPull& remember, const github::Event& /*event*/) {
  return pulls_.set(remember.pull);
}

Result<void> Reception::act(const React& react, const github::Event& event) {
  return notices_.react(about(event), react.comment, react.content, now_());
}

Result<void> Reception::act(const Reply& reply, const github::Event& event) {
  return notices_.reply(about(event), reply.comment, reply.text, now_());
}

Result<void> Reception::act(const ExplainPackage& /*explain*/, const github::Event& /*event*/) {
  return {};  // explain_all has left none
}

Result<void> Reception::act(const StartRun& start, const github::Event& /*event*/) {
  TRY_ASSIGN(const auto begun, runs_.begin(start.subject, start.scope, start.hold, start.packages,
                                           start.cause, now_()));
  if (!begun.is_new) return {};
  TRY_ASSIGN(auto run, runs_.find(begun.run));
  const std::string name = analysis_check_name(settings_->prefix);
  TRY(notices_.check(*run, name, queued_output(), now_()));
  return jobs_.add(begun.run, store::JobKind::analyse,
                   start.subject.pull != 0 ? priority_of_people : 0, now_());
}

// An analysis that was told stays true; only what would have followed is over.
Result<void> Reception::act(const CancelRun& cancel, const github::Event& /*event*/) {
  TRY_ASSIGN(const auto run, runs_.find(cancel.run));
  if (!run) return {};
  const Time now = now_();
  TRY(jobs_.remove_of(run->id));
  TRY(run->state == RunState::analysis_done
          ? runs_.end_as_told(run->id, now)
          : runs_.end(run->id, RunState::cancelled, verdict::Conclusion::cancelled,
                      "stopped: " + cancel.why, now));
  return notices_.close_checks(*run, cancel.why, now);
}

Result<void> Reception::act(const RestartRun& restart, const github::Event& /*event*/) {
  TRY(runs_.restart(restart.run, restart.scope, restart.cause));
  TRY_ASSIGN(const auto run, runs_.find(restart.run));
  if (!run) return {};
  TRY(notices_.reopen_checks(*run, queued_output(), now_()));
  return jobs_.add(run->id, store::JobKind::analyse, priority_of_people, now_());
}

Result<void> Reception::act(const ReleaseRun& release, const github::Event& /*event*/) {
  TRY_ASSIGN(const auto run, runs_.find(release.run));
  if (!run || run->state != RunState::analysis_done) return {};
  if (!settings_->policy.build) return runs_.set_hold(run->id, store::Hold::building_off);
  TRY(runs_.set_building(run->id, release.cause));
  return jobs_.add(run->id, store::JobKind::build, priority_of_people, now_());
}

}  // namespace oxbow::bot
