#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "verdict/outcome.h"

namespace oxbow::verdict {

/// The root does not exist on this side of the change.
struct Absent {
  friend bool operator==(const Absent&, const Absent&) = default;
};

/// The root has a solution, and nobody built it: its outcome is not known.
struct NotBuilt {
  friend bool operator==(const NotBuilt&, const NotBuilt&) = default;
};

/// RootOutcome is what is known of a root on one side of a change.
using RootOutcome = std::variant<Absent, NotBuilt, Outcome>;

/// Verdict is a root's outcome on the head against that on the base.
enum class Verdict : std::uint8_t {
  unchanged,
  regressed,      ///< fails, and the base's build of it is known to succeed
  fixed,          ///< succeeds, and failed before
  still_failing,  ///< fails, and failed or had no solution before
  added,          ///< new, and does not fail to build
  added_failing,  ///< new, and fails to build
  removed,
  newly_uninstallable,  ///< has no solution, and had one, whatever its build said
  newly_installable,    ///< builds, and had no solution
  unknown,  ///< infrastructure error on the head; or it fails, and the base's outcome is not known
};

/// As in JSON: "still_failing", "newly_uninstallable".
std::string_view name(Verdict verdict);
std::optional<Verdict> parse_verdict(std::string_view name);

/// What heads a list of roots that have it: "Still failing".
std::string_view title(Verdict verdict);

/// All of them, in the order in which people want to read of them.
inline constexpr std::array verdicts_by_weight = {
    Verdict::regressed,         Verdict::newly_uninstallable,
    Verdict::added_failing,     Verdict::unknown,
    Verdict::still_failing,     Verdict::fixed,
    Verdict::newly_installable, Verdict::added,
    Verdict::removed,           Verdict::unchanged};

/// As JSON has one side: an outcome's name, "absent" or "not_built".
std::string_view name(const RootOutcome& outcome);
std::optional<RootOutcome> parse_root_outcome(std::string_view name);

/// A failure is never blamed on a change unless the base is known to be without it.
Verdict compare(const RootOutcome& base, const RootOutcome& head);

/// Whether the author of the change must hear of it.
constexpr bool is_bad_news(Verdict verdict) {
  return verdict == Verdict::regressed || verdict == Verdict::added_failing ||
         verdict == Verdict::newly_uninstallable;
}

/// Whether somebody has to look at it: the author, or, where it is not known, who runs the builds.
constexpr bool needs_attention(Verdict verdict) {
  return is_bad_news(verdict) || verdict == Verdict::unknown;
}

/// Whether a build says no: of its own, or because of one below it.
constexpr bool is_failure(Outcome outcome) {
  return outcome == Outcome::failure || outcome == Outcome::dependency_failed ||
         outcome == Outcome::timed_out;
}

/// The same of a side that is known.
constexpr bool is_failure(const RootOutcome& root) {
  const auto* const outcome = std::get_if<Outcome>(&root);
  return outcome != nullptr && is_failure(*outcome);
}

/// The outcome of what stands on a layer that has not succeeded: an infrastructure error below says
/// as little about what is above, and must not become a dependency's failure.
constexpr Outcome outcome_above(Outcome below) {
  return is_failure(below) ? Outcome::dependency_failed : below;
}

}  // namespace oxbow::verdict
