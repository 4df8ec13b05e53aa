#pragma once

#include <optional>
#include <vector>

#include "job/plan.h"
#include "plan/cone.h"
#include "plan/solved_state.h"

namespace oxbow::job {

/// AffectedRoot is a root of the head whose outcome the change may have touched, or one of the base
/// that is gone, with what was solved for it on either side; null where the version does not exist.
struct AffectedRoot {
  opam::PackageId package;
  const plan::SolvedRoot* before = nullptr;
  const plan::SolvedRoot* after = nullptr;
};

/// The roots whose own layer is in the cone, those that are new and have a solution, those that
/// gained or lost one, and those that are gone; in opam's order. A version that is a root of the
/// head alone and was there before is solved for in the base, too: it is not a new one.
std::vector<AffectedRoot> affected_roots(const PlannedTarget& target, const plan::Cone& cone);

/// The layer of a root itself. None without a solution, and where another version was chosen for it
/// that is equal in opam's order.
std::optional<plan::LayerIndex> own_layer(const plan::SolvedRoot& root);

}  // namespace oxbow::job
