#include "job/check.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/file.h"
#include "plan/comparison.h"

namespace oxbow::job {
namespace {

namespace fs = std::filesystem;

using plan::Outcome;
using plan::RootOutcome;

// The end of a layer's log, as it is.
std::string log_tail(const fs::path& layer) {
  constexpr std::size_t longest = std::size_t{64} << 10;
  auto log = read_file(layer / "build.log");
  if (!log) return "";
  return log->size() > longest ? log->substr(log->size() - longest) : std::move(*log);
}

// A root that the change may have touched, and its layers on either side.
struct AffectedRoot {
  opam::PackageId package;
  RootOutcome base = plan::Absent{};
  RootOutcome head = plan::Absent{};
  std::optional<NodeIndex> base_layer;
  std::optional<NodeIndex> head_layer;
};

// Checks one target.
class TargetChecker {
 public:
  TargetChecker(const Planned& planned, std::size_t at, const solve::Target& target,
                const CheckSettings& settings, StateLoader& loader)
      : report_(&planned.report.targets[at]),
        planned_(&planned.targets[at]),
        settings_(&settings),
        store_(settings.cache, target.platform.to_string()),
        before_(*planned.states.before, *planned_->before, target.platform, loader.digests(),
                settings.keys),
        after_(*planned.states.after, *planned_->after, target.platform, loader.digests(),
               settings.keys),
        head_run_(after_, store_, settings.build),
        base_run_(before_, store_, settings.build) {}

  Result<report::TargetCheck> check() {
    find_affected();
    if (auto built = head_run_.build(cone_, settings_->run); !built) {
      return std::unexpected(std::move(built.error()));
    }
    for (AffectedRoot& root : affected_) {
      if (root.head_layer) root.head = outcome_above(head_run_, *root.head_layer);
    }
    if (auto built = build_base(); !built) return std::unexpected(std::move(built.error()));

    report::TargetCheck check;
    const auto in_cone = [&](NodeIndex at) { return cone_keys_.contains(after_[at].key); };
    for (const NodeIndex at : head_run_.layers()) {
      const LayerOutcome& outcome = head_run_.outcome(at);
      if (in_cone(at) || !outcome.cached || plan::is_failure(outcome.result.outcome)) {
        check.layers.push_back(built_layer(after_, head_run_, at, in_cone(at)));
      }
    }
    for (const NodeIndex at : base_run_.layers()) {
      if (!base_run_.outcome(at).cached) {
        check.base_layers.push_back(built_layer(before_, base_run_, at, false));
      }
    }
    for (const AffectedRoot& root : affected_) check.roots.push_back(root_check(root));
    return check;
  }

  std::vector<std::string> warnings() const {
    std::vector<std::string> all = head_run_.warnings();
    all.insert(all.end(), base_run_.warnings().begin(), base_run_.warnings().end());
    return all;
  }

 private:
  // The roots whose own layer is in the cone, and those that came, went, or changed in whether they
  // can be installed; and the layers of the cone.
  void find_affected() {
    const solve::Universe& old_universe = planned_->before->universe();
    const solve::Universe& new_universe = planned_->after->universe();
    std::unordered_set<std::string> new_ids;
    for (const plan::ConeLayer& layer : report_->cone.added) new_ids.insert(layer.key);
    std::vector<bool> kept(old_universe.packages().size());

    for (const solve::PackageIndex at : planned_->new_roots) {
      const plan::SolvedRoot& head = planned_->after->root(at);
      AffectedRoot root{new_universe.package(at).id, {}, {}, {}, {}};
      const auto former = old_universe.find(root.package);
      const bool was_root = former && std::ranges::binary_search(planned_->old_roots, *former);
      if (was_root) kept[solve::index(*former)] = true;
      const plan::SolvedRoot* const base = was_root ? &planned_->before->root(*former) : nullptr;
      const bool had_solution = base != nullptr && base->solution;
      const bool rebuilt = head.solution && is_new(head, new_ids);
      if (head.solution.has_value() == had_solution && !rebuilt) continue;
      if (!head.solution && base != nullptr && !had_solution) continue;

      root.head = Outcome::no_solution;
      if (head.solution) {
        root.head = plan::NotBuilt{};
        root.head_layer = after_.add(head);
      }
      if (base != nullptr) look_at_base(*base, root);
      affected_.push_back(std::move(root));
    }
    for (const solve::PackageIndex at : planned_->old_roots) {
      if (!kept[solve::index(at)]) {
        affected_.push_back(
            {old_universe.package(at).id, plan::NotBuilt{}, plan::Absent{}, {}, {}});
      }
    }
    std::ranges::sort(affected_, [](const AffectedRoot& x, const AffectedRoot& y) {
      return opam::compare_packages(x.package, y.package) < 0;
    });
    find_cone(new_ids);
  }

  bool is_new(const plan::SolvedRoot& root, const std::unordered_set<std::string>& new_ids) const {
    const auto& reachable = root.solution->reachable;
    for (std::size_t i = 0; i < reachable.size(); ++i) {
      if (reachable[i].package == root.root) {
        return new_ids.contains(planned_->after->layer(root.layers[i]).key);
      }
    }
    return false;
  }

