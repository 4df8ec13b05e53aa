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

Result<std::vector<Explained>> explain(const PlanRequest& given, std::string_view package,
                                       StateLoader& loader) {
  const auto states = load_states(given, loader);
  if (!states) return std::unexpected(states.error());
  std::vector<Explained> all;
  for (const solve::Target& target : given.targets) {
    PlanRequest request = given;
    request.targets = {target};
    TRY_ASSIGN(const auto first, plan(request, loader));
    TRY_ASSIGN(const auto after, states->after->target(target, loader.digests()));
    TRY_ASSIGN(const auto id,
               find_package(after->universe(), first.report.targets.front().cone, package));
    // Once more, with this package as a root; the states are solved already.
    request.also = {id};
    TRY_ASSIGN(auto second, plan(request, loader));
    report::Report& report = second.report;

    Explained explained;
    explained.compiler = report.targets.front().compiler;
    explained.platform = report.targets.front().platform;
    explained.package = id;
    const solve::PackageIndex root = *after->universe().find(id);
    explained.solved = after->root(root).solution.has_value();
    if (!explained.solved) {
      explained.refutation =
          judge(plan::explain(after->universe(), root, solve::Effort::minimal), report.changes);
    }
    explained.path = shortest_path(report.targets.front().cone, id);
    for (plan::Change& change : report.changes) {
      if (!explained.path.empty() && change.package == explained.path.front().package) {
        explained.origin.push_back(std::move(change));
      }
    }
    all.push_back(std::move(explained));
  }
  return all;
}

}  // namespace oxbow::job
