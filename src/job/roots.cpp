#include "job/roots.h"

#include <algorithm>
#include <optional>

#include "opam/version.h"

namespace oxbow::job {

std::vector<solve::PackageIndex> choose_roots(const solve::Universe& universe,
                                              const repo::Stack& stack, Scope scope,
                                              const std::set<opam::PackageId>& touched) {
  using solve::PackageIndex;
  const auto packages = universe.packages();
  std::vector<PackageIndex> roots;
  const auto newer = [&](PackageIndex one, const std::optional<PackageIndex>& than) {
    return !than || opam::compare_versions(universe.package(one).id.version,
                                           universe.package(*than).id.version) > 0;
  };
  for (std::size_t begin = 0; begin < packages.size();) {
    std::optional<PackageIndex> newest;
    std::optional<PackageIndex> newest_own;
    std::size_t at = begin;
    for (; at < packages.size() && packages[at].id.name == packages[begin].id.name; ++at) {
      const PackageIndex package{static_cast<std::uint32_t>(at)};
      if (touched.contains(packages[at].id)) roots.push_back(package);
      if (!universe.is_available(package)) continue;
      if (newer(package, newest)) newest = package;
      if (stack.origins[at].repository == 0 && newer(package, newest_own)) newest_own = package;
    }
    if (newest_own) roots.push_back(*newest_own);
    if (newest && scope == Scope::stack) roots.push_back(*newest);
    begin = at;
  }
  std::ranges::sort(roots);
  const auto [first, last] = std::ranges::unique(roots);
  roots.erase(first, last);
  return roots;
}

}  // namespace oxbow::job
