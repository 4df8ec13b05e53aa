#include "store/runs.h"

#include <utility>

#include "store/lines.h"
#include "store/names.h"

namespace oxbow::store {
namespace {

#define OXBOW_RUN_COLUMNS                                                                    \
  "SELECT id, repository, kind, installation, pull, title, author, head, base, base_branch," \
  " state, scope, hold, packages, cause, conclusion, summary, tested_base, lower,"           \
  " packages_rebuilt, layers, cached, created, started, analysed, finished FROM runs"

Run read_run(Columns& next) {
  Run run;
  run.id = next.id<RunId>();
  run.subject.repository = next.text();
  run.subject.kind = next.parsed(parse<RunKind>);
  run.subject.installation = next.integer();
  run.subject.pull = next.integer();
  run.subject.title = next.text();
  run.subject.author = next.text();
  run.subject.head = next.text();
  run.subject.base = next.text();
  run.subject.base_branch = next.text();
  run.state = next.parsed(parse<RunState>);
  run.scope = next.parsed(parse<RunScope>);
  run.hold = next.parsed(parse<Hold>);
  run.packages = split_lines(next.text());
  run.cause = next.text();
  run.conclusion = next.optional_parsed(verdict::parse_conclusion);
  run.summary = next.text();
  run.tested_base = next.text();
  run.lower = split_lines(next.text());
  run.packages_rebuilt = next.count();
  run.layers = next.count();
  run.cached = next.count();
  run.created = next.time();
  run.started = next.optional_time();
  run.analysed = next.optional_time();
  run.finished = next.optional_time();
  return run;
}

}  // namespace

Result<Runs::Begun> Runs::begin(const RunSubject& subject, RunScope scope, Hold hold,
                                const std::vector<std::string>& packages, std::string_view cause,
                                Time now) {
  Begun begun;
  auto done = database_->transaction([&]() -> Result<void> {
    const auto open = database_->one(
        "SELECT id FROM runs WHERE repository = ?1 AND kind = ?2 AND pull = ?3 AND head = ?4"
        " AND state NOT IN ('completed', 'cancelled')",
        {subject.repository, name(subject.kind), subject.pull, subject.head},
        [](Columns& next) { return next.integer(); });
    if (!open) return std::unexpected(open.error());
    if (*open) {
      begun.run = static_cast<RunId>(**open);
      return {};
    }
    const std::string package_lines = join_lines(packages);
    const auto added = database_->run(
        "INSERT INTO runs (repository, kind, installation, pull, title, author, head, base,"
        " base_branch, state, scope, hold, packages, cause, created)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'queued', ?10, ?11, ?12, ?13, ?14)",
        {subject.repository, name(subject.kind), subject.installation, subject.pull, subject.title,
         subject.author, subject.head, subject.base, subject.base_branch, name(scope), name(hold),
         package_lines, cause, to_number(now)});
    if (!added) return std::unexpected(added.error());
    begun = {static_cast<RunId>(database_->last_id()), true};
    return {};
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return begun;
}

Result<std::optional<Run>> Runs::find(RunId run) {
  return database_->one(OXBOW_RUN_COLUMNS " WHERE id = ?1", {number(run)}, read_run);
}

Result<std::vector<Run>> Runs::open_runs(std::string_view repository, RunKind kind,
                                         std::int64_t pull) {
  return database_->all(OXBOW_RUN_COLUMNS
                        " WHERE repository = ?1 AND kind = ?2 AND pull = ?3"
                        " AND state NOT IN ('completed', 'cancelled') ORDER BY id",
                        {repository, name(kind), pull}, read_run);
}

Result<std::optional<Run>> Runs::newest(std::string_view repository, std::string_view head) {
  return database_->one(OXBOW_RUN_COLUMNS
                        " WHERE repository = ?1 AND head = ?2 ORDER BY id DESC LIMIT 1",
                        {repository, head}, read_run);
}

Result<std::optional<Run>> Runs::newest_of_pull(std::string_view repository, std::int64_t pull) {
  return database_->one(OXBOW_RUN_COLUMNS
                        " WHERE repository = ?1 AND pull = ?2 ORDER BY id DESC LIMIT 1",
                        {repository, pull}, read_run);
}

Result<std::vector<Run>> Runs::list(std::optional<RunId> before, std::size_t count) {
  return database_->all(OXBOW_RUN_COLUMNS " WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
                        {before ? number(*before) : INT64_MAX, number(count)}, read_run);
}

Result<std::vector<std::size_t>> Runs::counts() {
  return count_states<RunState>(*database_, "SELECT state, count(*) FROM runs GROUP BY state");
}

#undef OXBOW_RUN_COLUMNS

}  // namespace oxbow::store
