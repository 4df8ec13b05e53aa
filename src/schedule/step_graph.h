#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "layer/report.h"

namespace oxbow::schedule {

/// The position of a step in its graph.
enum class StepIndex : std::uint32_t {};

constexpr std::size_t index(StepIndex step) { return std::to_underlying(step); }

/// Step is one layer to be built. Which one, whoever made the graph knows by the step's position.
struct Step {
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
struct StepResult : layer::LayerResult {
  StepResult() = default;
  explicit StepResult(layer::LayerResult made) : layer::LayerResult(std::move(made)) {}

  std::uint32_t attempts = 0;
  StepIndex failed_step{};  ///< of dependency_failed: the one that failed itself
};

}  // namespace oxbow::schedule
