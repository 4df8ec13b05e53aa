#include "verdict/comparison.h"

#include <array>
#include <cstdlib>
#include <utility>

#include "verdict/names.h"

namespace oxbow::verdict {
namespace {

using namespace std::string_view_literals;

constexpr std::array verdicts = {"unchanged"sv,
                                 "regressed"sv,
                                 "fixed"sv,
                                 "still_failing"sv,
                                 "added"sv,
                                 "added_failing"sv,
                                 "removed"sv,
                                 "newly_uninstallable"sv,
                                 "newly_installable"sv,
                                 "unknown"sv};
constexpr std::array titles = {"Unchanged"sv,
                               "Regressed"sv,
                               "Fixed"sv,
                               "Still failing"sv,
                               "New"sv,
                               "New, and failing to build"sv,
                               "Removed"sv,
                               "No longer installable"sv,
                               "Now installable"sv,
                               "Not known"sv};
constexpr std::string_view absent = "absent";
constexpr std::string_view not_built = "not_built";

// What a comparison tells apart.
enum class Side : std::uint8_t { absent, succeeds, fails, unsolved, unknown };

Side side(const RootOutcome& root) {
  if (std::holds_alternative<Absent>(root)) return Side::absent;
  if (root == RootOutcome(Outcome::success)) return Side::succeeds;
  if (root == RootOutcome(Outcome::no_solution)) return Side::unsolved;
  return is_failure(root) ? Side::fails : Side::unknown;
}

Verdict of_success(Side base) {
  switch (base) {
    case Side::absent: return Verdict::added;
    case Side::fails: return Verdict::fixed;
    case Side::unsolved: return Verdict::newly_installable;
    case Side::succeeds:
    case Side::unknown: return Verdict::unchanged;
  }
  std::abort();
}

Verdict of_failure(Side base) {
  switch (base) {
    case Side::absent: return Verdict::added_failing;
    case Side::succeeds: return Verdict::regressed;
    case Side::fails:
    case Side::unsolved: return Verdict::still_failing;
    case Side::unknown: return Verdict::unknown;
  }
  std::abort();
}

Verdict of_unsolved(Side base) {
  switch (base) {
    case Side::absent: return Verdict::added;
    case Side::unsolved: return Verdict::unchanged;
    case Side::succeeds:
    case Side::fails:
    case Side::unknown: return Verdict::newly_uninstallable;
  }
  std::abort();
}

}  // namespace

std::string_view name(Verdict verdict) { return verdicts[std::to_underlying(verdict)]; }

std::optional<Verdict> parse_verdict(std::string_view name) {
  return find_name<Verdict>(verdicts, name);
}

std::string_view title(Verdict verdict) { return titles[std::to_underlying(verdict)]; }

std::string_view name(const RootOutcome& outcome) {
  if (std::holds_alternative<Absent>(outcome)) return absent;
  const auto* const known = std::get_if<Outcome>(&outcome);
  return known == nullptr ? not_built : name(*known);
}

std::optional<RootOutcome> parse_root_outcome(std::string_view name) {
  if (name == absent) return Absent();
  if (name == not_built) return NotBuilt();
  return parse_outcome(name);
}

Verdict compare(const RootOutcome& base, const RootOutcome& head) {
  switch (side(head)) {
    case Side::absent: return side(base) == Side::absent ? Verdict::unchanged : Verdict::removed;
    case Side::succeeds: return of_success(side(base));
    case Side::fails: return of_failure(side(base));
    case Side::unsolved: return of_unsolved(side(base));
    case Side::unknown: return Verdict::unknown;
  }
  std::abort();
}

}  // namespace oxbow::verdict
