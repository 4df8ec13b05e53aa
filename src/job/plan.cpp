#include "job/plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "cache/store.h"
#include "job/changes.h"
#include "plan/cone.h"

namespace oxbow::job {
namespace {

// Works one target out, from the two states and the versions that the change touched.
class TargetPlan {
 public:
  TargetPlan(const PlanRequest& request, const PlannedStates& states, const Changes& changes,
             StateLoader& loader)
      : request_(&request), states_(&states), changes_(&changes), loader_(&loader) {}

  Result<report::TargetReport> work_out(const solve::Target& target) {
    TRY_ASSIGN(auto before, solved(*states_->before, target, nullptr, old_roots_));
    TRY_ASSIGN(auto after, solved(*states_->after, target, before, new_roots_));
    before_ = before;
    after_ = after;

    report::TargetReport report;
    report.compiler = target.compiler.to_string();
    report.platform = target.platform.to_string();
    compare_roots(report);
    report.cone = plan::cone({*before_, old_roots_}, {*after_, new_roots_}, loader_->digests());
    look_into_cache(report);
    return report;
  }

  PlannedTarget planned() && {
    return {before_, after_, std::move(old_roots_), std::move(new_roots_)};
  }

  /// Packages whose dependencies lead back to themselves in the head and did not in the base.
  std::set<opam::PackageId> newly_cyclic() const {
    std::set<opam::PackageId> packages = cyclic(*after_, new_roots_);
    for (const opam::PackageId& id : cyclic(*before_, old_roots_)) packages.erase(id);
    return packages;
  }

 private:
  Result<plan::SolvedState*> solved(State& state, const solve::Target& target,
                                    const plan::SolvedState* similar,
                                    std::vector<solve::PackageIndex>& roots) {
    TRY_ASSIGN(auto compiled, state.target(target, loader_->digests(), similar));
    std::set<opam::PackageId> wanted = changes_->touched;
    wanted.insert(request_->also.begin(), request_->also.end());
    roots = choose_roots(compiled->universe(), state.stack(), request_->scope, wanted);
    compiled->solve(roots, [&](std::size_t done, std::size_t of) {
      loader_->progress().at("solving for " + target.compiler.to_string(), done, of);
    });
    return compiled;
  }

  void compare_roots(report::TargetReport& report) const {
    const solve::Universe& old_universe = before_->universe();
    const solve::Universe& new_universe = after_->universe();
    for (const solve::PackageIndex root : new_roots_) {
      const opam::PackageId& id = new_universe.package(root).id;
      const bool solved = after_->root(root).solution.has_value();
      ++(solved ? report.solved : report.unsolved);
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
                                          const std::vector<solve::PackageIndex>& roots) {
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
    const cache::LayerStore store(*request_->cache, report.platform);
    for (plan::ConeLayer& layer : report.cone.added) {
      const auto record = store.find(layer.key);
      layer.cached = record && *record;  // a broken one is built again
    }
  }

  const PlanRequest* request_;
  const PlannedStates* states_;
  const Changes* changes_;
  StateLoader* loader_;
  std::vector<solve::PackageIndex> old_roots_;
  std::vector<solve::PackageIndex> new_roots_;
  plan::SolvedState* before_ = nullptr;
  plan::SolvedState* after_ = nullptr;
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

Result<PlannedStates> load_states(const PlanRequest& request, StateLoader& loader) {
  const auto load = [&](const RepositoryTree& first, repo::Trust trust) {
    std::vector<RepositoryTree> trees = {first};
    trees.insert(trees.end(), request.lower.begin(), request.lower.end());
    return loader.load(trees, trust);
  };
  TRY_ASSIGN(auto before, load(request.change.before, repo::Trust::merged));
  TRY_ASSIGN(auto after, load(request.change.after, repo::Trust::proposed));
  return PlannedStates{std::move(before), std::move(after)};
}

Result<std::optional<report::Report>> plan_untouched(const PlanRequest& request,
                                                     StateLoader& loader) {
  TRY_ASSIGN(const auto states, load_states(request, loader));
  TRY_ASSIGN(auto changes, find_changes(*states.before, *states.after, loader));
  if (!changes.packages.empty() || !changes.touched.empty()) return std::nullopt;
  report::Report report = start_report(request, changes);
  for (const solve::Target& target : request.targets) {
    report::TargetReport untouched;
    untouched.compiler = target.compiler.to_string();
    untouched.platform = target.platform.to_string();
    report.targets.push_back(std::move(untouched));
  }
  return report;
}

Result<Planned> plan(const PlanRequest& request, StateLoader& loader) {
  TRY_ASSIGN(auto states, load_states(request, loader));
  TRY_ASSIGN(auto changes, find_changes(*states.before, *states.after, loader));
  Planned planned;
  planned.report = start_report(request, changes);
  std::set<opam::PackageId> cyclic;
  for (const solve::Target& target : request.targets) {
    TargetPlan target_plan(request, states, changes, loader);
    TRY_ASSIGN(auto worked_out, target_plan.work_out(target));
    planned.report.targets.push_back(std::move(worked_out));
    cyclic.merge(target_plan.newly_cyclic());
    planned.targets.push_back(std::move(target_plan).planned());
  }
  for (const opam::PackageId& id : cyclic) {
    const bool own = states.after->snapshot(0).find(id.name, id.version) != nullptr;
    planned.report.findings.push_back(
        {own ? "packages/" + id.name + "/" + id.to_string() + "/opam" : "packages", 1,
         plan::Level::warning,
         "the dependencies of " + id.to_string() +
             " now lead back to it, so it and what is above it have no build-id",
         ""});
  }
  planned.states = std::move(states);
  return planned;
}

}  // namespace oxbow::job
