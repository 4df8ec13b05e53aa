#include "plan/layers.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/hash.h"

namespace oxbow::plan {
namespace {

using solve::PackageIndex;

std::size_t hash_of(const Layer& layer) {
  constexpr std::size_t factor = 0x9E37'79B9'7F4A'7C15U;
  std::size_t hash = (2 * index(layer.package) + (layer.cyclic ? 1 : 0)) * factor;
  for (const LayerIndex dep : layer.deps) hash = (hash ^ (hash >> 32U) ^ index(dep)) * factor;
  return hash ^ (hash >> 32U);
}

}  // namespace

LayerTable::LayerTable(const solve::Universe& universe, BuildDependencies& dependencies,
                       EffectiveDigests& digests)
    : universe_(&universe),
      dependencies_(&dependencies),
      digests_(&digests),
      states_(universe.packages().size()),
      installed_(universe.problem().variables()) {}

LayerTable::LayerTable(const LayerTable& below, std::size_t first)
    : LayerTable(*below.universe_, *below.dependencies_, *below.digests_) {
  below_ = &below;
  first_ = first;
}

std::vector<LayerIndex> LayerTable::layers_of(const solve::Solution& solution) {
  ++now_;
  for (const PackageIndex package : solution.chosen) {
    const auto [name, value] = universe_->place(package);
    installed_[index(name)] = {now_, value};
  }
  std::vector<LayerIndex> layers;
  layers.reserve(solution.reachable.size());
  for (const solve::SolutionNode node : solution.reachable) layers.push_back(resolve(node.package));
  return layers;
}

void LayerTable::enter(PackageIndex package) {
  states_[index(package)] = {now_, Progress::open, {}};
  frames_.push_back({package, open_deps_.size(), open_deps_.size()});
  // In the order of names, which is that of packages.
  for (const BuildDependency& dependency : dependencies_->of(package)) {
    const Installed& installed = installed_[index(dependency.name)];
    if (installed.stamp == now_ && dependency.allowed.contains(installed.value)) {
      open_deps_.push_back(universe_->candidate(dependency.name, installed.value));
    }
  }
}

// Makes the layer of the innermost open package, of whose deps those that are open lead back to it.
LayerIndex LayerTable::leave() {
  const Frame frame = frames_.back();
  scratch_.package = frame.package;
  scratch_.deps.clear();
  scratch_.cyclic = false;
  for (std::size_t i = frame.begin; i < open_deps_.size(); ++i) {
    const State& state = states_[index(open_deps_[i])];
    if (state.progress == Progress::done) {
      scratch_.deps.push_back(state.layer);
    } else {
      scratch_.cyclic = true;
    }
  }
  frames_.pop_back();
  open_deps_.resize(frame.begin);
  const std::size_t hash = hash_of(scratch_);
  const auto known = find(scratch_, hash);
  const LayerIndex made = known ? *known : add(Layer(scratch_), hash);
  states_[index(frame.package)] = {now_, Progress::done, made};
  return made;
}

// Depth-first with a stack of our own: a repository may hold a chain of any length.
LayerIndex LayerTable::resolve(PackageIndex root) {
  if (states_[index(root)].stamp == now_) return states_[index(root)].layer;
  enter(root);
  for (;;) {
    Frame& frame = frames_.back();
    if (frame.next == open_deps_.size()) {
      const LayerIndex made = leave();
      if (frames_.empty()) return made;
      continue;
    }
    const PackageIndex dep = open_deps_[frame.next++];
    if (states_[index(dep)].stamp != now_) enter(dep);
  }
}

std::optional<LayerIndex> LayerTable::find(const Layer& wanted, std::size_t hash) const {
  if (below_ != nullptr) {
    if (const auto found = below_->find(wanted, hash)) return found;
  }
  const auto [first, last] = known_.equal_range(hash);
  for (auto at = first; at != last; ++at) {
    const Layer& layer = this->layer(at->second);
    if (layer.package == wanted.package && layer.cyclic == wanted.cyclic &&
        layer.deps == wanted.deps) {
      return at->second;
    }
  }
  return std::nullopt;
}

// A layer that is not known yet; it is named unless it has its name already.
LayerIndex LayerTable::add(Layer&& layer, std::size_t hash) {
  const LayerIndex at{static_cast<std::uint32_t>(size())};
  if (layer.key.empty()) name_layer(layer);
  layers_.push_back(std::move(layer));
  known_.emplace(hash, at);
  return at;
}

void LayerTable::name_layer(Layer& layer) const {
  const opam::Package& package = universe_->package(layer.package);
  const std::string& effective = digests_->of(package).sha256;
  bool defined = !layer.cyclic && !package.definition->lacks_checksum();
  for (const LayerIndex dep : layer.deps) defined = defined && this->layer(dep).build_id;
  std::string hashed = defined ? effective : "oxbow-key-1 " + effective;
  for (auto dep = layer.deps.rbegin(); dep != layer.deps.rend(); ++dep) {
    hashed += " " + this->layer(*dep).key;
  }
  layer.key = sha256_hex(hashed);
  if (defined) layer.build_id = layer.key;
}

std::vector<LayerIndex> LayerTable::merge(LayerTable&& upper) {
  std::vector<LayerIndex> places;
  places.reserve(upper.size());
  for (std::size_t i = 0; i < upper.first_; ++i) {
    places.push_back(LayerIndex{static_cast<std::uint32_t>(i)});
  }
  for (Layer& layer : upper.layers_) {  // dependencies come first
    for (LayerIndex& dep : layer.deps) dep = places[index(dep)];
    const std::size_t hash = hash_of(layer);
    const auto known = find(layer, hash);
    places.push_back(known ? *known : add(std::move(layer), hash));
  }
  return places;
}

std::vector<std::optional<LayerIndex>> LayerTable::adopt(
    const LayerTable& other, const solve::Correspondence& correspondence) {
  std::vector<std::optional<LayerIndex>> places(other.size());
  for (std::size_t i = 0; i < other.size(); ++i) {  // dependencies come first
    const Layer& layer = other.layer(LayerIndex{static_cast<std::uint32_t>(i)});
    const auto package = correspondence.find(layer.package);
    const auto is_known = [&](LayerIndex dep) { return places[index(dep)].has_value(); };
    if (!package || !std::ranges::all_of(layer.deps, is_known)) continue;
    Layer same = layer;
    same.package = *package;
    for (LayerIndex& dep : same.deps) dep = *places[index(dep)];
    const std::size_t hash = hash_of(same);
    const auto known = find(same, hash);
    places[i] = known ? *known : add(std::move(same), hash);
  }
  return places;
}

}  // namespace oxbow::plan
