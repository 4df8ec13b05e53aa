#pragma once

#include <cstddef>
#include <vector>

#include "opam/package_id.h"
#include "plan/cone.h"

namespace oxbow::report {

/// A list of more reasons than this says less than that there are many.
inline constexpr std::size_t most_origins = 10;

/// RebuiltGroup is the packages that are rebuilt for one reason.
struct RebuiltGroup {
  /// Of `changed` and `chosen`, no packages: they are the group's own. Of `dependency`, the nearest
  /// packages below that are rebuilt for a reason of their own, rather than the direct dependencies
  /// that each layer names; none where they are more than `most_origins`.
  plan::Because because;
  std::vector<opam::PackageId> packages;
};

/// Rebuilt is the distinct packages of a cone by why they are rebuilt, each of them once.
struct Rebuilt {
  /// First what changed directly, then what the solver took up or chose otherwise, then what is
  /// above those; of each, the largest group first.
  std::vector<RebuiltGroup> groups;
  std::size_t generated = 0;  ///< generated packages, which are in no group
};

Rebuilt rebuilt(const plan::Cone& cone);

}  // namespace oxbow::report
