#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "build/layer_spec.h"
#include "plan/outcome.h"

namespace oxbow::build {

/// The position of a step in its graph.
enum class StepIndex : std::uint32_t {};

constexpr std::size_t index(StepIndex step) { return std::to_underlying(step); }

/// Step is one layer to be built.
struct Step {
  LayerSpec spec;
  std::vector<StepIndex> deps;  ///< the steps that must have succeeded before
  double expected = 0;          ///< seconds that it is thought to take, from earlier builds
};

/// StepGraph is what is to be built, one step a layer that the cache has not. It has no cycles, and
/// never changes; what happens to it is told by an array of StepResult.
struct StepGraph {
  std::vector<Step> steps;
  const Step& operator[](StepIndex at) const { return steps[index(at)]; }
};

/// StepResult is what became of a step.
struct StepResult {
  plan::Outcome outcome = plan::Outcome::cancelled;
  plan::Trouble trouble = plan::Trouble::none;
  std::string message;  ///< of an internal error: what was the matter, in a line
  double seconds = 0;   ///< that it took, the waiting left out
  std::uint32_t attempts = 0;
  bool found = false;       ///< another process built it meanwhile
  StepIndex failed_step{};  ///< of dependency_failed: the one that failed itself
};

}  // namespace oxbow::build
