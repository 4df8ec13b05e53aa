#include <algorithm>
#include <string_view>

#include "base/hash.h"
#include "plan/layers.h"

namespace oxbow::plan {

using solve::PackageIndex;

// Rounds of packages all of whose dependencies are done. The rounds are few, and a round without
// any is a cycle.
std::optional<std::vector<std::string>> TreeKeys::keys_of(const solve::Solution& solution) {
  const auto& nodes = solution.reachable;
  const auto position = [&](PackageIndex package) { return *nodes.position(package); };
  std::vector<std::size_t> missing(nodes.size());
  std::vector<std::vector<std::size_t>> dependents(nodes.size());
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    missing[i] = nodes[i].deps.size();
    if (missing[i] == 0) ready.push_back(i);
    for (const PackageIndex dep : nodes[i].deps) dependents[position(dep)].push_back(i);
  }
  std::vector<std::uint32_t> interned(nodes.size());
  std::size_t done = 0;
  while (!ready.empty()) {
    const std::size_t at = ready.back();
    ready.pop_back();
    ++done;
    std::vector<std::uint32_t> deps;
    for (const PackageIndex dep : nodes[at].deps) deps.push_back(interned[position(dep)]);
    interned[at] = intern(nodes[at].package, std::move(deps));
    for (const std::size_t dependent : dependents[at]) {
      if (--missing[dependent] == 0) ready.push_back(dependent);
    }
  }
  if (done != nodes.size()) return std::nullopt;
  std::vector<std::string> keys;
  keys.reserve(nodes.size());
  for (const std::uint32_t node : interned) keys.push_back(nodes_[node].key);
  return keys;
}

std::uint32_t TreeKeys::intern(PackageIndex package, std::vector<std::uint32_t> deps) {
  const auto self = static_cast<std::uint32_t>(index(package));
  std::string memo(reinterpret_cast<const char*>(&self), sizeof self);
  memo.append(reinterpret_cast<const char*>(deps.data()), deps.size() * sizeof(std::uint32_t));
  const auto [entry, added] =
      known_.try_emplace(std::move(memo), static_cast<std::uint32_t>(nodes_.size()));
  if (added) {
    Node node{package, 0, std::move(deps), {}};
    for (const std::uint32_t dep : node.deps) {
      node.level = std::max(node.level, nodes_[dep].level + 1);
    }
    node.key = key_of(node);
    nodes_.push_back(std::move(node));
  }
  return entry->second;
}

std::string TreeKeys::key_of(const Node& node) const {
  std::vector<std::uint32_t> closure;
  std::vector<std::uint32_t> open = node.deps;
  std::vector<bool> seen(nodes_.size());
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    if (seen[at]) continue;
    seen[at] = true;
    closure.push_back(at);
    open.insert(open.end(), nodes_[at].deps.begin(), nodes_[at].deps.end());
  }
  // day10 sorts in rounds of what has no dependencies left, by opam's order within a round, and
  // then turns the whole around.
  std::ranges::sort(closure, [&](std::uint32_t x, std::uint32_t y) {
    if (nodes_[x].level != nodes_[y].level) return nodes_[x].level > nodes_[y].level;
    return nodes_[x].package > nodes_[y].package;
  });
  std::string hashed = "md5=" + digests_->of(universe_->package(node.package)).md5;
  for (const std::uint32_t at : closure) {
    hashed += " md5=" + digests_->of(universe_->package(nodes_[at].package)).md5;
  }
  return md5_hex(hashed);
}

}  // namespace oxbow::plan
