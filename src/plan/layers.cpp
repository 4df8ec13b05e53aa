#include "plan/layers.h"

#include <algorithm>
#include <string_view>

#include "base/hash.h"
#include "opam/formula.h"
#include "solve/variables.h"

namespace oxbow::plan {
namespace {

using solve::PackageIndex;
using solve::Value;
using solve::ValueSet;
using solve::Var;

// The comparisons of a constraint, each on its own: opam counts a package as a dependency where
// any of them holds.
void collect_comparisons(const opam::VersionFormula& constraint,
                         std::vector<const opam::VersionFormula*>& into) {
  if (constraint.kind == opam::VersionFormula::Kind::compare) into.push_back(&constraint);
  for (const opam::VersionFormula& operand : constraint.operands) {
    collect_comparisons(operand, into);
  }
}

ValueSet allowed_values(const solve::Universe& universe, Var name,
                        const opam::VersionFormula& constraint) {
  const auto candidates = universe.candidates(name);
  std::vector<const opam::VersionFormula*> comparisons;
  collect_comparisons(constraint, comparisons);
  ValueSet allowed(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::string& version = universe.package(candidates[i]).id.version;
    const bool any = std::ranges::any_of(comparisons, [&](const opam::VersionFormula* comparison) {
      return satisfies(version, *comparison);
    });
    if (any || comparisons.empty()) allowed.insert(Value{static_cast<std::uint32_t>(i)});
  }
  return allowed;
}

void collect_atoms(const opam::PackageFormula& formula,
                   std::vector<const opam::PackageFormula*>& into) {
  if (formula.kind == opam::PackageFormula::Kind::atom) into.push_back(&formula);
  for (const opam::PackageFormula& operand : formula.operands) collect_atoms(operand, into);
}

std::vector<std::uint32_t> memo_key(PackageIndex package, const std::vector<LayerIndex>& deps) {
  std::vector<std::uint32_t> key = {static_cast<std::uint32_t>(index(package))};
  for (const LayerIndex dep : deps) key.push_back(static_cast<std::uint32_t>(index(dep)));
  return key;
}

}  // namespace

std::size_t LayerTable::Hash::operator()(const std::vector<std::uint32_t>& key) const {
  std::size_t hash = 0;
  for (const std::uint32_t part : key) hash = (hash ^ part) * 0x9E37'79B9'7F4A'7C15U;
  return hash ^ (hash >> 32U);
}

LayerTable::LayerTable(const solve::Universe& universe, EffectiveDigests& digests)
    : universe_(&universe),
      digests_(&digests),
      atoms_(universe.packages().size()),
      states_(universe.packages().size()),
      installed_(universe.problem().variables()) {}

std::vector<LayerIndex> LayerTable::layers_of(const solve::Solution& solution) {
  ++now_;
  for (const PackageIndex package : solution.chosen) {
    const auto [name, value] = universe_->place(package);
    installed_[index(name)] = {now_, value};
  }
  std::vector<LayerIndex> layers;
  layers.reserve(solution.reachable.size());
  for (const solve::SolutionNode& node : solution.reachable) {
    layers.push_back(resolve(node.package));
  }
  return layers;
}

const std::vector<LayerTable::Atom>& LayerTable::atoms(PackageIndex at) {
  auto& known = atoms_[index(at)];
  if (known == nullptr) {
    const opam::Package& package = universe_->package(at);
    const opam::Definition& definition = *package.definition;
    const bool development = definition.url() && definition.url()->is_development();
    const solve::BuildVariables variables(universe_->target().platform, package.id, development);
    auto made = std::make_unique<std::vector<Atom>>();
    for (const auto& [field, op] : {std::pair(opam::Field::depends, opam::Op::conj),
                                    std::pair(opam::Field::depopts, opam::Op::disj)}) {
      const auto formula = evaluate_formula(definition.field(field), op, variables);
      std::vector<const opam::PackageFormula*> found;
      collect_atoms(formula, found);
      for (const opam::PackageFormula* const atom : found) {
        const auto name = universe_->variable(atom->name);
        if (!name || universe_->candidates(*name).empty()) continue;
        made->push_back({*name, allowed_values(*universe_, *name, atom->constraint)});
      }
    }
    known = std::move(made);
  }
  return *known;
}

std::vector<PackageIndex> LayerTable::installed_deps(PackageIndex package) {
  std::vector<PackageIndex> deps;
  for (const Atom& atom : atoms(package)) {
    const Installed& installed = installed_[index(atom.name)];
    if (installed.stamp == now_ && atom.allowed.contains(installed.value)) {
      deps.push_back(universe_->candidate(atom.name, installed.value));
    }
  }
  std::ranges::sort(deps);
  const auto [first, last] = std::ranges::unique(deps);
  deps.erase(first, last);
  return deps;
}

// Depth-first with a stack of our own: a repository may hold a chain of any length.
LayerIndex LayerTable::resolve(PackageIndex root) {
  struct Frame {
    PackageIndex package;
    std::vector<PackageIndex> deps;
    std::size_t next = 0;
    std::vector<LayerIndex> layers;
    bool cyclic = false;
  };
  if (states_[index(root)].stamp == now_) return states_[index(root)].layer;
  std::vector<Frame> stack;
  const auto enter = [&](PackageIndex package) {
    states_[index(package)] = {now_, Progress::open, {}};
    stack.push_back({package, installed_deps(package), 0, {}, false});
  };
  enter(root);
  while (true) {
    Frame& frame = stack.back();
    if (frame.next < frame.deps.size()) {
      const PackageIndex dep = frame.deps[frame.next];
      const State& state = states_[index(dep)];
      if (state.stamp != now_) {
        enter(dep);
        continue;
      }
      ++frame.next;
      if (state.progress == Progress::done) {
        frame.layers.push_back(state.layer);
      } else {
        frame.cyclic = true;
      }
      continue;
    }
    const LayerIndex made = intern(frame.package, std::move(frame.layers), frame.cyclic);
    states_[index(frame.package)] = {now_, Progress::done, made};
    stack.pop_back();
    if (stack.empty()) return made;
  }
}

LayerIndex LayerTable::intern(PackageIndex package, std::vector<LayerIndex> deps, bool cyclic) {
  return add({package, std::move(deps), std::nullopt, {}, cyclic});
}

// The layer's place; one that is new is named unless it has its name already.
LayerIndex LayerTable::add(Layer layer) {
  auto key = memo_key(layer.package, layer.deps);
  if (layer.cyclic) key.push_back(static_cast<std::uint32_t>(-1));
  const auto [entry, added] =
      known_.try_emplace(std::move(key), LayerIndex{static_cast<std::uint32_t>(layers_.size())});
  if (added) {
    if (layer.key.empty()) name_layer(layer);
    layers_.push_back(std::move(layer));
  }
  return entry->second;
}

void LayerTable::name_layer(Layer& layer) const {
  const opam::Package& package = universe_->package(layer.package);
  const auto& url = package.definition->url();
  const std::string& effective = digests_->of(package).sha256;
  bool defined = !layer.cyclic && !(url && url->checksums.empty());
  for (const LayerIndex dep : layer.deps) defined = defined && layers_[index(dep)].build_id;
  std::string hashed = defined ? effective : "oxbow-key-1 " + effective;
  for (auto dep = layer.deps.rbegin(); dep != layer.deps.rend(); ++dep) {
    hashed += " " + layers_[index(*dep)].key;
  }
  layer.key = sha256_hex(hashed);
  if (defined) layer.build_id = layer.key;
}

std::vector<LayerIndex> LayerTable::merge(const LayerTable& other) {
  std::vector<LayerIndex> places;
  places.reserve(other.size());
  for (const Layer& layer : other.layers_) {  // dependencies come first
    Layer renumbered = layer;
    for (LayerIndex& dep : renumbered.deps) dep = places[index(dep)];
    places.push_back(add(std::move(renumbered)));
  }
  return places;
}

}  // namespace oxbow::plan
