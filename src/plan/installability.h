#pragma once

#include "opam/package_id.h"
#include "solve/explanation.h"

namespace oxbow::plan {

/// A root that lost, gained or never had a solution, and why there is none in the state that has
/// none.
struct Installability {
  opam::PackageId package;
  solve::Explanation explanation;
};

/// Explains a root that has no solution; what generated guard packages say to each other is only
/// counted.
solve::Explanation explain(const solve::Universe& universe, solve::PackageIndex root,
                           solve::Effort effort);

}  // namespace oxbow::plan
