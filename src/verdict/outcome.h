#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace oxbow::verdict {

/// Outcome is what became of a step, or of a root.
enum class Outcome : std::uint8_t {
  success,
  failure,            ///< the package's own: its build says no
  dependency_failed,  ///< a layer below failed, so this was not tried
  no_solution,
  timed_out,
  cancelled,       ///< not tried: stopped, or left out by a limit
  internal_error,  ///< infrastructure error: says nothing about the package
};

/// Trouble is what an internal error was. The first three may pass when tried again.
enum class Trouble : std::uint8_t {
  none,
  source_unavailable,
  out_of_memory,
  disk_full,
  sandbox,  ///< the step could not be set up, or its result not kept
};

/// As in JSON: "dependency_failed", "source_unavailable".
std::string_view name(Outcome outcome);
std::string_view name(Trouble trouble);
std::optional<Outcome> parse_outcome(std::string_view name);
std::optional<Trouble> parse_trouble(std::string_view name);

/// Whether an outcome says something of the package that will be so the next time, too, and so may
/// be kept as a layer.
constexpr bool is_lasting(Outcome outcome) {
  return outcome == Outcome::success || outcome == Outcome::failure ||
         outcome == Outcome::timed_out;
}

}  // namespace oxbow::verdict
