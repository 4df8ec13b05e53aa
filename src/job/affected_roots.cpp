#include "job/affected_roots.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace oxbow::job {

using solve::PackageIndex;

std::optional<plan::LayerIndex> own_layer(const plan::SolvedRoot& root) {
  if (!root.solution) return std::nullopt;
  const auto own = root.solution->reachable.position(root.root);
  if (!own) return std::nullopt;
  return root.layers[*own];
}

std::vector<AffectedRoot> affected_roots(const PlannedTarget& target, const plan::Cone& cone) {
  const solve::Universe& old_universe = target.before->universe();
  const solve::Universe& new_universe = target.after->universe();
  std::vector<PackageIndex> formers;
  for (const PackageIndex at : target.new_roots) {
    if (const auto former = old_universe.find(new_universe.package(at).id)) {
      formers.push_back(*former);
    }
  }
  target.before->solve(formers);

  std::unordered_set<std::string_view> new_keys;
  for (const plan::ConeLayer& layer : cone.added) new_keys.insert(layer.key);
  std::vector<AffectedRoot> roots;
  for (const PackageIndex at : target.new_roots) {
    AffectedRoot root{new_universe.package(at).id, nullptr, &target.after->root(at)};
    const auto former = old_universe.find(root.package);
    if (former) root.before = &target.before->root(*former);
    const bool was_solved = root.before != nullptr && root.before->solution;
    const auto own = own_layer(*root.after);
    const bool rebuilt = own && new_keys.contains(target.after->layer(*own).key);
    const bool lost = was_solved && !root.after->solution;
    if (rebuilt || lost || (own && !was_solved)) roots.push_back(std::move(root));
  }
  for (const PackageIndex at : target.old_roots) {
    const opam::PackageId& id = old_universe.package(at).id;
    if (!new_universe.find(id)) roots.push_back({id, &target.before->root(at), nullptr});
  }
  std::ranges::sort(roots, [](const AffectedRoot& x, const AffectedRoot& y) {
    return opam::compare_packages(x.package, y.package) < 0;
  });
  return roots;
}

}  // namespace oxbow::job
