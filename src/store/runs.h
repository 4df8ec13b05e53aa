#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "opam/target.h"
#include "store/database.h"
#include "verdict/comparison.h"
#include "verdict/conclusion.h"
#include "verdict/outcome.h"

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

/// What a run found for one target.
struct RunTarget {
  opam::Target target;
  std::size_t packages = 0;
  std::size_t layers = 0;
  std::size_t cached = 0;
  double estimated_seconds = 0;  ///< of building what is not cached; 0 is not known
  std::optional<verdict::Conclusion> conclusion;  ///< once it is built
};

enum class LayerState : std::uint8_t { waiting, running, done };

std::string_view name(LayerState state);

/// One layer of a run's cone for one target.
struct RunLayer {
  std::size_t target = 0;    ///< position of its target
  std::size_t position = 0;  ///< in the order in which they are built
  std::string package;       ///< "NAME.VERSION"
  std::string key;
  std::string reason;  ///< why it is rebuilt, in a line of plain text
  LayerState state = LayerState::waiting;
  std::optional<verdict::Outcome> outcome;  ///< when done
  bool cached = false;
  double seconds = 0;
  std::string error_line;  ///< the first of its log, of what failed
};

/// One root that the change may have touched.
struct RunRoot {
  std::size_t target = 0;
  std::string package;
  verdict::RootOutcome base;
  verdict::RootOutcome head;
  verdict::Verdict verdict{};
  std::string failed_key;  ///< the layer to blame, if one is
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

/// Runs keeps what was tested and what came of it.
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

  /// Puts a run's targets and layers in place of those it had.
  Result<void> set_plan(RunId run, std::span<const RunTarget> targets,
                        std::span<const RunLayer> layers);
  Result<void> set_target_conclusion(RunId run, std::size_t target, verdict::Conclusion conclusion);
  Result<void> set_layer(RunId run, const RunLayer& layer);
  Result<void> set_roots(RunId run, std::span<const RunRoot> roots);

  Result<std::vector<RunTarget>> targets(RunId run);
  /// At most `count` layers, those after the first `skip`; by target and position.
  Result<std::vector<RunLayer>> layers(RunId run, std::size_t skip, std::size_t count);
  Result<std::optional<RunLayer>> layer(RunId run, std::size_t target, std::string_view key);
  Result<std::vector<RunRoot>> roots(RunId run);

  /// Texts that belong to a run, by name: "plan.json", "comment.md".
  Result<void> set_document(RunId run, std::string_view name, std::string_view text);
  Result<std::optional<std::string>> document(RunId run, std::string_view name);

 private:
  Database* database_;
};

}  // namespace oxbow::store
