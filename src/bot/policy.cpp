#include "bot/policy.h"

#include <algorithm>
#include <cctype>

namespace oxbow::bot {

bool is_same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

const TestedRepository* Policy::find(std::string_view repository) const {
  const auto found = std::ranges::find_if(repositories, [&](const TestedRepository& one) {
    return is_same_name(one.name, repository);
  });
  return found == repositories.end() ? nullptr : &*found;
}

}  // namespace oxbow::bot
