#include "verdict/conclusion.h"

#include <array>
#include <utility>

#include "verdict/names.h"

namespace oxbow::verdict {
namespace {

constexpr std::array<std::string_view, 5> conclusions = {"success", "neutral", "action_required",
                                                         "cancelled", "failure"};

}  // namespace

std::string_view name(Conclusion conclusion) { return conclusions[std::to_underlying(conclusion)]; }

std::optional<Conclusion> parse_conclusion(std::string_view name) {
  return find_name<Conclusion>(conclusions, name);
}

}  // namespace oxbow::verdict
