#include "job/layer_graph.h"

#include <algorithm>
#include <cstddef>

#include "opam/system_packages.h"
#include "repo/snapshot.h"
#include "solve/variables.h"

namespace oxbow::job {

using plan::LayerIndex;
using solve::PackageIndex;

std::pair<NodeIndex, bool> LayerGraph::intern(PackageIndex package, const std::string& key) {
  const auto [entry, added] = by_key_.try_emplace(key, static_cast<NodeIndex>(nodes_.size()));
  if (added) {
    const opam::Package& from = solved_->universe().package(package);
    nodes_.push_back({package, key, {}, {}, false});
    nodes_.back().system =
        opam::system_packages(*from.definition, solve::BuildVariables(*platform_, from.id, false));
  }
  return {entry->second, added};
}

void LayerGraph::join(NodeIndex at, NodeIndex dep) {
  std::vector<NodeIndex>& deps = nodes_[index(at)].deps;
  if (std::ranges::find(deps, dep) == deps.end()) deps.push_back(dep);
}

NodeIndex LayerGraph::add_layer(LayerIndex layer) {
  const plan::Layer& from = solved_->layer(layer);
  const auto [at, added] = intern(from.package, from.key);
  if (!added) return at;
  for (const LayerIndex dep : from.deps) join(at, add_layer(dep));
  return at;
}

std::optional<NodeIndex> LayerGraph::add_by_tree(const plan::SolvedRoot& root) {
  const auto keys = tree_keys_.keys_of(*root.solution);
  if (!keys) return std::nullopt;
  const auto& reachable = root.solution->reachable;
  std::optional<NodeIndex> own;
  for (std::size_t i = 0; i < reachable.size(); ++i) {
    const auto [at, added] = intern(reachable[i].package, (*keys)[i]);
    if (reachable[i].package == root.root) own = at;
    if (!added) continue;
    for (const PackageIndex dep : reachable[i].deps) {
      const auto position = root.solution->find(dep) - reachable.data();
      join(at, intern(dep, (*keys)[static_cast<std::size_t>(position)]).first);
    }
  }
  return own;
}

// A build-id counts dependencies by opam's rules and the solver chose them by its own, which know
// a little more of the compiler: what is built upon is both.
std::optional<NodeIndex> LayerGraph::add(const plan::SolvedRoot& root) {
  if (kind_ == KeyKind::day10) return add_by_tree(root);
  const auto& reachable = root.solution->reachable;
  std::optional<NodeIndex> own;
  for (std::size_t i = 0; i < reachable.size(); ++i) {
    const NodeIndex at = add_layer(root.layers[i]);
    if (reachable[i].package == root.root) own = at;
    // The first root says; what another chose beside the build-id is of another solution.
    if (nodes_[index(at)].whole) continue;
    for (const PackageIndex dep : reachable[i].deps) {
      const auto position = root.solution->find(dep) - reachable.data();
      join(at, add_layer(root.layers[static_cast<std::size_t>(position)]));
    }
  }
  for (const LayerIndex layer : root.layers) nodes_[index(add_layer(layer))].whole = true;
  return own;
}

std::vector<NodeIndex> LayerGraph::build_order() const {
  std::vector<std::size_t> missing(nodes_.size());
  std::vector<std::vector<NodeIndex>> dependents(nodes_.size());
  std::vector<NodeIndex> order;
  order.reserve(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    missing[i] = nodes_[i].deps.size();
    const auto at = static_cast<NodeIndex>(i);
    if (missing[i] == 0) order.push_back(at);
    for (const NodeIndex dep : nodes_[i].deps) dependents[index(dep)].push_back(at);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const NodeIndex dependent : dependents[index(order[i])]) {
      if (--missing[index(dependent)] == 0) order.push_back(dependent);
    }
  }
  return order;
}

Result<std::vector<layer::RecipeFile>> LayerGraph::files(const opam::PackageId& package) const {
  constexpr std::size_t longest = std::size_t{8} << 20;
  std::vector<layer::RecipeFile> read;
  for (std::size_t i = 0; i < state_->trees().size(); ++i) {
    const repo::PackageEntry* const entry = state_->snapshot(i).find(package.name, package.version);
    if (entry == nullptr) continue;
    if (!entry->files) return read;
    const repo::TreeSource& source = *state_->trees()[i].source;
    TRY_ASSIGN(const auto found, repo::files(source, *entry->files));
    for (const repo::ExtraFile& file : found) {
      if (file.kind != repo::EntryKind::file) continue;
      TRY_ASSIGN(auto content, source.read(file.id, longest));
      read.push_back({file.path, std::move(content), file.executable});
    }
    return read;
  }
  return read;
}

Result<layer::Recipe> LayerGraph::spec(NodeIndex at, const std::vector<NodeIndex>& order) const {
  std::vector<bool> needed(nodes_.size());
  needed[index(at)] = true;
  layer::Recipe spec;
  spec.platform = platform_->to_string();
  spec.package = package(at);
  spec.key = (*this)[at].key;
  // From its place downwards, every layer comes before those that it needs.
  for (auto next = std::find(order.rbegin(), order.rend(), at); next != order.rend(); ++next) {
    if (!needed[index(*next)]) continue;
    for (const NodeIndex dep : (*this)[*next].deps) needed[index(dep)] = true;
    if (*next != at) spec.below.push_back({package(*next), (*this)[*next].key});
    const opam::SystemPackages& system = (*this)[*next].system;
    if (!system.refused.empty()) {
      return fail("depexts of " + package(*next).to_string() + " name '" + system.refused.front() +
                  "', which can be no package of the system");
    }
    spec.system_packages.insert(spec.system_packages.end(), system.names.begin(),
                                system.names.end());
  }
  std::ranges::sort(spec.system_packages);
  const auto twice = std::ranges::unique(spec.system_packages);
  spec.system_packages.erase(twice.begin(), twice.end());
  for (const NodeIndex dep : (*this)[at].deps) {
    spec.deps.push_back({package(dep), (*this)[dep].key});
  }
  std::ranges::sort(spec.deps, [](const layer::LayerName& x, const layer::LayerName& y) {
    return opam::compare_packages(x.package, y.package) < 0;
  });
  spec.opam = solved_->universe().package((*this)[at].package).definition->source();
  TRY_ASSIGN(auto read, files(spec.package));
  spec.files = std::move(read);
  return spec;
}

}  // namespace oxbow::job
