#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "store/database.h"
#include "store/runs.h"

namespace oxbow::store {

enum class JobId : std::int64_t {};

/// What is to be done for a run. The analysis is apart from the builds, so that it never waits
/// behind one.
enum class JobKind : std::uint8_t { analyse, build };

std::string_view name(JobKind kind);

struct Job {
  JobId id{};
  JobKind kind = JobKind::analyse;
  RunId run{};
  std::size_t attempts = 0;  ///< how often it was leased, this time counted
};

/// Jobs is the queue: at most one job of each kind for a run. A job is leased to an owner (a text
/// that names a process) until some time; who goes on working renews the lease, and when its time
/// is over another may have the job.
class Jobs {
 public:
  explicit Jobs(Database& database) : database_(&database) {}

  /// Adds a job unless the run has one of this kind. Those of a higher priority come first, then
  /// those that were added first.
  Result<void> add(RunId run, JobKind kind, int priority, Time not_before);

  /// Leases the first job of this kind that nobody has.
  Result<std::optional<Job>> lease(JobKind kind, std::string_view owner, Time now,
                                   std::chrono::milliseconds length);

  /// Whether the job is still the owner's, which it then is until `now + length`. It is not when
  /// the lease ran out and another took it, or the job was removed.
  Result<bool> renew(JobId job, std::string_view owner, Time now, std::chrono::milliseconds length);

  /// Removes a job that is done; nothing happens if it is not the owner's.
  Result<void> finish(JobId job, std::string_view owner);

  /// Has a job done later, by whoever comes.
  Result<void> give_back(JobId job, std::string_view owner, Time not_before);

  /// Takes every job away from the owners for which this is true: processes that have died.
  Result<std::size_t> give_back_of(const std::function<bool(std::string_view owner)>& is_dead);

  /// Removes the jobs of a run, whoever has them.
  Result<void> remove_of(RunId run);

  /// Those waiting and those leased.
  struct Counts {
    std::size_t waiting = 0;
    std::size_t leased = 0;
  };
  Result<Counts> counts(JobKind kind, Time now);

 private:
  Database* database_;
};

}  // namespace oxbow::store
