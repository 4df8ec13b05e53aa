#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "job/plan.h"
#include "opam/target.h"
#include "plan/cone.h"
#include "solve/explanation.h"

namespace oxbow::job {

/// A constraint of an explanation, and whether the change brought it about.
struct JudgedConstraint {
  std::string text;
  bool by_change = false;
};

struct JudgedConstraints {
  std::string name;
  std::vector<JudgedConstraint> constraints;
  std::vector<opam::PackageId> removed;  ///< versions of the name that the change removes
};

/// Explained is the answer for one target to why a package is rebuilt, or why it cannot be.
struct Explained {
  opam::Target target;
  opam::PackageId package;
  bool solved = false;  ///< as a root of its own, in the head
  /// Where it is not solved: why.
  std::vector<JudgedConstraints> refutation;
  /// Where it is rebuilt: the layers from one whose package changed, or whose dependencies were
  /// chosen anew, up to the package. The shortest such way.
  std::vector<plan::ConeLayer> path;
  /// What the change did to the first package of the path, if it touched it.
  std::vector<plan::Change> origin;
};

/// Explains NAME or NAME.VERSION in the head of the request's change, for each target. NAME alone
/// is its newest version that is rebuilt, or else the newest that is available. Errors: what `plan`
/// has, and no such package.
Result<std::vector<Explained>> explain(const PlanRequest& request, std::string_view package,
                                       StateLoader& loader);

}  // namespace oxbow::job
