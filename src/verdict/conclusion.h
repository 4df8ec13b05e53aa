#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace oxbow::verdict {

/// Conclusion is what a run, or one of its checks, came to. The gravest is the last.
enum class Conclusion : std::uint8_t {
  success,
  neutral,          ///< nothing was found out about the change
  action_required,  ///< somebody has to say that it may be built
  cancelled,
  failure,
};

/// As GitHub's check runs have it: "action_required".
std::string_view name(Conclusion conclusion);
std::optional<Conclusion> parse_conclusion(std::string_view name);

/// What several checks come to together.
constexpr Conclusion gravest(Conclusion x, Conclusion y) { return std::max(x, y); }

}  // namespace oxbow::verdict
