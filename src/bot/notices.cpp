#include "bot/notices.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <utility>

#include "base/untrusted.h"

namespace oxbow::bot {
namespace {

using github::Annotation;
using github::Button;

Button button(CheckButton which) {
  switch (which) {
    case CheckButton::rerun: return {"Run again", "Test this head again", "rerun"};
    case CheckButton::rerun_failed:
      return {"Run failed again", "Build again what failed", "rerun_failed"};
    case CheckButton::approve: break;
  }
  return {"Approve", "Let the builds of this head begin", "approve"};
}

Annotation annotation(const plan::Finding& finding) {
  Annotation result;
  result.path = printable(finding.path);
  result.line = finding.line;
  switch (finding.level) {
    case plan::Level::error: result.level = Annotation::Level::failure; break;
    case plan::Level::warning: result.level = Annotation::Level::warning; break;
    case plan::Level::note: result.level = Annotation::Level::notice; break;
  }
  // The excerpt's caret stands below its place only if nothing is escaped line by line.
  result.message = printable(finding.message);
  if (!finding.excerpt.empty()) result.message += "\n\n" + valid_utf8(finding.excerpt);
  return result;
}

store::Publication key_of(const store::RunSubject& about, store::PublicationKind kind) {
  store::Publication key;
  key.repository = about.repository;
  key.installation = about.installation;
  key.kind = kind;
  return key;
}

}  // namespace

std::string time_text(Time time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string run_number(store::RunId run) { return std::to_string(store::number(run)); }

std::string reply_marker(std::string_view comment) {
  return fmt::format("<!-- oxbow: answer to {} -->", comment);
}

RunFacts Notices::facts(const store::Run& run, Stage stage) const {
  RunFacts facts;
  facts.stage = stage;
  facts.head = run.subject.head;
  if (!settings_->pages.empty()) facts.page = settings_->pages + "/runs/" + run_number(run.id);
  return facts;
}

Result<void> Notices::want(const store::Publication& key, std::string_view wanted,
                           Time not_before) {
  TRY(publications_.want(key, wanted, not_before));
  return {};
}

Result<void> Notices::check(const store::Run& run, std::string_view name, const CheckOutput& output,
                            Time now) {
  github::CheckRun check;
  check.name = name;
  check.head = run.subject.head;
  check.external_id = run_number(run.id);
  check.details_url = facts(run, Stage::analysed).page;
  if (run.started) check.started_at = time_text(*run.started);
  check.status = github::CheckRun::Status::in_progress;
  if (output.conclusion) {
    check.status = github::CheckRun::Status::completed;
    check.conclusion = verdict::name(*output.conclusion);
    check.completed_at = time_text(now);
  }
  check.title = output.title;
  check.summary = output.summary;
  check.text = output.text;
  for (const plan::Finding& finding : output.annotations) {
    check.annotations.push_back(annotation(finding));
  }
  for (const CheckButton which : output.buttons) check.buttons.push_back(button(which));
  store::Publication key = key_of(run.subject, store::PublicationKind::check);
  key.name = name;
  key.run = run.id;
  key.completed = output.conclusion.has_value();
  return want(key, github::join_requests(github::check_requests(check)),
              output.conclusion ? now : now + settings_->patience);
}

Result<void> Notices::comment(const store::Run& run, std::string_view text, Time now) {
  if (run.subject.pull == 0) return {};
  store::Publication key = key_of(run.subject, store::PublicationKind::comment);
  key.pull = run.subject.pull;
  key.run = run.id;
  return want(key, text, now);
}

Result<void> Notices::label(const store::Run& run, std::string_view label, Time now) {
  if (run.subject.pull == 0) return {};
  store::Publication key = key_of(run.subject, store::PublicationKind::label);
  key.pull = run.subject.pull;
  key.run = run.id;
  return want(key, label, now);
}

Result<void> Notices::react(const store::RunSubject& about, std::string_view comment,
                            std::string_view content, Time now) {
  store::Publication key = key_of(about, store::PublicationKind::reaction);
  key.comment = comment;
  key.name = content;
  return want(key, content, now);
}

Result<void> Notices::reply(const store::RunSubject& about, std::string_view comment,
                            std::string_view text, Time now) {
  store::Publication key = key_of(about, store::PublicationKind::reply);
  key.pull = about.pull;
  key.comment = comment;
  return want(key, reply_marker(comment) + "\n" + std::string(text), now);
}

Result<void> Notices::reopen_checks(const store::Run& run, const CheckOutput& output, Time now) {
  TRY(publications_.forget_checks(run.id));
  TRY_ASSIGN(auto all, publications_.of_run(run.id));
  for (const store::Publication& publication : all) {
    if (publication.kind != store::PublicationKind::check) continue;
    TRY(check(run, publication.name, output, now));
  }
  return {};
}

Result<void> Notices::close_checks(const store::Run& run, std::string_view why, Time now) {
  TRY_ASSIGN(auto all, publications_.of_run(run.id));
  RunFacts stopped = facts(run, Stage::stopped);
  stopped.why = why;
  const CheckOutput output = waiting_output({}, stopped);
  for (const store::Publication& publication : all) {
    if (publication.kind != store::PublicationKind::check || publication.completed) continue;
    const bool was_told =
        publication.attempted || !publication.told.empty() || !publication.remote_id.empty();
    // GitHub need not hear of a check that it does not know.
    TRY(was_told ? check(run, publication.name, output, now) : want(publication, "", now));
  }
  return {};
}

}  // namespace oxbow::bot
