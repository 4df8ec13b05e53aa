#include "verdict/outcome.h"

#include <array>
#include <utility>

namespace oxbow::verdict {
namespace {

using namespace std::string_view_literals;

constexpr std::array outcomes = {"success"sv,       "failure"sv,   "dependency_failed"sv,
                                 "no_solution"sv,   "timed_out"sv, "cancelled"sv,
                                 "internal_error"sv};
constexpr std::array troubles = {"none"sv, "source_unavailable"sv, "out_of_memory"sv, "disk_full"sv,
                                 "sandbox"sv};

template <typename T, std::size_t size>
std::optional<T> find(const std::array<std::string_view, size>& names, std::string_view name) {
  for (std::size_t i = 0; i < size; ++i) {
    if (names[i] == name) return static_cast<T>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(Outcome outcome) { return outcomes[std::to_underlying(outcome)]; }
std::string_view name(Trouble trouble) { return troubles[std::to_underlying(trouble)]; }
std::optional<Outcome> parse_outcome(std::string_view name) {
  return find<Outcome>(outcomes, name);
}
std::optional<Trouble> parse_trouble(std::string_view name) {
  return find<Trouble>(troubles, name);
}

}  // namespace oxbow::verdict
