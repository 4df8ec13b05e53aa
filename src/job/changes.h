#pragma once

#include <set>
#include <vector>

#include "base/error.h"
#include "job/state.h"
#include "plan/change.h"
#include "plan/finding.h"
#include "repo/difference.h"

namespace oxbow::job {

/// What a change does to the packages of the first repository.
struct Changes {
  std::vector<plan::Change> packages;
  std::vector<plan::Finding> findings;
  std::set<opam::PackageId> touched;  ///< the versions changed, on either side
  std::size_t other_paths = 0;
};

/// Compares two states' first repositories, and checks every package that the change touched.
Result<Changes> find_changes(const State& before, const State& after, StateLoader& loader);

}  // namespace oxbow::job
