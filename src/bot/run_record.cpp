#include "bot/run_record.h"

#include <algorithm>
#include <utility>

#include "base/untrusted.h"
#include "bot/label.h"
#include "bot/run_texts.h"
#include "report/check_json.h"
#include "report/check_wording.h"
#include "report/failure_groups.h"
#include "report/json.h"
#include "report/wording.h"

namespace oxbow::bot {
namespace {

using store::Hold;
using store::JobKind;
using store::RunState;
using verdict::Conclusion;

constexpr std::size_t most_attempts = 4;
constexpr std::size_t summary_bytes = 300;
constexpr std::size_t packages_in_reason = 5;

std::string line_of(std::string_view text) { return shortened(printable(text), summary_bytes); }

// How much longer a job should rest that met trouble so often.
std::chrono::milliseconds rest_after(std::size_t attempts) {
  return std::chrono::seconds(5) * (1U << std::min<std::size_t>(attempts, 6));
}

Stage stage_of(Hold hold) {
  switch (hold) {
    case Hold::draft: return Stage::draft;
    case Hold::approval: return Stage::awaiting_approval;
    case Hold::building_off: return Stage::analysed;
    case Hold::none: break;
  }
  return Stage::building;
}

RunState state_at(Stage stage) {
  switch (stage) {
    case Stage::building: return RunState::building;
    case Stage::analysed: return RunState::completed;
    default: return RunState::analysis_done;
  }
}

bool has_layers(const report::Report& report) {
  return std::ranges::any_of(
      report.targets, [](const report::TargetReport& target) { return target.cone.layers() > 0; });
}

std::vector<store::RunTarget> target_rows(const Analysis& analysis) {
  std::vector<store::RunTarget> rows;
  for (std::size_t i = 0; i < analysis.report.targets.size(); ++i) {
    const report::TargetReport& target = analysis.report.targets[i];
    rows.push_back({.target = target.target,
                    .packages = target.cone.packages_rebuilt(),
                    .layers = target.cone.layers(),
                    .cached = report::count_cached(target.cone),
                    .estimated_seconds = analysis.estimated_seconds[i],
                    .conclusion = {}});
  }
  return rows;
}

std::vector<store::RunLayer> layer_rows(const report::Report& report) {
  std::vector<store::RunLayer> rows;
  for (std::size_t i = 0; i < report.targets.size(); ++i) {
    std::size_t position = 0;
    for (const plan::ConeLayer& added : report.targets[i].cone.added) {
      store::RunLayer& row = rows.emplace_back();
      row.target = i;
      row.position = position++;
      row.package = added.package.to_string();
      row.key = added.key;
      row.reason = report::because(added.because, packages_in_reason).raw();
      row.cached = added.cached;
    }
  }
  return rows;
}

std::vector<store::RunRoot> root_rows(const report::CheckReport& report) {
  std::vector<store::RunRoot> rows;
  for (std::size_t i = 0; i < report.targets.size(); ++i) {
    for (const report::RootCheck& root : report.targets[i].roots) {
      rows.push_back({.target = i,
                      .package = root.package.to_string(),
                      .base = root.base,
                      .head = root.head,
                      .verdict = root.verdict(),
                      .failed_key = root.failed_key});
    }
  }
  return rows;
}

store::Analysed analysed(const Analysis& analysis, const std::vector<store::RunTarget>& targets) {
  store::Analysed found;
  found.tested_base = analysis.report.base;
  found.lower = analysis.lower;
  for (const store::RunTarget& target : targets) {
    found.packages_rebuilt = std::max(found.packages_rebuilt, target.packages);
    found.layers += target.layers;
    found.cached += target.cached;
  }
  found.summary = line_of(report::summary(analysis.report).raw());
  return found;
}

}  // namespace

Result<std::optional<store::Run>> RunRecord::find(HeldJob& held) {
  TRY_ASSIGN(auto run, runs_.find(held.job().run));
  if (!run) TRY(held.finish([]() -> Result<void> { return {}; }));
  return run;
}

Result<std::optional<store::Run>> RunRecord::begin_analysis(HeldJob& held) {
  TRY_ASSIGN(auto run, find(held));
  if (!run) return run;
  if (!run->started) run->started = now_();
  TRY(held.keep([&] { return runs_.set_analysing(run->id, *run->started); }));
  if (held.is_lost()) run.reset();
  return run;
}

Result<void> RunRecord::keep(HeldJob& held, const store::Run& run, const Analysis& analysis) {
  const report::Report& report = analysis.report;
  const bool wants_build = has_layers(report) || !run.packages.empty();
  const Stage stage = wants_build ? stage_of(run.hold) : Stage::analysed;
  RunFacts facts = notices_.facts(run, stage);
  facts.estimated_seconds = analysis.estimated_seconds;
  const CheckOutput output = analysis_output(report, facts);
  const std::string comment = to_comment(report, facts);
  const std::string json = report::to_json(report);
  const auto targets = target_rows(analysis);
  const auto layers = layer_rows(report);
  store::Analysed found = analysed(analysis, targets);
  found.state = state_at(stage);
  found.conclusion = *output.conclusion;
  return held.finish([&]() -> Result<void> {
    const Time now = now_();
    TRY(runs_.set_analysis(run.id, found, now));
    TRY(results_.set_plan(run.id, targets, layers));
    TRY(results_.set_document(run.id, "plan.json", json));
    TRY(results_.set_document(run.id, "comment.md", comment));
    TRY(notices_.check(run, analysis_check_name(settings_->prefix), output, now));
    TRY(notices_.comment(run, comment, now));
    TRY(notices_.label(run, rebuild_label(found.packages_rebuilt), now));
    if (!settings_->policy.build) return {};
    const auto names = target_check_names(settings_->prefix, report.targets);
    for (std::size_t i = 0; i < report.targets.size(); ++i) {
      const report::TargetReport& target = report.targets[i];
      RunFacts of_target = facts;
      if (target.cone.layers() == 0 && run.packages.empty()) of_target.stage = Stage::analysed;
      TRY(notices_.check(run, names[i], waiting_output(target, of_target), now));
    }
    if (stage != Stage::building) return {};
    return jobs_.add(run.id, JobKind::build, run.subject.pull != 0 ? 1 : 0, now);
  });
}

Result<void> RunRecord::keep(HeldJob& held, const store::Run& run, const Untestable& untestable) {
  const bool is_vanished = untestable.kind == Untestable::Kind::vanished;
  const RunFacts facts = notices_.facts(run, Stage::analysed);
  return held.finish([&]() -> Result<void> {
    const Time now = now_();
    TRY(runs_.end(run.id, is_vanished ? RunState::cancelled : RunState::completed,
                  is_vanished ? Conclusion::cancelled : Conclusion::failure,
                  line_of(untestable.why), now));
    TRY(notices_.close_checks(run, untestable.why, now));
    if (is_vanished) return {};
    const std::string comment = trouble_comment(untestable.why, facts);
    TRY(results_.set_document(run.id, "comment.md", comment));
    TRY(notices_.comment(run, comment, now));
    return notices_.check(run, analysis_check_name(settings_->prefix),
                          trouble_output(untestable.why, Whose::the_changes, facts), now);
  });
}

Result<void> RunRecord::keep(HeldJob& held, const store::Run& run,
                             const report::CheckReport& report) {
  const RunFacts facts = notices_.facts(run, Stage::built);
  const auto names = target_check_names(settings_->prefix, report.plan.targets);
  std::vector<CheckOutput> outputs;
  Conclusion conclusion = *analysis_output(report.plan, facts).conclusion;
  for (std::size_t i = 0; i < report.targets.size(); ++i) {
    outputs.push_back(target_output(report, i, facts));
    conclusion = gravest(conclusion, *outputs.back().conclusion);
  }
  const std::string comment = to_comment(report, facts);
  const std::string json = report::to_json(report);
  const std::string summary = line_of(report::summary(report).raw());
  const auto roots = root_rows(report);
  return held.finish([&]() -> Result<void> {
    const Time now = now_();
    TRY(runs_.end(run.id, RunState::completed, conclusion, summary, now));
    TRY(results_.set_roots(run.id, roots));
    TRY(results_.set_document(run.id, "check.json", json));
    TRY(results_.set_document(run.id, "comment.md", comment));
    for (std::size_t i = 0; i < report.targets.size(); ++i) {
      TRY(keep_layers(run, i, report.targets[i]));
      TRY(results_.set_target_conclusion(run.id, i, *outputs[i].conclusion));
      TRY(notices_.check(run, names[i], outputs[i], now));
    }
    return notices_.comment(run, comment, now);
  });
}

Result<void> RunRecord::keep_layers(const store::Run& run, std::size_t target,
                                    const report::TargetCheck& check) {
  for (const report::BuiltLayer& built : check.layers) {
    TRY_ASSIGN(auto layer, results_.layer(run.id, target, built.key));
    if (!layer) continue;
    layer->state = store::LayerState::done;
    layer->outcome = built.outcome;
    layer->cached = built.cached;
    layer->seconds = built.seconds;
    layer->error_line = report::reason(built);
    if (layer->error_line.empty()) layer->error_line = built.message;
    TRY(results_.set_layer(run.id, *layer));
  }
  return {};
}

Result<void> RunRecord::keep_trouble(HeldJob& held, const store::Run& run, std::string_view error) {
  const store::Job& job = held.job();
  if (job.attempts >= most_attempts) {
    return held.finish([&] { return tell_trouble(run, job.kind, error); });
  }
  return held.give_back(now_() + rest_after(job.attempts), [&] {
    return runs_.set_summary(run.id, line_of("will be retried: " + std::string(error)));
  });
}

Result<void> RunRecord::tell_trouble(const store::Run& run, JobKind kind, std::string_view error) {
  const Time now = now_();
  TRY(runs_.end(run.id, RunState::completed, Conclusion::neutral, line_of(error), now));
  std::vector<std::string> names = {analysis_check_name(settings_->prefix)};
  if (kind == JobKind::build) {
    TRY_ASSIGN(const auto targets, results_.targets(run.id));
    names = target_check_names(settings_->prefix, targets);
  }
  const RunFacts facts = notices_.facts(run, Stage::analysed);
  const CheckOutput output = trouble_output(error, Whose::ours, facts);
  for (const std::string& name : names) {
    TRY(notices_.check(run, name, output, now));
  }
  const std::string comment = trouble_comment(error, facts);
  TRY(results_.set_document(run.id, "comment.md", comment));
  TRY(notices_.comment(run, comment, now));
  return notices_.close_checks(run, error, now);
}

}  // namespace oxbow::bot
