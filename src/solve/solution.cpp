#include "solve/solution.h"

#include <algorithm>

namespace oxbow::solve {

std::optional<std::size_t> SolutionNodes::position(PackageIndex package) const {
  const auto found = std::ranges::lower_bound(nodes_, package, {}, &Node::package);
  if (found == nodes_.end() || found->package != package) return std::nullopt;
  return static_cast<std::size_t>(found - nodes_.begin());
}

}  // namespace oxbow::solve
