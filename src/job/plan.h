#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "job/repository.h"
#include "job/roots.h"
#include "job/state.h"
#include "report/report.h"
#include "solve/target.h"

namespace oxbow::job {

/// PlanRequest is a change to the first of some repositories, and what it is to be planned for.
struct PlanRequest {
  std::string place;  ///< of the first repository, as it is to be called
  RepositoryChange change;
  std::vector<std::string> lower_places;
  std::vector<RepositoryTree> lower;  ///< the repositories below, in order of priority
  std::vector<solve::Target> targets;
  Scope scope = Scope::overlay;
  std::vector<opam::PackageId> also;           ///< packages to be solved for besides
  std::optional<std::filesystem::path> cache;  ///< of layers, to be looked at
};

/// The two states of a change, loaded.
struct PlannedStates {
  std::shared_ptr<State> before;
  std::shared_ptr<State> after;
};

Result<PlannedStates> load_states(const PlanRequest& request, StateLoader& loader);

/// One target of a plan, both of its states solved for their roots.
struct PlannedTarget {
  plan::SolvedState* before = nullptr;
  plan::SolvedState* after = nullptr;
  std::vector<solve::PackageIndex> old_roots;
  std::vector<solve::PackageIndex> new_roots;
};

/// A plan with what it was made from, for who goes on to build it. The targets are beside the
/// report's, and valid as long as the states.
struct Planned {
  report::Report report;
  PlannedStates states;
  std::vector<PlannedTarget> targets;
};

/// The plan of a change that touches no package, which is known without solving anything; none of
/// one that does.
Result<std::optional<report::Report>> plan_untouched(const PlanRequest& request,
                                                     StateLoader& loader);

/// What the change rebuilds and what there is to find in it. Errors: a repository that cannot be
/// read, a compiler that does not exist.
Result<Planned> plan(const PlanRequest& request, StateLoader& loader);

}  // namespace oxbow::job
