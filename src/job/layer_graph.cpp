#include "job/layer_graph.h"

#include <algorithm>
#include <cstddef>
#include <unordered_set>

#include "opam/system_packages.h"
#include "repo/snapshot.h"
#include "solve/variables.h"

namespace oxbow::job {

using plan::LayerIndex;
using solve::PackageIndex;

TargetIndex LayerGraph::add_target(const opam::Target& target, const State& state,
                                   const plan::SolvedState& solved,
                                   plan::EffectiveDigests& digests) {
  parts_.push_back({target,
                    &state,
                    &solved,
                    plan::TreeKeys(solved.universe(), digests),
                    &by_key_[target.platform.to_string()],
                    {}});
  return static_cast<TargetIndex>(parts_.size() - 1);
}

const opam::Package& LayerGraph::source(NodeIndex at) const {
  const Node& node = (*this)[at];
  return parts_[index(node.target)].solved->universe().package(node.package);
}

std::pair<NodeIndex, bool> LayerGraph::intern(TargetIndex target, PackageIndex package,
                                              const std::string& key) {
  const Part& part = parts_[index(target)];
  const auto [entry, added] = part.by_key->try_emplace(key, static_cast<NodeIndex>(nodes_.size()));
  if (added) {
    const opam::Package& from = part.solved->universe().package(package);
    nodes_.push_back({target, package, key, {}, {}, false});
    nodes_.back().system = opam::system_packages(
        *from.definition->whole(), solve::BuildVariables(part.target.platform, from.id, false));
  }
  return {entry->second, added};
}

void LayerGraph::join(NodeIndex at, NodeIndex dep) {
  std::vector<NodeIndex>& deps = nodes_[index(at)].deps;
  if (std::ranges::find(deps, dep) == deps.end()) deps.push_back(dep);
}

NodeIndex LayerGraph::add_layer(TargetIndex target, LayerIndex layer) {
  Part& part = parts_[index(target)];
  if (part.of_layer.size() <= plan::index(layer)) {
    part.of_layer.resize(part.solved->layer_count());
  }
  if (const auto known = part.of_layer[plan::index(layer)]) return *known;
  const plan::Layer& from = part.solved->layer(layer);
  const auto [at, added] = intern(target, from.package, from.key);
  part.of_layer[plan::index(layer)] = at;
  if (!added) return at;
  for (const LayerIndex dep : from.deps) join(at, add_layer(target, dep));
  return at;
}

std::optional<NodeIndex> LayerGraph::add_by_tree(TargetIndex target, const plan::SolvedRoot& root) {
  const auto keys = parts_[index(target)].tree_keys.keys_of(*root.solution);
  if (!keys) return std::nullopt;
  const auto& reachable = root.solution->reachable;
  std::optional<NodeIndex> own;
  for (std::size_t i = 0; i < reachable.size(); ++i) {
    const auto [at, added] = intern(target, reachable[i].package, (*keys)[i]);
    if (reachable[i].package == root.root) own = at;
    if (nodes_[index(at)].whole) continue;
    nodes_[index(at)].whole = true;
    for (const PackageIndex dep : reachable[i].deps) {
      join(at, intern(target, dep, (*keys)[*reachable.position(dep)]).first);
    }
  }
  return own;
}

// A build-id counts dependencies by opam's rules and the solver chose them by its own, which know
// a little more of the compiler: what is built upon is both.
std::optional<NodeIndex> LayerGraph::add(TargetIndex target, const plan::SolvedRoot& root) {
  if (kind_ == KeyKind::day10) return add_by_tree(target, root);
  const auto& reachable = root.solution->reachable;
  std::optional<NodeIndex> own;
  for (std::size_t i = 0; i < reachable.size(); ++i) {
    const NodeIndex at = add_layer(target, root.layers[i]);
    if (reachable[i].package == root.root) own = at;
    // The first root says; what another chose beside the build-id is of another solution.
    if (nodes_[index(at)].whole) continue;
    for (const PackageIndex dep : reachable[i].deps) {
      join(at, add_layer(target, root.layers[*reachable.position(dep)]));
    }
  }
  for (const LayerIndex layer : root.layers) nodes_[index(add_layer(target, layer))].whole = true;
  return own;
}

std::vector<NodeIndex> LayerGraph::with_all_below(std::vector<NodeIndex> layers) const {
  std::vector<bool> chosen(nodes_.size());
  std::vector<NodeIndex> all;
  while (!layers.empty()) {
    const NodeIndex at = layers.back();
    layers.pop_back();
    if (chosen[index(at)]) continue;
    chosen[index(at)] = true;
    all.push_back(at);
    layers.insert(layers.end(), (*this)[at].deps.begin(), (*this)[at].deps.end());
  }
  std::ranges::sort(all);
  return all;
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

// A layer and all below it: each before those that it needs.
std::vector<NodeIndex> LayerGraph::from_top(NodeIndex at) const {
  struct Open {
    NodeIndex at{};
    std::size_t next = 0;  // of its dependencies
  };
  std::unordered_set<NodeIndex> seen = {at};
  std::vector<Open> open = {{at}};
  std::vector<NodeIndex> order;
  while (!open.empty()) {
    const auto& deps = (*this)[open.back().at].deps;
    if (open.back().next == deps.size()) {
      order.push_back(open.back().at);
      open.pop_back();
      continue;
    }
    const NodeIndex dep = deps[open.back().next++];
    if (seen.insert(dep).second) open.push_back({dep});
  }
  std::ranges::reverse(order);
  return order;
}

Result<std::vector<layer::RecipeFile>> LayerGraph::files(NodeIndex at) const {
  constexpr std::size_t longest = std::size_t{8} << 20;
  const State& state = *parts_[index((*this)[at].target)].state;
  const opam::PackageId& id = package(at);
  std::vector<layer::RecipeFile> read;
  for (std::size_t i = 0; i < state.trees().size(); ++i) {
    const repo::PackageEntry* const entry = state.snapshot(i).find(id.name, id.version);
    if (entry == nullptr) continue;
    if (!entry->files) return read;
    const repo::TreeSource& source = *state.trees()[i].source;
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

std::expected<layer::Recipe, layer::LayerResult> LayerGraph::recipe(NodeIndex at) const {
  const auto stopped = [](verdict::Outcome outcome, verdict::Trouble trouble, std::string why) {
    layer::LayerResult result;
    result.outcome = outcome;
    result.trouble = trouble;
    result.message = std::move(why);
    return std::unexpected(std::move(result));
  };
  layer::Recipe recipe;
  recipe.platform = target((*this)[at].target).platform.to_string();
  recipe.package = package(at);
  recipe.key = (*this)[at].key;
  for (const NodeIndex next : from_top(at)) {
    if (next != at) recipe.below.push_back({package(next), (*this)[next].key});
    const opam::SystemPackages& system = (*this)[next].system;
    if (!system.refused.empty()) {
      return stopped(verdict::Outcome::failure, verdict::Trouble::none,
                     "depexts of " + package(next).to_string() + " name '" +
                         system.refused.front() + "', which cannot be a system package");
    }
    recipe.system_packages.insert(recipe.system_packages.end(), system.names.begin(),
                                  system.names.end());
  }
  std::ranges::sort(recipe.system_packages);
  const auto twice = std::ranges::unique(recipe.system_packages);
  recipe.system_packages.erase(twice.begin(), twice.end());
  for (const NodeIndex dep : (*this)[at].deps) {
    recipe.deps.push_back({package(dep), (*this)[dep].key});
  }
  std::ranges::sort(recipe.deps, [](const layer::LayerName& x, const layer::LayerName& y) {
    return opam::compare_packages(x.package, y.package) < 0;
  });
  recipe.opam = source(at).definition->source();
  auto read = files(at);
  if (!read) {
    return stopped(verdict::Outcome::internal_error, verdict::Trouble::sandbox,
                   std::move(read.error().message));
  }
  recipe.files = std::move(*read);
  return recipe;
}

}  // namespace oxbow::job
