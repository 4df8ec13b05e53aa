#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "opam/target.h"
#include "plan/change.h"
#include "plan/cone.h"
#include "plan/finding.h"
#include "plan/installability.h"

namespace oxbow::report {

/// A repository of the stack: as it was given, and the commit it was read at (empty for a plain
/// directory).
struct Repository {
  std::string path;
  std::string commit;
};

/// How many roots of the head have a solution, and how many have not.
struct RootCounts {
  std::size_t solved = 0;
  std::size_t unsolved = 0;
};

/// What the change means for one target.
struct TargetReport {
  opam::Target target;
  std::optional<RootCounts> roots;  ///< none where nothing was solved
  std::vector<plan::Installability> newly_uninstallable;
  std::vector<plan::Installability> newly_installable;
  std::vector<plan::Installability> added_uninstallable;  ///< new roots that have no solution
  plan::Cone cone;
};

/// Report is what `oxbow plan` says: everything in it has been worked out, a renderer only words
/// it. Its texts come from the repository under test and are not to be trusted.
struct Report {
  std::vector<Repository> repositories;  ///< the first is the one under test
  std::string base;                      ///< its commit before
  std::string head;                      ///< the commit under test
  std::vector<plan::Change> changes;
  std::size_t other_paths = 0;  ///< changed files outside packages/
  std::vector<plan::Finding> findings;
  std::vector<TargetReport> targets;
  bool cache_known = false;  ///< whether a cache was looked at
};

/// Which of a report's targets are worded: all of them, or the one at this position.
using OnlyTarget = std::optional<std::size_t>;

/// Those of a list that stands beside the report's targets.
template <typename OfTarget>
std::span<const OfTarget> of_targets(const std::vector<OfTarget>& all, OnlyTarget only) {
  return only ? std::span(all).subspan(*only, 1) : std::span(all);
}

}  // namespace oxbow::report
