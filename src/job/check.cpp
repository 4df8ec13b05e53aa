#include "job/check.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/file.h"
#include "job/affected_roots.h"
#include "verdict/comparison.h"

namespace oxbow::job {
namespace {

using verdict::Outcome;
using verdict::RootOutcome;

// The end of a layer's log, as it is.
std::string log_tail(const std::filesystem::path& layer) {
  constexpr std::size_t longest = std::size_t{64} << 10;
  auto log = read_file(layer / "build.log");
  if (!log) return "";
  return log->size() > longest ? log->substr(log->size() - longest) : std::move(*log);
}

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

// Checks one target.
class TargetChecker {
 public:
  TargetChecker(const Planned& planned, std::size_t at, const solve::Target& target,
                const CheckSettings& settings, StateLoader& loader)
      : cone_(&planned.report.targets[at].cone),
        planned_(&planned.targets[at]),
        settings_(&settings),
        store_(settings.cache, target.platform.to_string()),
        before_(*planned.states.before, *planned_->before, target.platform, loader.digests(),
                settings.keys),
        after_(*planned.states.after, *planned_->after, target.platform, loader.digests(),
               settings.keys),
        head_run_(after_, store_, settings.build),
        base_run_(before_, store_, settings.build) {}

  Result<report::TargetCheck> check(const std::vector<opam::PackageId>& also) {
    for (const AffectedRoot& root : affected_roots(*planned_, *cone_)) add(root);
    for (const opam::PackageId& id : also) add(id);
    find_cone();
    TRY(build_head());
    TRY(build_base());
    return told();
  }

  std::vector<std::string> warnings() const {
    std::vector<std::string> all = head_run_.warnings();
    all.insert(all.end(), base_run_.warnings().begin(), base_run_.warnings().end());
    return all;
  }

 private:
  void add(const AffectedRoot& affected) {
    RootState root{affected.package, {}, {}, {}, {}};
    if (affected.after != nullptr) {
      root.head = solved_outcome(*affected.after);
      if (affected.after->solution) root.head_layer = after_.add(*affected.after);
    }
    if (affected.before != nullptr) {
      root.base = solved_outcome(*affected.before);
      if (affected.before->solution) root.base_layer = before_.add(*affected.before);
    }
    if (root.base_layer) {
      const auto known = cached_outcome(before_, *root.base_layer, store_, settings_->build);
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
    if (settings_->keys == KeyKind::build_id) {
      for (const plan::ConeLayer& layer : cone_->added) cone_keys_.insert(layer.key);
      return;
    }
    for (const LayerGraph::Node& node : after_.nodes()) cone_keys_.insert(node.key);
    for (const solve::PackageIndex at : planned_->old_roots) {
      const plan::SolvedRoot& root = planned_->before->root(at);
      if (root.solution) before_.add(root);
    }
    for (const LayerGraph::Node& node : before_.nodes()) cone_keys_.erase(node.key);
  }

  bool in_cone(NodeIndex at) const { return cone_keys_.contains(after_[at].key); }

  // The cone, and roots outside it: a key of day10's may be the old one where the build-id is new.
  Result<void> build_head() {
    std::vector<NodeIndex> wanted;
    for (std::size_t i = 0; i < after_.nodes().size(); ++i) {
      const auto at = static_cast<NodeIndex>(i);
      if (in_cone(at)) wanted.push_back(at);
    }
    for (const RootState& root : roots_) {
      if (root.head_layer && !in_cone(*root.head_layer)) wanted.push_back(*root.head_layer);
    }
    TRY(head_run_.build(wanted, settings_->run));
    for (RootState& root : roots_) {
      if (root.head_layer) root.head = outcome_above(head_run_, *root.head_layer);
    }
    return {};
  }

  Result<void> build_base() {
    std::vector<NodeIndex> wanted;
    for (const RootState& root : roots_) {
      if (root.needs_base()) wanted.push_back(*root.base_layer);
    }
    TRY(base_run_.build(wanted, settings_->run));
    for (RootState& root : roots_) {
      if (root.needs_base()) root.base = outcome_above(base_run_, *root.base_layer);
    }
    return {};
  }

  report::TargetCheck told() const {
    report::TargetCheck check;
    for (const NodeIndex at : head_run_.layers()) {
      if (in_cone(at) || is_news(head_run_.outcome(at))) {
        check.layers.push_back(built_layer(after_, head_run_, at, in_cone(at)));
      }
    }
    for (const NodeIndex at : base_run_.layers()) {
      if (is_news(base_run_.outcome(at))) {
        check.base_layers.push_back(built_layer(before_, base_run_, at, false));
      }
    }
    for (const RootState& root : roots_) check.roots.push_back(root_check(root));
    return check;
  }

  // Whether a layer outside the cone is to be told: it was built, or is to blame for another.
  static bool is_news(const LayerOutcome& outcome) {
    return !outcome.cached || verdict::is_failure(outcome.result.outcome);
  }

  // Trouble of ours below a layer is no failure of a dependency.
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
      const auto folder = store_.path(layer.key);
      layer.log_tail = log_tail(folder);
      if (layer.log_tail.empty()) layer.log_tail = layer.message;
      std::error_code ignored;
      if (std::filesystem::exists(folder, ignored)) {
        layer.reproduce = "oxbow shell --cache " + settings_->cache.string() + " --platform " +
                          store_.folder().filename().string() + " " + layer.key;
      }
    }
    return layer;
  }

  report::RootCheck root_check(const RootState& root) const {
    report::RootCheck check{root.package, root.base, root.head, ""};
    if (root.head_layer && verdict::is_failure(root.head)) {
      const LayerOutcome& outcome = head_run_.outcome(*root.head_layer);
      check.failed_key = after_[outcome.failed.value_or(*root.head_layer)].key;
    }
    return check;
  }

  const plan::Cone* cone_;
  const PlannedTarget* planned_;
  const CheckSettings* settings_;
  cache::LayerStore store_;
  LayerGraph before_;
  LayerGraph after_;
  LayerRun head_run_;
  LayerRun base_run_;
  std::vector<RootState> roots_;
  std::unordered_set<std::string> cone_keys_;
};

}  // namespace

Result<Checked> check(Planned planned, const PlanRequest& request, const CheckSettings& settings,
                      StateLoader& loader) {
  Checked checked;
  for (std::size_t i = 0; i < planned.targets.size(); ++i) {
    TargetChecker checker(planned, i, request.targets[i], settings, loader);
    if (settings.begins) settings.begins(i);
    TRY_ASSIGN(auto target,
               checker.check(settings.build_also ? request.also : std::vector<opam::PackageId>()));
    if (settings.done) settings.done(i, target);
    checked.report.targets.push_back(std::move(target));
    for (std::string& warning : checker.warnings()) checked.warnings.push_back(std::move(warning));
  }
  // Where nothing had to be solved, nothing was built.
  checked.report.targets.resize(planned.report.targets.size());
  checked.report.cache = settings.cache.string();
  checked.report.plan = std::move(planned.report);
  return checked;
}

}  // namespace oxbow::job
