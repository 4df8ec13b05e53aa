#include "verdict/outcome.h"

#include <array>
#include <utility>

#include "verdict/names.h"

namespace oxbow::verdict {
namespace {

using namespace std::string_view_literals;

constexpr std::array outcomes = {"success"sv,       "failure"sv,   "dependency_failed"sv,
                                 "no_solution"sv,   "timed_out"sv, "cancelled"sv,
                                 "internal_error"sv};
constexpr std::array troubles = {"none"sv, "source_unavailable"sv, "out_of_memory"sv, "disk_full"sv,
                                 "sandbox"sv};

}  // namespace

std::string_view name(Outcome outcome) { return outcomes[std::to_underlying(outcome)]; }
std::string_view name(Trouble trouble) { return troubles[std::to_underlying(trouble)]; }
std::optional<Outcome> parse_outcome(std::string_view name) {
  return find_name<Outcome>(outcomes, name);
}
std::optional<Trouble> parse_trouble(std::string_view name) {
  return find_name<Trouble>(troubles, name);
}

}  // namespace oxbow::verdict
