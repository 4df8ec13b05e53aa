#include "job/check.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/file.h"
#include "cache/log.h"
#include "job/affected_roots.h"
#include "verdict/comparison.h"

namespace oxbow::job {
namespace {

using verdict::Outcome;
using verdict::RootOutcome;

constexpr std::size_t log_tail_bytes = std::size_t{64} << 10U;

// What is known of an affected root, and its layers on either side.
struct RootState {
  opam::PackageId package;
  RootOutcome base = verdict::Absent{};
  RootOutcome head = verdict::Absent{};
  std::optional<NodeIndex> base_layer;
  std::optional<NodeIndex> head_layer;

  // Only what the base's build says tells whose failure it is.
  bool needs_base() const {
    return verdict::is_failure(head) && std::holds_alternative<verdict::NotBuilt>(base) &&
           base_layer;
  }
};

// One side of a change: the layers of all targets, and what becomes of them.
struct Side {
  explicit Side(const CheckSettings& settings)
      : graph(settings.keys), run(graph, settings.cache, settings.build) {}

  LayerGraph graph;
  LayerRun run;
};

// Checks one target, which is at the same place of both sides.
class TargetChecker {
 public:
  TargetChecker(const Planned& planned, std::size_t at, const opam::Target& target,
                const CheckSettings& settings, plan::EffectiveDigests& digests, Side& before,
                Side& after)
      : cone_(&planned.report.targets[at].cone),
        planned_(&planned.targets[at]),
        settings_(&settings),
        store_(settings.cache, target.platform.to_string()),
        before_(&before.graph),
        after_(&after.graph),
        base_run_(&before.run),
        head_run_(&after.run),
        at_(before_->add_target(target, *planned.states.before, *planned_->before, digests)) {
    after_->add_target(target, *planned.states.after, *planned_->after, digests);
  }

  void add_roots(const std::vector<opam::PackageId>& also) {
    for (const AffectedRoot& root : affected_roots(*planned_, *cone_)) add(root);
    for (const opam::PackageId& id : also) add(id);
    find_cone();
  }

  // The cone, and roots outside it: a key of day10's may be the old one where the build-id is new.
  std::vector<NodeIndex> wanted_of_head() const {
    std::vector<NodeIndex> wanted;
    for (const NodeIndex at : of_head_) {
      if (in_cone(at)) wanted.push_back(at);
    }
    for (const RootState& root : roots_) {
      if (root.head_layer && !in_cone(*root.head_layer)) wanted.push_back(*root.head_layer);
    }
    return wanted;
  }

  void take_head() {
    for (RootState& root : roots_) {
      if (root.head_layer) root.head = outcome_above(*head_run_, *root.head_layer);
    }
  }

  std::vector<NodeIndex> wanted_of_base() const {
    std::vector<NodeIndex> wanted;
    for (const RootState& root : roots_) {
      if (root.needs_base()) wanted.push_back(*root.base_layer);
    }
    return wanted;
  }

  void take_base() {
    for (RootState& root : roots_) {
      if (root.needs_base()) root.base = outcome_above(*base_run_, *root.base_layer);
    }
  }

  report::TargetCheck told() const {
    report::TargetCheck check;
    for (const NodeIndex at : head_run_->layers(at_)) {
      if (in_cone(at) || is_news(head_run_->outcome(at))) {
        check.layers.push_back(built_layer(*after_, *head_run_, at, in_cone(at)));
      }
    }
    for (const NodeIndex at : base_run_->layers(at_)) {
      if (is_news(base_run_->outcome(at))) {
        check.base_layers.push_back(built_layer(*before_, *base_run_, at, false));
      }
    }
    for (const RootState& root : roots_) check.roots.push_back(root_check(root));
    return check;
  }

 private:
  void add(const AffectedRoot& affected) {
    RootState root{affected.package, {}, {}, {}, {}};
    if (affected.after != nullptr) {
      root.head = solved_outcome(*affected.after);
      if (affected.after->solution) root.head_layer = after_->add(at_, *affected.after);
    }
    if (affected.before != nullptr) {
      root.base = solved_outcome(*affected.before);
      if (affected.before->solution) root.base_layer = before_->add(at_, *affected.before);
    }
    if (root.base_layer) {
      const auto known = cached_outcome(*before_, *root.base_layer, store_, settings_->build);
      if (known) root.base = *known;
    }
    roots_.push_back(std::move(root));
  }

  // A root that is to be built although the change may not touch it. Both states have solved it.
  void add(const opam::PackageId& id) {
    const auto is_it = [&](const RootState& root) { return root.package == id; };
    if (std::ranges::any_of(roots_, is_it)) return;
    const auto solved = [&](plan::SolvedState& state) -> const plan::SolvedRoot* {
      const auto at = state.universe().find(id);
      if (!at) return nullptr;
      state.solve({&*at, 1});
      return &state.root(*at);
    };
    add(AffectedRoot{id, solved(*planned_->before), solved(*planned_->after)});
  }

  static RootOutcome solved_outcome(const plan::SolvedRoot& root) {
    if (!root.solution) return Outcome::no_solution;
    return verdict::NotBuilt{};
  }

