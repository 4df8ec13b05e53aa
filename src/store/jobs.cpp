#include "store/jobs.h"

#include <algorithm>
#include <vector>

#include "store/names.h"

namespace oxbow::store {

Result<void> Jobs::add(RunId run, JobKind kind, int priority, Time not_before) {
  return database_->write(
      "INSERT INTO jobs (run, kind, priority, not_before) VALUES (?1, ?2, ?3, ?4)"
      " ON CONFLICT (run, kind) DO NOTHING",
      {number(run), name(kind), std::int64_t{priority}, to_number(not_before)});
}

Result<std::optional<Job>> Jobs::lease(JobKind kind, std::string_view owner, Time now,
                                       std::chrono::milliseconds length) {
  return database_->one(
      "UPDATE jobs SET owner = ?2, leased_until = ?4, attempts = attempts + 1 WHERE id = ("
      " SELECT id FROM jobs WHERE kind = ?1 AND not_before <= ?3 AND leased_until <= ?3"
      " ORDER BY priority DESC, id LIMIT 1) RETURNING id, kind, run, attempts",
      {name(kind), owner, to_number(now), to_number(now + length)}, [](Columns& next) {
        return Job{next.id<JobId>(), next.parsed(parse<JobKind>), next.id<RunId>(), next.count()};
      });
}

Result<bool> Jobs::renew(JobId job, std::string_view owner, Time now,
                         std::chrono::milliseconds length) {
  const auto changed =
      database_->run("UPDATE jobs SET leased_until = ?3 WHERE id = ?1 AND owner = ?2",
                     {number(job), owner, to_number(now + length)});
  if (!changed) return std::unexpected(changed.error());
  return *changed > 0;
}

Result<void> Jobs::finish(JobId job, std::string_view owner) {
  return database_->write("DELETE FROM jobs WHERE id = ?1 AND owner = ?2", {number(job), owner});
}

Result<void> Jobs::give_back(JobId job, std::string_view owner, Time not_before) {
  return database_->write(
      "UPDATE jobs SET owner = '', leased_until = 0, not_before = ?3"
      " WHERE id = ?1 AND owner = ?2",
      {number(job), owner, to_number(not_before)});
}

Result<std::size_t> Jobs::give_back_of(const std::function<bool(std::string_view)>& is_dead) {
  auto owners = database_->all("SELECT DISTINCT owner FROM jobs WHERE owner <> ''", {},
                               [](Columns& next) { return next.text(); });
  if (!owners) return std::unexpected(std::move(owners.error()));
  std::size_t given_back = 0;
  for (const std::string& owner : *owners) {
    if (!is_dead(owner)) continue;
    const auto changed =
        database_->run("UPDATE jobs SET owner = '', leased_until = 0 WHERE owner = ?1", {owner});
    if (!changed) return changed;
    given_back += *changed;
  }
  return given_back;
}

Result<void> Jobs::remove_of(RunId run) {
  return database_->write("DELETE FROM jobs WHERE run = ?1", {number(run)});
}

Result<Jobs::Counts> Jobs::counts(JobKind kind, Time now) {
  Counts counts;
  auto done =
      database_->each("SELECT leased_until > ?2, count(*) FROM jobs WHERE kind = ?1 GROUP BY 1",
                      {name(kind), to_number(now)}, [&](Columns& next) {
                        std::size_t& jobs = next.flag() ? counts.leased : counts.waiting;
                        jobs = next.count();
                      });
  if (!done) return std::unexpected(std::move(done.error()));
  return counts;
}

}  // namespace oxbow::store
