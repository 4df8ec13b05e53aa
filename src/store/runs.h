#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "store/database.h"
#include "verdict/conclusion.h"

namespace oxbow::store {

enum class RunId : std::int64_t {};

enum class RunKind : std::uint8_t { pull_request, push, merge_group };

/// analysis_done: the analysis is told, and the builds are held. completed and cancelled are ends.
enum class RunState : std::uint8_t {
  queued,
  analysing,
  analysis_done,
  building,
  completed,
  cancelled,
};

/// How much of the cone is to be built.
enum class RunScope : std::uint8_t { everything, failed_again, packages };

/// Why a run's builds do not begin when its analysis is done.
enum class Hold : std::uint8_t { none, draft, approval, building_off };

std::string_view name(RunKind kind);
std::string_view name(RunState state);
std::string_view name(RunScope scope);
std::string_view name(Hold hold);

/// What a run tests. One run that has not ended is there for a repository, pull request and head.
struct RunSubject {
  std::string repository;  ///< "OWNER/NAME"
  RunKind kind = RunKind::pull_request;
  std::int64_t installation = 0;
  std::int64_t pull = 0;    ///< its number; 0 where there is none
  std::string title;        ///< of the pull request, or the commit's first line
  std::string author;       ///< who opened it, or pushed
  std::string head;         ///< commit
  std::string base;         ///< commit: of a push the state before; empty: the branch's newest
  std::string base_branch;  ///< "main"
};

/// Run is one test of one head.
struct Run {
  RunId id{};
  RunSubject subject;
  RunState state = RunState::queued;
  RunScope scope = RunScope::everything;
  Hold hold = Hold::none;
  std::vector<std::string> packages;  ///< of RunScope::packages, as they were asked for
  std::string cause;                  ///< "pull request opened", "@alice asked: rerun failed"
  std::optional<verdict::Conclusion> conclusion;
  std::string summary;               ///< one line, for lists
  std::string tested_base;           ///< the commits that were taken, once known: the base's,
  std::vector<std::string> lower;    ///< and those of the repositories below
  std::size_t packages_rebuilt = 0;  ///< the largest over the targets, as layers and cached
  std::size_t layers = 0;
  std::size_t cached = 0;
  Time created;
  std::optional<Time> started;
  std::optional<Time> analysed;
  std::optional<Time> finished;
};

/// What the analysis of a run came to.
struct Analysed {
  RunState state = RunState::completed;  ///< in which the run is then
  verdict::Conclusion conclusion = verdict::Conclusion::success;
  std::string summary;
  std::string tested_base;  ///< as of Run, like what follows
  std::vector<std::string> lower;
  std::size_t packages_rebuilt = 0;
  std::size_t layers = 0;
  std::size_t cached = 0;
};

/// Runs keeps what was tested; RunResults what was found.
class Runs {
 public:
  explicit Runs(Database& database) : database_(&database) {}

  /// A new run, unless one that has not ended has this repository, pull request, kind and head:
  /// then that one.
  struct Begun {
    RunId run{};
    bool is_new = false;
  };
  Result<Begun> begin(const RunSubject& subject, RunScope scope, Hold hold,
                      const std::vector<std::string>& packages, std::string_view cause, Time now);

  Result<std::optional<Run>> find(RunId run);

  /// Those of a kind and pull request (0: none) that have not ended, oldest first.
  Result<std::vector<Run>> open_runs(std::string_view repository, RunKind kind, std::int64_t pull);

  /// The newest run for a head, whatever its state.
  Result<std::optional<Run>> newest(std::string_view repository, std::string_view head);
  Result<std::optional<Run>> newest_of_pull(std::string_view repository, std::int64_t pull);

  /// At most `count` runs with an id below `before` (the newest where it is not given), newest
  /// first.
  Result<std::vector<Run>> list(std::optional<RunId> before, std::size_t count);

  /// How many are in each state, in the order of the enumeration.
  Result<std::vector<std::size_t>> counts();

  // What becomes of a run: each writes what it names, and nothing else.

  /// It is being analysed; it started when it first was.
  Result<void> set_analysing(RunId run, Time now);
  Result<void> set_summary(RunId run, std::string_view summary);
  Result<void> set_analysis(RunId run, const Analysed& analysed, Time now);
  Result<void> set_hold(RunId run, Hold hold);
  /// Its builds may begin.
  Result<void> set_building(RunId run, std::string_view cause);
  /// It ends, as completed or cancelled.
  Result<void> end(RunId run, RunState state, verdict::Conclusion conclusion,
                   std::string_view summary, Time now);
  /// It ends with the conclusion and the summary that it has.
  Result<void> end_as_told(RunId run, Time now);
  /// It waits for its analysis again, as if nothing had come of it.
  Result<void> restart(RunId run, RunScope scope, std::string_view cause);

 private:
  Database* database_;
};

}  // namespace oxbow::store