  // The plan's cone is of build-ids. By day10's keys it is the layers of affected roots that none
  // of the base's roots has.
  void find_cone() {
    std::vector<NodeIndex> own;
    for (const RootState& root : roots_) {
      if (root.head_layer) own.push_back(*root.head_layer);
    }
    of_head_ = after_->with_all_below(std::move(own));
    if (settings_->keys == KeyKind::build_id) {
      for (const plan::ConeLayer& layer : cone_->added) cone_keys_.insert(layer.key);
      return;
    }
    for (const NodeIndex at : of_head_) cone_keys_.insert((*after_)[at].key);
    std::vector<NodeIndex> old;
    for (const RootState& root : roots_) {
      if (root.base_layer) old.push_back(*root.base_layer);
    }
    for (const solve::PackageIndex at : planned_->old_roots) {
      const plan::SolvedRoot& root = planned_->before->root(at);
      const auto layer = root.solution ? before_->add(at_, root) : std::nullopt;
      if (layer) old.push_back(*layer);
    }
    for (const NodeIndex at : before_->with_all_below(std::move(old))) {
      cone_keys_.erase((*before_)[at].key);
    }
  }

  bool in_cone(NodeIndex at) const { return cone_keys_.contains((*after_)[at].key); }

  // Whether a layer outside the cone is to be told: it was built, or is to blame for another.
  static bool is_news(const LayerOutcome& outcome) {
    return !outcome.cached || verdict::is_failure(outcome.result.outcome);
  }

  // An infrastructure error below a layer is not a failure of a dependency.
  static Outcome outcome_above(const LayerRun& run, NodeIndex at) {
    const LayerOutcome& outcome = run.outcome(at);
    if (!outcome.failed) return outcome.result.outcome;
    return verdict::outcome_above(run.outcome(*outcome.failed).result.outcome);
  }

  report::BuiltLayer built_layer(const LayerGraph& graph, const LayerRun& run, NodeIndex at,
                                 bool of_cone) const {
    const LayerOutcome& outcome = run.outcome(at);
    report::BuiltLayer layer;
    layer.package = graph.package(at);
    layer.key = graph[at].key;
    layer.in_cone = of_cone;
    layer.cached = outcome.cached || outcome.result.found;
    layer.outcome = outcome_above(run, at);
    layer.trouble = outcome.result.trouble;
    layer.message = outcome.result.message;
    layer.seconds = outcome.result.seconds;
    layer.attempts = outcome.result.attempts;
    if (outcome.failed) layer.failed_key = graph[*outcome.failed].key;
    if (layer.outcome == Outcome::failure || layer.outcome == Outcome::timed_out) {
      const auto log = cache::LayerLog::of_layer(store_, layer.key);
      if (log) layer.log_tail = log->tail(log_tail_bytes);
      if (layer.log_tail.empty()) layer.log_tail = layer.message;
      if (is_there(store_.path(layer.key))) {
        layer.reproduce = "oxbow shell --cache " + settings_->cache.string() + " --platform " +
                          store_.folder().filename().string() + " " + layer.key;
      }
    }
    return layer;
  }

  report::RootCheck root_check(const RootState& root) const {
    report::RootCheck check{root.package, root.base, root.head, ""};
    if (root.head_layer && verdict::is_failure(root.head)) {
      const LayerOutcome& outcome = head_run_->outcome(*root.head_layer);
      check.failed_key = (*after_)[outcome.failed.value_or(*root.head_layer)].key;
    }
    return check;
  }

  const plan::Cone* cone_;
  const PlannedTarget* planned_;
  const CheckSettings* settings_;
  cache::LayerStore store_;
  LayerGraph* before_;
  LayerGraph* after_;
  const LayerRun* base_run_;
  const LayerRun* head_run_;
  TargetIndex at_;
  std::vector<RootState> roots_;
  std::vector<NodeIndex> of_head_;  // all that roots stand on
  std::unordered_set<std::string> cone_keys_;
};

}  // namespace

Result<Checked> check(Planned planned, const PlanRequest& request, const CheckSettings& settings,
                      StateLoader& loader) {
  Side before(settings);
  Side after(settings);
  std::vector<TargetChecker> targets;
  for (std::size_t i = 0; i < planned.targets.size(); ++i) {
    targets.emplace_back(planned, i, request.targets[i], settings, loader.digests(), before, after);
    targets.back().add_roots(settings.build_also ? request.also : std::vector<opam::PackageId>());
  }
  std::vector<std::vector<NodeIndex>> wanted;
  for (const TargetChecker& target : targets) wanted.push_back(target.wanted_of_head());
  TRY(after.run.build(wanted, settings.run));
  for (TargetChecker& target : targets) target.take_head();
  wanted.clear();
  for (const TargetChecker& target : targets) wanted.push_back(target.wanted_of_base());
  TRY(before.run.build(wanted, settings.run));
  for (TargetChecker& target : targets) target.take_base();

  Checked checked;
  for (const TargetChecker& target : targets) checked.report.targets.push_back(target.told());
  for (const Side* const side : {&after, &before}) {
    checked.warnings.insert(checked.warnings.end(), side->run.warnings().begin(),
                            side->run.warnings().end());
  }
  // Where nothing had to be solved, nothing was built.
  checked.report.targets.resize(planned.report.targets.size());
  checked.report.cache = settings.cache.string();
  checked.report.plan = std::move(planned.report);
  return checked;
}

}  // namespace oxbow::job
