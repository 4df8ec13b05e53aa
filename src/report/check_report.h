#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "opam/package_id.h"
#include "report/report.h"
#include "verdict/comparison.h"
#include "verdict/outcome.h"

namespace oxbow::report {

/// What became of one layer, built now or found in the cache.
struct BuiltLayer {
  opam::PackageId package;
  std::string key;
  bool in_cone = true;  ///< or a dependency that the cache lacked
  bool cached = false;  ///< its outcome was in the cache: nothing was run
  verdict::Outcome outcome = verdict::Outcome::success;
  verdict::Trouble trouble = verdict::Trouble::none;  ///< of an internal error
  std::string message;  ///< why, in a line, where its log does not say: a limit, a source
  double seconds = 0;   ///< that the build took, now or then; 0 is unknown
  std::size_t attempts = 0;
  std::string failed_key;  ///< of dependency_failed: the layer of the same list that failed itself
  std::string log_tail;    ///< the end of build.log as it is; of what succeeded it may be left out
  std::string reproduce;   ///< of what failed: a command for a shell; empty if there is none
};

/// A root that the change may have touched. A root that stands on a layer with trouble has that
/// layer's outcome, not dependency_failed (verdict::outcome_above).
struct RootCheck {
  opam::PackageId package;
  verdict::RootOutcome base;
  verdict::RootOutcome head;
  std::string failed_key;  ///< where the head fails: the layer that is to blame, its own or below

  verdict::Verdict verdict() const { return verdict::compare(base, head); }
};

/// What was built for one target, and what that says of its roots.
struct TargetCheck {
  std::vector<BuiltLayer> layers;       ///< of the head, in the order in which they are built
  std::vector<BuiltLayer> base_layers;  ///< of the base, those that were built to compare with
  std::vector<RootCheck> roots;         ///< in opam's order; unchanged ones may be left out
};

/// CheckReport is what `oxbow check` says: everything in it has been worked out, a renderer only
/// words it. Its texts come from the repository under test and from what its builds print, and are
/// not to be trusted.
struct CheckReport {
  Report plan;
  std::string cache;                 ///< as it was given
  std::string sandbox;               ///< "runc"
  std::vector<TargetCheck> targets;  ///< beside those of the plan
  double seconds = 0;                ///< that the run took
  bool interrupted = false;
  std::optional<std::size_t> limit;  ///< of steps, if there was one
};

/// Whether the author of the change must hear of anything: a root's verdict, or a root that the
/// plan says can no longer be installed; on any target, or on one.
bool has_bad_news(const CheckReport& report, OnlyTarget only = {});

}  // namespace oxbow::report
