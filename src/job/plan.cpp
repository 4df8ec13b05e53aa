#include "job/plan.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <span>
#include <utility>

#include "cache/store.h"
#include "job/changes.h"
#include "plan/cone.h"

namespace oxbow::job {
namespace {

report::TargetReport named(const opam::Target& target) {
  report::TargetReport report;
  report.target = target;
  return report;
}

// Says what a target's two solved states come to.
class TargetPlan {
 public:
  TargetPlan(const PlanRequest& request, const PlannedTarget& planned, StateLoader& loader)
      : request_(&request),
        loader_(&loader),
        before_(planned.before),
        after_(planned.after),
        old_roots_(planned.old_roots),
        new_roots_(planned.new_roots) {}

  report::TargetReport report(const opam::Target& target) const {
    report::TargetReport report = named(target);
    compare_roots(report);
    report.cone = plan::cone({*before_, old_roots_}, {*after_, new_roots_}, loader_->digests());
    look_into_cache(report);
    return report;
  }

  /// Packages whose dependencies lead back to themselves in the head and did not in the base.
  std::set<opam::PackageId> newly_cyclic() const {
    std::set<opam::PackageId> packages = cyclic(*after_, new_roots_);
    for (const opam::PackageId& id : cyclic(*before_, old_roots_)) packages.erase(id);
    return packages;
  }

 private:
  void compare_roots(report::TargetReport& report) const {
    const solve::Universe& old_universe = before_->universe();
    const solve::Universe& new_universe = after_->universe();
    report::RootCounts& counts = report.roots.emplace();
    for (const solve::PackageIndex root : new_roots_) {
      const opam::PackageId& id = new_universe.package(root).id;
      const bool solved = after_->root(root).solution.has_value();
      ++(solved ? counts.solved : counts.unsolved);
      const auto former = old_universe.find(id);
      const bool was_root = former && std::ranges::binary_search(old_roots_, *former);
      const bool was_solved = was_root && before_->root(*former).solution.has_value();
      if (solved && was_root && !was_solved) {
        add(report.newly_installable, old_universe, *former);
      } else if (!solved && was_solved) {
        add(report.newly_uninstallable, new_universe, root);
      } else if (!solved && !was_root) {
        add(report.added_uninstallable, new_universe, root);
      }
    }
  }

  static std::set<opam::PackageId> cyclic(const plan::SolvedState& state,
                                          std::span<const solve::PackageIndex> roots) {
    std::set<opam::PackageId> packages;
    for (const solve::PackageIndex root : roots) {
      for (const plan::LayerIndex at : state.root(root).layers) {
        const plan::Layer& layer = state.layer(at);
        if (layer.cyclic) packages.insert(state.package(layer).id);
      }
    }
    return packages;
  }

  // The first few are what a person will read.
  static void add(std::vector<plan::Installability>& list, const solve::Universe& universe,
                  solve::PackageIndex root) {
    constexpr std::size_t read_closely = 10;
    const auto effort = list.size() < read_closely ? solve::Effort::minimal : solve::Effort::quick;
    list.push_back({universe.package(root).id, plan::explain(universe, root, effort)});
  }

  void look_into_cache(report::TargetReport& report) const {
    if (!request_->cache) return;
    const cache::LayerStore store(*request_->cache, report.target.platform.to_string());
    for (plan::ConeLayer& layer : report.cone.added) {
      const auto record = store.find(layer.key);
      layer.cached = record && *record;  // a broken one is built again
    }
  }

