#include "job/estimated_seconds.h"

#include <algorithm>
#include <vector>

namespace oxbow::job {

double estimated_seconds(const plan::Cone& cone,
                         const std::unordered_map<std::string, double>& recorded,
                         std::size_t jobs) {
  std::vector<double> known;
  std::size_t unknown = 0;
  double total = 0;
  for (const plan::ConeLayer& layer : cone.added) {
    if (layer.cached) continue;
    const auto found = recorded.find(layer.package.name);
    if (found == recorded.end()) {
      ++unknown;
    } else {
      known.push_back(found->second);
      total += found->second;
    }
  }
  if (known.empty()) return 0;
  const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
  std::ranges::nth_element(known, middle);
  total += static_cast<double>(unknown) * *middle;
  const double longest = *std::ranges::max_element(known);
  return std::max(longest, total / static_cast<double>(std::max<std::size_t>(1, jobs)));
}

}  // namespace oxbow::job
