#pragma once

#include <string>
#include <unordered_map>

#include "plan/cone.h"

namespace oxbow::job {

/// How long building what is not cached of a cone will take with so many builds at once, by the
/// seconds that builds of packages took before (cache::BuildTimes); 0 where nothing is known of it.
/// A package that was never built is taken for the median of the others.
double estimated_seconds(const plan::Cone& cone,
                         const std::unordered_map<std::string, double>& recorded, std::size_t jobs);

}  // namespace oxbow::job