  const PlanRequest* request_;
  StateLoader* loader_;
  const plan::SolvedState* before_;
  const plan::SolvedState* after_;
  std::span<const solve::PackageIndex> old_roots_;
  std::span<const solve::PackageIndex> new_roots_;
};

report::Report start_report(const PlanRequest& request, Changes& changes) {
  report::Report report;
  report.repositories.push_back({request.place, request.change.after.commit});
  for (std::size_t i = 0; i < request.lower.size(); ++i) {
    report.repositories.push_back({request.lower_places[i], request.lower[i].commit});
  }
  report.base = request.change.before.commit;
  report.head = request.change.after.commit;
  report.changes = std::move(changes.packages);
  report.other_paths = changes.other_paths;
  report.findings = std::move(changes.findings);
  report.cache_known = request.cache.has_value();
  return report;
}

}  // namespace

Result<LoadedChange> load_change(const PlanRequest& request, StateLoader& loader) {
  const auto load = [&](const RepositoryTree& first, repo::Trust trust) {
    std::vector<RepositoryTree> trees = {first};
    trees.insert(trees.end(), request.lower.begin(), request.lower.end());
    return loader.load(trees, trust);
  };
  TRY_ASSIGN(auto before, load(request.change.before, repo::Trust::merged));
  TRY_ASSIGN(auto after, load(request.change.after, repo::Trust::proposed));
  TRY_ASSIGN(auto changes, find_changes(*before, *after, loader));
  return LoadedChange{{std::move(before), std::move(after)}, std::move(changes)};
}

Result<PlannedTarget> solve_target(const PlanRequest& request, const LoadedChange& change,
                                   const opam::Target& target, StateLoader& loader) {
  std::set<opam::PackageId> wanted = change.changes.touched;
  wanted.insert(request.also.begin(), request.also.end());
  const auto solved = [&](State& state, const plan::SolvedState* similar,
                          std::vector<solve::PackageIndex>& roots) -> Result<plan::SolvedState*> {
    TRY_ASSIGN(plan::SolvedState * compiled, state.target(target, loader.digests(), similar));
    roots = choose_roots(compiled->universe(), state.stack(), request.scope, wanted);
    const auto on_solved = [&](std::size_t done, std::size_t of) {
      loader.progress().at("solving for " + target.compiler.to_string(), done, of);
    };
    compiled->solve(roots, on_solved, similar);
    return compiled;
  };
  PlannedTarget planned;
  TRY_ASSIGN(planned.before, solved(*change.states.before, nullptr, planned.old_roots));
  TRY_ASSIGN(planned.after, solved(*change.states.after, planned.before, planned.new_roots));
  return planned;
}

namespace {

// A compiler that no repository has is a mistake even where nothing is solved for it.
Result<void> check_compilers(const PlanRequest& request, State& state, StateLoader& loader) {
  for (const opam::Target& target : request.targets) {
    bool is_there = false;
    for (std::size_t i = 0; i < state.trees().size(); ++i) {
      const auto& [name, version] = target.compiler;
      is_there = is_there || state.snapshot(i).find(name, version) != nullptr;
    }
    if (!is_there) TRY(state.target(target, loader.digests()));
  }
  return {};
}

}  // namespace

Result<Planned> plan(const PlanRequest& request, LoadedChange change, StateLoader& loader) {
  Planned planned;
  planned.report = start_report(request, change.changes);
  planned.states = change.states;
  if (change.changes.touched.empty() && request.also.empty()) {
    TRY(check_compilers(request, *change.states.after, loader));
    std::ranges::transform(request.targets, std::back_inserter(planned.report.targets), named);
    return planned;
  }
  std::set<opam::PackageId> cyclic;
  for (const opam::Target& target : request.targets) {
    TRY_ASSIGN(auto solved, solve_target(request, change, target, loader));
    const TargetPlan of_target(request, solved, loader);
    planned.report.targets.push_back(of_target.report(target));
    cyclic.merge(of_target.newly_cyclic());
    planned.targets.push_back(std::move(solved));
  }
  for (const opam::PackageId& id : cyclic) {
    const bool own = planned.states.after->snapshot(0).find(id.name, id.version) != nullptr;
    planned.report.findings.push_back(
        {own ? "packages/" + id.name + "/" + id.to_string() + "/opam" : "packages", 1,
         plan::Level::warning,
         "the dependencies of " + id.to_string() +
             " now lead back to it, so it and what is above it have no build-id",
         ""});
  }
  return planned;
}

Result<Planned> plan(const PlanRequest& request, StateLoader& loader) {
  TRY_ASSIGN(auto change, load_change(request, loader));
  return plan(request, std::move(change), loader);
}

}  // namespace oxbow::job
