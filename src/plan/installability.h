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

}  // namespace oxbow::plan
