#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "job/progress.h"
#include "job/repository.h"
#include "opam/target.h"
#include "plan/effective_digests.h"
#include "plan/solved_state.h"
#include "repo/snapshot.h"
#include "repo/stack.h"

namespace oxbow::job {

/// State is a stack of repositories at given trees, its packages loaded, and what of it was
/// compiled and solved for targets so far.
class State {
 public:
  const std::vector<RepositoryTree>& trees() const { return trees_; }
  const repo::Snapshot& snapshot(std::size_t repository) const { return snapshots_[repository]; }
  const repo::Stack& stack() const { return stack_; }

  /// The state for a target, compiled when first asked for; `similar` is another state for that
  /// target to share work with, or null. An error if the compiler is not a package that can be
  /// chosen.
  Result<plan::SolvedState*> target(const opam::Target& target, plan::EffectiveDigests& digests,
                                    const plan::SolvedState* similar = nullptr);

 private:
  friend class StateLoader;

  struct ForTarget {
    opam::Target target;
    std::unique_ptr<plan::SolvedState> solved;
  };

  std::vector<RepositoryTree> trees_;
  std::vector<repo::Snapshot> snapshots_;
  repo::Stack stack_;
  std::vector<ForTarget> targets_;
};

/// StateLoader loads states, and keeps what the next state can share: directories and parsed opam
/// files, and the last few states whole. For one thread at a time.
class StateLoader {
 public:
  explicit StateLoader(Progress& progress) : progress_(&progress) {}

  /// The state of these repositories, the most important first.
  Result<std::shared_ptr<State>> load(const std::vector<RepositoryTree>& trees, repo::Trust trust);

  plan::EffectiveDigests& digests() { return digests_; }
  const repo::Parsed& parsed(const repo::ObjectId& opam_file) const {
    return definitions_.get(opam_file);
  }
  Progress& progress() { return *progress_; }

 private:
  static constexpr std::size_t kept_states = 4;

  Progress* progress_;
  repo::SnapshotReader snapshots_;
  repo::DefinitionCache definitions_;
  plan::EffectiveDigests digests_;
  std::vector<std::shared_ptr<State>> states_;  // the most recently used last
};

}  // namespace oxbow::job
