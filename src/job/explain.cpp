#include "job/explain.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "job/roots.h"
#include "opam/version.h"

namespace oxbow::job {
namespace {

// Of the packages of one name the newest; of none, none.
std::optional<opam::PackageId> newest(std::span<const opam::PackageId> packages) {
  const auto older = [](const opam::PackageId& x, const opam::PackageId& y) {
    return opam::compare_versions(x.version, y.version) < 0;
  };
  if (packages.empty()) return std::nullopt;
  return *std::ranges::max_element(packages, older);
}

// The package that a person means: a name alone is the version that is rebuilt, or else the newest
// that is available.
Result<opam::PackageId> find_package(const solve::Universe& universe, const plan::Cone& cone,
                                     std::string_view text) {
  if (const auto id = opam::parse_package_id(text)) {
    if (universe.find(*id)) return *id;
    return fail("there is no package '" + std::string(text) + "' in the head's repositories");
  }
  std::vector<opam::PackageId> rebuilt;
  for (const plan::ConeLayer& layer : cone.added) {
    if (layer.package.name == text) rebuilt.push_back(layer.package);
  }
  std::vector<opam::PackageId> available;
  for (const opam::Package& package : universe.versions(text)) {
    if (universe.is_available(universe.index_of(package))) available.push_back(package.id);
  }
  if (const auto id = newest(rebuilt)) return *id;
  if (const auto id = newest(available)) return *id;
  return fail("there is no available package '" + std::string(text) +
              "' in the head's repositories; write NAME or NAME.VERSION");
}

// The shortest way through the cone from where it begins to a package, that end last.
std::vector<plan::ConeLayer> shortest_path(const plan::Cone& cone, const opam::PackageId& package) {
  std::multimap<opam::PackageId, const plan::ConeLayer*> layers;
  for (const plan::ConeLayer& layer : cone.added) layers.emplace(layer.package, &layer);
  std::map<const plan::ConeLayer*, const plan::ConeLayer*> above;
  std::deque<const plan::ConeLayer*> open;
  const auto visit = [&](const opam::PackageId& id, const plan::ConeLayer* from) {
    const auto [first, last] = layers.equal_range(id);
    for (auto at = first; at != last; ++at) {
      if (above.emplace(at->second, from).second) open.push_back(at->second);
    }
  };
  visit(package, nullptr);
  while (!open.empty()) {
    const plan::ConeLayer* const layer = open.front();
    open.pop_front();
    if (layer->because.cause != plan::Cause::dependency) {
      std::vector<plan::ConeLayer> path;
      for (const plan::ConeLayer* at = layer; at != nullptr; at = above.at(at)) {
        path.push_back(*at);
      }
      return path;
    }
    for (const opam::PackageId& dep : layer->because.packages) visit(dep, layer);
  }
  return {};
}

plan::Cone cone_of(const PlannedTarget& solved, StateLoader& loader) {
  return plan::cone({*solved.before, solved.old_roots}, {*solved.after, solved.new_roots},
                    loader.digests());
}

// Solves both states for one package more; false if it was a root of both already.
bool make_root(const opam::PackageId& id, PlannedTarget& target) {
  const auto make = [&](plan::SolvedState& state, std::vector<solve::PackageIndex>& roots) {
    const auto root = state.universe().find(id);
    if (!root) return false;
    const auto place = std::ranges::lower_bound(roots, *root);
    if (place != roots.end() && *place == *root) return false;
    roots.insert(place, *root);
    state.solve({&*root, 1});
    return true;
  };
  const bool is_new_before = make(*target.before, target.old_roots);
  return make(*target.after, target.new_roots) || is_new_before;
}

std::vector<JudgedConstraints> judge(const solve::Explanation& explanation,
                                     const std::vector<plan::Change>& changes) {
  const auto touched = [&](const opam::PackageId& id) {
    return std::ranges::any_of(changes, [&](const plan::Change& change) {
      return change.kind != plan::ChangeKind::removed && change.package == id;
    });
  };
  std::vector<JudgedConstraints> judged;
  for (const solve::NamedConstraints& named : explanation) {
    JudgedConstraints& group = judged.emplace_back(named.name);
    for (const solve::Constraint& constraint : named.constraints) {
      group.constraints.push_back({constraint.text, touched(constraint.package)});
    }
    for (const plan::Change& change : changes) {
      const bool removed = change.kind == plan::ChangeKind::removed;
      const bool renamed = change.kind == plan::ChangeKind::renamed;
      const opam::PackageId& gone = renamed ? *change.former : change.package;
      if ((removed || renamed) && gone.name == named.name) group.removed.push_back(gone);
    }
  }
  return judged;
}

}  // namespace

Result<std::vector<Explained>> explain(const PlanRequest& request, std::string_view package,
                                       StateLoader& loader) {
  TRY_ASSIGN(const auto change, load_change(request, loader));
  std::vector<Explained> all;
  for (const opam::Target& target : request.targets) {
    TRY_ASSIGN(auto solved, solve_target(request, change, target, loader));
    plan::Cone cone = cone_of(solved, loader);
    const solve::Universe& universe = solved.after->universe();
    TRY_ASSIGN(const auto id, find_package(universe, cone, package));
    if (make_root(id, solved)) cone = cone_of(solved, loader);

    Explained explained;
    explained.target = target;
    explained.package = id;
    const solve::PackageIndex root = *universe.find(id);
    explained.solved = solved.after->root(root).solution.has_value();
    if (!explained.solved) {
      explained.refutation =
          judge(plan::explain(universe, root, solve::Effort::minimal), change.changes.packages);
    }
    explained.path = shortest_path(cone, id);
    for (const plan::Change& each : change.changes.packages) {
      if (!explained.path.empty() && each.package == explained.path.front().package) {
        explained.origin.push_back(each);
      }
    }
    all.push_back(std::move(explained));
  }
  return all;
}

}  // namespace oxbow::job
