#include "plan/cone.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>

namespace oxbow::plan {
namespace {

using Ids = std::vector<opam::PackageId>;

// The layers that the roots of a state reach, by key and by package.
class Reached {
 public:
  explicit Reached(const RootedState& rooted) : state_(&rooted.state) {
    std::vector<bool> seen(rooted.state.layer_count());
    for (const solve::PackageIndex root : rooted.roots) {
      for (const LayerIndex at : rooted.state.root(root).layers) {
        if (seen[index(at)]) continue;
        seen[index(at)] = true;
        add(rooted.state.layer(at));
      }
    }
  }

  bool holds(std::string_view key) const { return by_key_.contains(key); }
  const auto& all() const { return by_key_; }
  const SolvedState& state() const { return *state_; }

  // The layers of a package, several if it was built on different dependencies.
  std::vector<const Layer*> of(const opam::PackageId& id) const {
    const auto found = by_package_.find(id);
    return found == by_package_.end() ? std::vector<const Layer*>() : found->second;
  }

  Ids deps(const Layer& layer) const {
    Ids ids;
    for (const LayerIndex dep : layer.deps) ids.push_back(state_->package(state_->layer(dep)).id);
    return ids;
  }

 private:
  void add(const Layer& layer) {
    if (!by_key_.emplace(layer.key, &layer).second) return;
    by_package_[state_->package(layer).id].push_back(&layer);
  }

  const SolvedState* state_;
  std::unordered_map<std::string_view, const Layer*> by_key_;
  std::map<opam::PackageId, std::vector<const Layer*>> by_package_;
};

Ids difference(const Ids& from, const Ids& without) {
  Ids rest;
  for (const opam::PackageId& id : from) {
    if (std::ranges::find(without, id) == without.end()) rest.push_back(id);
  }
  return rest;
}

class Comparison {
 public:
  Comparison(const Reached& before, const Reached& after, EffectiveDigests& digests)
      : before_(&before), after_(&after), digests_(&digests) {}

  Because because(const Layer& layer) const {
    const opam::Package& package = after_->state().package(layer);
    if (!has_same_effect(package)) return {Cause::changed, {package.id}, {}};
    const auto former = before_->of(package.id);
    if (former.empty()) return {Cause::chosen, {package.id}, {}};
    const Ids deps = after_->deps(layer);
    const Layer* const nearest = *std::ranges::min_element(former, {}, [&](const Layer* other) {
      const Ids other_deps = before_->deps(*other);
      return difference(deps, other_deps).size() + difference(other_deps, deps).size();
    });
    const Ids former_deps = before_->deps(*nearest);
    return deps == former_deps ? by_dependency(layer) : by_choice(deps, former_deps);
  }

 private:
  bool has_same_effect(const opam::Package& package) const {
    const auto& universe = before_->state().universe();
    const auto former = universe.find(package.id);
    return former && universe.package(*former).definition != nullptr &&
           digests_->of(universe.package(*former)).sha256 == digests_->of(package).sha256;
  }

  Because by_dependency(const Layer& layer) const {
    Because because{Cause::dependency, {}, {}};
    for (const LayerIndex at : layer.deps) {
      const Layer& dep = after_->state().layer(at);
      if (!before_->holds(dep.key)) because.packages.push_back(after_->state().package(dep).id);
    }
    // All of them existed, only not together below this package.
    if (because.packages.empty()) because.packages = after_->deps(layer);
    return because;
  }

  static Because by_choice(const Ids& deps, const Ids& former_deps) {
    Because because{Cause::choice, difference(deps, former_deps), {}};
    Ids gone = difference(former_deps, deps);
    for (const opam::PackageId& now : because.packages) {
      const auto same_name = std::ranges::find(gone, now.name, &opam::PackageId::name);
      if (same_name == gone.end()) {
        because.former.emplace_back();
      } else {
        because.former.emplace_back(*same_name);
        gone.erase(same_name);
      }
    }
    for (const opam::PackageId& id : gone) {
      because.packages.push_back(id);
      because.former.emplace_back(id);
    }
    return because;
  }

  const Reached* before_;
  const Reached* after_;
  EffectiveDigests* digests_;
};

void sort_layers(std::vector<ConeLayer>& layers) {
  std::ranges::sort(layers, [](const ConeLayer& x, const ConeLayer& y) {
    if (x.package == y.package) return x.key < y.key;
    const int order = compare_packages(x.package, y.package);
    return order != 0 ? order < 0 : x.package < y.package;
  });
}

std::vector<ConeLayer> only_in(const Reached& one, const Reached& other) {
  std::vector<ConeLayer> layers;
  for (const auto& [key, layer] : one.all()) {
    if (other.holds(key)) continue;
    layers.push_back(
        {one.state().package(*layer).id, layer->build_id, layer->key, one.deps(*layer), {}, false});
  }
  sort_layers(layers);
  return layers;
}

}  // namespace

std::string_view name(Cause cause) {
  switch (cause) {
    case Cause::changed: return "changed";
    case Cause::dependency: return "dependency";
    case Cause::choice: return "choice";
    case Cause::chosen: return "chosen";
  }
  std::abort();
}

std::size_t Cone::packages_rebuilt() const {
  std::set<opam::PackageId> packages;
  for (const ConeLayer& layer : added) packages.insert(layer.package);
  return packages.size();
}

Cone cone(const RootedState& before, const RootedState& after, EffectiveDigests& digests) {
  const Reached old_layers(before);
  const Reached new_layers(after);
  const Comparison comparison(old_layers, new_layers, digests);
  Cone cone{only_in(new_layers, old_layers), only_in(old_layers, new_layers)};
  for (ConeLayer& layer : cone.added) {
    layer.because = comparison.because(*new_layers.all().at(layer.key));
  }
  return cone;
}

}  // namespace oxbow::plan
