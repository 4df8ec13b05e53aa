#pragma once

#include <string>
#include <vector>

#include "opam/package_id.h"
#include "solve/universe.h"

namespace oxbow::solve {

/// One constraint of an explanation: in words, and whose it is.
struct Constraint {
  std::string text;
  opam::PackageId package;
};

/// The constraints on one name that cannot all be met.
struct NamedConstraints {
  std::string name;
  std::vector<Constraint> constraints;
};

/// Explanation is why a root has no solution: constraints that together refute it, by the name
/// that they are on, the nearest to the root first.
using Explanation = std::vector<NamedConstraints>;

/// Explains a root that has no solution. The same universe and root give the same explanation.
Explanation explain(const Universe& universe, PackageIndex root);

}  // namespace oxbow::solve
