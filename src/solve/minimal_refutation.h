#pragma once

#include <functional>
#include <span>
#include <vector>

#include "solve/problem.h"

namespace oxbow::solve {

/// Of exclusions that under `assumptions` have no solution, so many that there still is none, but
/// without any one of these there is; ascending. Those that are `given` may be too many.
/// Precondition: they refute.
std::vector<ExclusionId> minimal_refutation(const Problem& problem,
                                            std::span<const Term> assumptions,
                                            std::vector<ExclusionId> exclusions,
                                            const std::function<bool(ExclusionId)>& given);

}  // namespace oxbow::solve