  void look_at_base(const plan::SolvedRoot& base, AffectedRoot& root) {
    root.base = Outcome::no_solution;
    if (!base.solution) return;
    root.base = plan::NotBuilt{};
    root.base_layer = before_.add(base);
    if (!root.base_layer) return;
    const auto known = cached_outcome(before_, *root.base_layer, store_, settings_->build);
    if (known) root.base = *known;
  }

  // By day10's keys, the layers of affected roots that none of the base's roots has.
  void find_cone(std::unordered_set<std::string> new_ids) {
    if (settings_->keys == KeyKind::day10) {
      new_ids.clear();
      for (const LayerGraph::Node& node : after_.nodes()) new_ids.insert(node.key);
      for (const solve::PackageIndex at : planned_->old_roots) {
        const plan::SolvedRoot& root = planned_->before->root(at);
        if (root.solution) before_.add(root);
      }
      for (const LayerGraph::Node& node : before_.nodes()) new_ids.erase(node.key);
    }
    cone_keys_ = std::move(new_ids);
    for (std::size_t i = 0; i < after_.nodes().size(); ++i) {
      if (cone_keys_.contains(after_.nodes()[i].key)) cone_.push_back(static_cast<NodeIndex>(i));
    }
  }

  // Whether the base builds what the head fails at: only that tells whose failure it is.
  Result<void> build_base() {
    std::vector<NodeIndex> wanted;
    for (const AffectedRoot& root : affected_) {
      const bool unknown = std::holds_alternative<plan::NotBuilt>(root.base);
      if (plan::is_failure(root.head) && unknown && root.base_layer) {
        wanted.push_back(*root.base_layer);
      }
    }
    if (wanted.empty()) return {};
    if (auto built = base_run_.build(wanted, settings_->run); !built) return built;
    for (AffectedRoot& root : affected_) {
      const bool unknown = std::holds_alternative<plan::NotBuilt>(root.base);
      if (plan::is_failure(root.head) && unknown && root.base_layer) {
        root.base = outcome_above(base_run_, *root.base_layer);
      }
    }
    return {};
  }

  // Trouble of ours below a layer is no failure of a dependency.
  static Outcome outcome_above(const LayerRun& run, NodeIndex at) {
    const LayerOutcome& outcome = run.outcome(at);
    if (!outcome.failed) return outcome.result.outcome;
    return plan::outcome_above(run.outcome(*outcome.failed).result.outcome);
  }

  report::BuiltLayer built_layer(const LayerGraph& graph, const LayerRun& run, NodeIndex at,
                                 bool in_cone) const {
    const LayerOutcome& outcome = run.outcome(at);
    report::BuiltLayer layer;
    layer.package = graph.package(at);
    layer.key = graph[at].key;
    layer.in_cone = in_cone;
    layer.cached = outcome.cached || outcome.result.found;
    layer.outcome = outcome_above(run, at);
    layer.trouble = outcome.result.trouble;
    layer.message = outcome.result.message;
    layer.seconds = outcome.result.seconds;
    layer.attempts = outcome.result.attempts;
    if (outcome.failed) layer.failed_key = graph[*outcome.failed].key;
    if (layer.outcome == Outcome::failure || layer.outcome == Outcome::timed_out) {
      layer.log_tail = log_tail(store_.path(layer.key));
      if (layer.log_tail.empty()) layer.log_tail = layer.message;
      layer.reproduce = "oxbow shell --cache " + settings_->cache.string() + " " + layer.key;
    }
    return layer;
  }

  report::RootCheck root_check(const AffectedRoot& root) const {
    report::RootCheck check{root.package, root.base, root.head, ""};
    if (root.head_layer && plan::is_failure(root.head)) {
      const LayerOutcome& outcome = head_run_.outcome(*root.head_layer);
      check.failed_key = after_[outcome.failed.value_or(*root.head_layer)].key;
    }
    return check;
  }

  const report::TargetReport* report_;
  const PlannedTarget* planned_;
  const CheckSettings* settings_;
  build::LayerStore store_;
  LayerGraph before_;
  LayerGraph after_;
  LayerRun head_run_;
  LayerRun base_run_;
  std::vector<AffectedRoot> affected_;
  std::unordered_set<std::string> cone_keys_;
  std::vector<NodeIndex> cone_;
};

}  // namespace

Result<Checked> check(Planned planned, const PlanRequest& request, const CheckSettings& settings,
                      StateLoader& loader) {
  Checked checked;
  for (std::size_t i = 0; i < planned.targets.size(); ++i) {
    TargetChecker checker(planned, i, request.targets[i], settings, loader);
    auto target = checker.check();
    if (!target) return std::unexpected(std::move(target.error()));
    checked.report.targets.push_back(std::move(*target));
    for (std::string& warning : checker.warnings()) checked.warnings.push_back(std::move(warning));
  }
  checked.report.cache = settings.cache.string();
  checked.report.plan = std::move(planned.report);
  return checked;
}

}  // namespace oxbow::job
