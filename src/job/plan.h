#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "job/changes.h"
#include "job/repository.h"
#include "job/roots.h"
#include "job/state.h"
#include "opam/target.h"
#include "report/report.h"

namespace oxbow::job {

/// PlanRequest is a change to the first of some repositories, and what it is to be planned for.
struct PlanRequest {
  std::string place;  ///< of the first repository, as it is to be called
  RepositoryChange change;
  std::vector<std::string> lower_places;
  std::vector<RepositoryTree> lower;  ///< the repositories below, in order of priority
  std::vector<opam::Target> targets;
  Scope scope = Scope::overlay;
  std::vector<opam::PackageId> also;           ///< packages to be solved for besides
  std::optional<std::filesystem::path> cache;  ///< of layers, to be looked at
};

struct PlannedStates {
  std::shared_ptr<State> before;
  std::shared_ptr<State> after;
};

/// A change with both of its states loaded, and what it does to the packages.
struct LoadedChange {
  PlannedStates states;
  Changes changes;
};

/// Loads the change of a request. Errors: a repository that cannot be read.
Result<LoadedChange> load_change(const PlanRequest& request, StateLoader& loader);

/// One target of a plan, both of its states solved for their roots.
struct PlannedTarget {
  plan::SolvedState* before = nullptr;
  plan::SolvedState* after = nullptr;
  std::vector<solve::PackageIndex> old_roots;
  std::vector<solve::PackageIndex> new_roots;
};

/// Solves both states for a target: for the roots of the request's scope, what the change touched,
/// and what the request has besides. Errors: a compiler that does not exist.
Result<PlannedTarget> solve_target(const PlanRequest& request, const LoadedChange& change,
                                   const opam::Target& target, StateLoader& loader);

/// A plan with what it was made from, for who goes on to build it. The targets are beside the
/// report's, and valid as long as the states; there are none where nothing had to be solved.
struct Planned {
  report::Report report;
  PlannedStates states;
  std::vector<PlannedTarget> targets;
};

/// What the change rebuilds and what there is to find in it. A change that touches no package
/// rebuilds nothing, and unless the request has packages besides, nothing is solved for it. Errors:
/// as above.
Result<Planned> plan(const PlanRequest& request, LoadedChange change, StateLoader& loader);

/// The same of a change that is not loaded yet.
Result<Planned> plan(const PlanRequest& request, StateLoader& loader);

}  // namespace oxbow::job
