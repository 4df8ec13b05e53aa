#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/check_report.h"

namespace oxbow::report {

/// A layer that failed itself, and the roots that fail because of it, its own package left out.
struct Failure {
  const BuiltLayer* layer;  ///< null if the target's layers do not have it
  std::vector<opam::PackageId> dependents;
};

/// Failures whose logs say the same.
struct FailureGroup {
  std::string error;  ///< the first error line of the first of them; empty if the log has none
  std::vector<Failure> failures;

  std::size_t dependents() const;
};

/// Why a layer failed, in a line: what the step says of it or, where it says nothing, the first
/// line of the log that does. Empty if neither does, or it is not a failure: the last lines of a
/// build that was ended say nothing.
std::string reason(const BuiltLayer& layer);

/// What is to blame for the roots of a target that fail on the head and have this verdict, each
/// layer once: the groups that take most with them first. They point into `target`.
std::vector<FailureGroup> failure_groups(const TargetCheck& target, verdict::Verdict verdict);

}  // namespace oxbow::report
