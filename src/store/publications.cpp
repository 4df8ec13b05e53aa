#include "store/publications.h"

#include <algorithm>
#include <utility>

#include "store/names.h"

namespace oxbow::store {
namespace {

#define OXBOW_PUBLICATION_COLUMNS                                                           \
  "SELECT id, repository, installation, kind, run, pull, comment, name, wanted, completed," \
  " told, remote_id, attempted, failures, failure, given_up, not_before, told_at"           \
  " FROM publications"

Publication read_publication(Columns& next) {
  Publication publication;
  publication.id = next.id<PublicationId>();
  publication.repository = next.text();
  publication.installation = next.integer();
  publication.kind = next.parsed(parse<PublicationKind>);
  publication.run = next.optional_id<RunId>();
  publication.pull = next.integer();
  publication.comment = next.text();
  publication.name = next.text();
  publication.wanted = next.text();
  publication.completed = next.flag();
  publication.told = next.text();
  publication.remote_id = next.text();
  publication.attempted = next.flag();
  publication.failures = next.count();
  publication.failure = next.text();
  publication.given_up = next.flag();
  publication.not_before = next.time();
  publication.told_at = next.optional_time();
  return publication;
}

}  // namespace

Result<PublicationId> Publications::want(const Publication& key, std::string_view wanted,
                                         Time not_before) {
  const Value run = key.run ? Value(std::to_underlying(*key.run)) : Value();
  TRY_ASSIGN(
      const auto id,
      database_->one(
          "INSERT INTO publications (repository, installation, kind, run, pull, comment, name,"
          " wanted, completed, due, not_before)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?10)"
          " ON CONFLICT DO UPDATE SET installation = ?2, run = ?4, wanted = ?8, completed = ?9,"
          " due = told <> ?8, failures = CASE WHEN given_up THEN 0 ELSE failures END, given_up = 0,"
          // What GitHub wants to be left alone for counts; what we ourselves put off does not.
          " not_before = CASE WHEN told_at IS NOT NULL OR failures > 0 OR attempted = 1"
          " THEN max(not_before, ?10)"
          " ELSE ?10 END RETURNING id",
          {key.repository, key.installation, name(key.kind), run, key.pull, key.comment, key.name,
           wanted, std::int64_t{key.completed}, to_number(not_before)},
          [](Columns& next) { return next.id<PublicationId>(); }));
  return id.value_or(PublicationId{});
}

Result<std::optional<Publication>> Publications::next(Time now) {
  return database_->one(OXBOW_PUBLICATION_COLUMNS
                        " WHERE due = 1 AND not_before <= ?1 ORDER BY not_before, id LIMIT 1",
                        {to_number(now)}, read_publication);
}

Result<void> Publications::attempt(PublicationId id, Time settled) {
  return database_->write(
      "UPDATE publications SET attempted = 1, told = '', not_before = max(not_before, ?2)"
      " WHERE id = ?1",
      {number(id), to_number(settled)});
}

Result<void> Publications::told(PublicationId id, std::string_view wanted,
                                std::string_view remote_id, Time now, Time not_before) {
  return database_->write(
      "UPDATE publications SET told = ?2, due = wanted <> ?2, remote_id = ?3, attempted = 0,"
      " failures = 0, failure = '', told_at = ?4, not_before = ?5 WHERE id = ?1",
      {number(id), wanted, remote_id, to_number(now), to_number(not_before)});
}

Result<void> Publications::postpone(PublicationId id, std::string_view failure, Time until) {
  return database_->write(
      "UPDATE publications SET failures = failures + 1, failure = ?2,"
      " not_before = max(not_before, ?3) WHERE id = ?1",
      {number(id), failure, to_number(until)});
}

Result<void> Publications::give_up(PublicationId id, std::string_view failure) {
  return database_->write(
      "UPDATE publications SET failures = failures + 1, failure = ?2, given_up = 1,"
      " due = 0 WHERE id = ?1",
      {number(id), failure});
}

Result<void> Publications::forget_checks(RunId run) {
  return database_->write("UPDATE publications SET told = '' WHERE run = ?1 AND kind = 'check'",
                          {number(run)});
}

Result<std::optional<Publication>> Publications::find_check(std::string_view repository,
                                                            std::string_view remote_id) {
  return database_->one(OXBOW_PUBLICATION_COLUMNS
                        " WHERE repository = ?1 AND kind = 'check' AND remote_id = ?2",
                        {repository, remote_id}, read_publication);
}

Result<std::vector<Publication>> Publications::of_run(RunId run) {
  return database_->all(OXBOW_PUBLICATION_COLUMNS " WHERE run = ?1 ORDER BY id",
                        {std::to_underlying(run)}, read_publication);
}

#undef OXBOW_PUBLICATION_COLUMNS

Result<Publications::Counts> Publications::counts() {
  Counts counts;
  auto done = database_->each(
      "SELECT (SELECT count(*) FROM publications WHERE due = 1),"
      " (SELECT count(*) FROM publications WHERE given_up = 1)",
      {}, [&](Columns& next) { counts = {next.count(), next.count()}; });
  if (!done) return std::unexpected(std::move(done.error()));
  return counts;
}

Result<Time> Publications::take_turn(Time now, std::chrono::milliseconds apart) {
  auto turn = database_->one("UPDATE pace SET next = max(next, ?1) + ?2 RETURNING next - ?2",
                             {to_number(now), std::int64_t{apart.count()}},
                             [](Columns& next) { return next.integer(); });
  if (!turn) return std::unexpected(std::move(turn.error()));
  return to_time(turn->value_or(to_number(now)));
}

Result<void> Publications::hold_back(Time time) {
  return database_->write("UPDATE pace SET next = max(next, ?1)", {to_number(time)});
}

}  // namespace oxbow::store
