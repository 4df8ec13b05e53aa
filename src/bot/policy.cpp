#include "bot/policy.h"

#include <algorithm>

#include "base/ascii.h"

namespace oxbow::bot {

bool is_same_name(std::string_view a, std::string_view b) { return is_same_but_for_case(a, b); }

const TestedRepository* Policy::find(std::string_view repository) const {
  const auto found = std::ranges::find_if(repositories, [&](const TestedRepository& one) {
    return is_same_name(one.name, repository);
  });
  return found == repositories.end() ? nullptr : &*found;
}

}  // namespace oxbow::bot
