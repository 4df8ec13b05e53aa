#include "bot/analysis.h"

#include <algorithm>
#include <utility>

#include "base/untrusted.h"
#include "bot/label.h"
#include "bot/run_texts.h"
#include "cache/build_times.h"
#include "job/estimated_seconds.h"
#include "job/plan.h"
#include "report/json.h"
#include "report/wording.h"

namespace oxbow::bot {
namespace {

using store::Hold;
using store::RunState;

constexpr std::size_t packages_in_reason = 5;

Stage stage_of(Hold hold) {
  switch (hold) {
    case Hold::draft: return Stage::draft;
    case Hold::approval: return Stage::awaiting_approval;
    case Hold::building_off: return Stage::analysed;
    case Hold::none: break;
  }
  return Stage::building;
}

std::vector<store::RunTarget> targets_of(const report::Report& report,
                                         const std::vector<double>& estimates) {
  std::vector<store::RunTarget> targets;
  for (std::size_t i = 0; i < report.targets.size(); ++i) {
    const report::TargetReport& target = report.targets[i];
    targets.push_back({target.compiler, target.platform, target.cone.packages_rebuilt(),
                       target.cone.layers(), report::count_cached(target.cone), estimates[i], ""});
  }
  return targets;
}

std::vector<store::RunLayer> layers_of(const report::Report& report) {
  std::vector<store::RunLayer> layers;
  for (std::size_t i = 0; i < report.targets.size(); ++i) {
    std::size_t position = 0;
    for (const plan::ConeLayer& added : report.targets[i].cone.added) {
      store::RunLayer layer;
      layer.target = i;
      layer.position = position++;
      layer.package = added.package.to_string();
      layer.key = added.key;
      layer.reason = report::because(added.because, packages_in_reason).raw();
      layer.cached = added.cached;
      layers.push_back(std::move(layer));
    }
  }
  return layers;
}

bool has_layers(const report::Report& report) {
  return std::ranges::any_of(
      report.targets, [](const report::TargetReport& target) { return target.cone.layers() > 0; });
}

}  // namespace

std::chrono::milliseconds rest_after(std::size_t attempts) {
  return std::chrono::seconds(5) * (1U << std::min<std::size_t>(attempts, 6));
}

Result<void> RunAnalysis::end(const store::Job& job, std::string_view owner,
                              const std::function<Result<void>()>& keep) {
  return database_->transaction([&]() -> Result<void> {
    TRY_ASSIGN(const auto ours, jobs_.renew(job.id, owner, now_(), settings_->lease));
    if (!ours) return {};
    TRY(keep());
    return jobs_.finish(job.id, owner);
  });
}

Result<void> RunAnalysis::work_on(const store::Job& job, std::string_view owner) {
  TRY_ASSIGN(auto found, runs_.find(job.run));
  if (!found) return jobs_.finish(job.id, owner);
  store::Run& run = *found;
  run.state = RunState::analysing;
  if (!run.started) run.started = now_();
  if (auto begun = database_->transaction([&]() -> Result<void> {
        TRY_ASSIGN(const auto ours, jobs_.renew(job.id, owner, now_(), settings_->lease));
        return ours ? runs_.update(run) : Result<void>();
      });
      !begun) {
    return begun;
  }
  const TestedRepository* const repository = settings_->policy.find(run.subject.repository);
  Result<ChangeUnderTest> change =
      repository == nullptr
          ? Result<ChangeUnderTest>(fail(run.subject.repository + " is not configured any more"))
          : open_change(run, *repository, *settings_, *mirrors_);
  if (change && std::holds_alternative<Untestable>(*change)) {
    return end(job, owner, [&] { return conclude_untestable(run, std::get<Untestable>(*change)); });
  }
  Result<report::Report> report;
  if (change) {
    report = plan(std::get<job::PlanRequest>(*change), run);
  } else {
    report = std::unexpected(std::move(change.error()));
  }
  if (!report) {
    if (job.attempts < most_attempts) return try_later(job, owner, run, report.error().message);
    return end(job, owner, [&] { return conclude_trouble(run, report.error().message); });
  }
  return end(job, owner,
             [&] { return keep_plan(run, std::get<job::PlanRequest>(*change), *report); });
}

Result<void> RunAnalysis::try_later(const store::Job& job, std::string_view owner, store::Run& run,
                                    std::string_view error) {
  return database_->transaction([&]() -> Result<void> {
    TRY_ASSIGN(const auto ours, jobs_.renew(job.id, owner, now_(), settings_->lease));
    if (!ours) return {};
    run.summary = shortened("tried again soon: " + printable(error), summary_bytes);
    TRY(runs_.update(run));
    return jobs_.give_back(job.id, owner, now_() + rest_after(job.attempts));
  });
}

Result<report::Report> RunAnalysis::plan(job::PlanRequest& request, const store::Run& run) {
  TRY_ASSIGN(auto planned, plan_tested(run, request, *loader_));
  return std::move(planned.report);
}

Result<void> RunAnalysis::keep_plan(store::Run& run, const job::PlanRequest& request,
                                    const report::Report& report) {
  std::vector<double> estimates;
  for (const report::TargetReport& target : report.targets) {
    const bool is_needed = target.cone.layers() > 0 && request.cache;
    estimates.push_back(is_needed ? job::estimated_seconds(
                                        target.cone,
                                        cache::BuildTimes(*request.cache / target.platform).last(),
                                        settings_->jobs)
                                  : 0);
  }
  run.analysed = now_();
  run.tested_base = report.base;
  run.lower.clear();
  for (const job::RepositoryTree& lower : request.lower) run.lower.push_back(lower.commit);
  const std::vector<store::RunTarget> targets = targets_of(report, estimates);
  run.packages_rebuilt = run.layers = run.cached = 0;
  for (const store::RunTarget& target : targets) {
    run.packages_rebuilt = std::max(run.packages_rebuilt, target.packages);
    run.layers += target.layers;
    run.cached += target.cached;
  }
  run.summary = shortened(printable(report::summary(report).raw()), summary_bytes);
  TRY(runs_.set_plan(run.id, targets, layers_of(report)));
  TRY(runs_.set_document(run.id, "plan.json", report::to_json(report)));
  return show_plan(run, report, estimates);
}

Result<void> RunAnalysis::show_plan(store::Run& run, const report::Report& report,
                                    const std::vector<double>& estimates) {
  const bool wants_build = has_layers(report) || !run.packages.empty();
  Stage stage = wants_build ? stage_of(run.hold) : Stage::analysed;
  RunFacts facts = notices_.facts(run, stage);
  facts.estimated_seconds = estimates;
  const CheckOutput analysis = analysis_output(report, facts);
  run.conclusion = analysis.conclusion;
  if (stage == Stage::building) {
    run.state = RunState::building;
  } else if (stage == Stage::analysed) {
    run.state = RunState::completed;
    run.finished = now_();
  } else {
    run.state = RunState::analysis_done;
  }
  TRY(runs_.update(run));
  const Time now = now_();
  if (auto shown = notices_.check(run, analysis_check_name(settings_->prefix), analysis, now);
      !shown) {
    return shown;
  }
  const std::string comment = to_comment(report, facts);
  TRY(runs_.set_document(run.id, "comment.md", comment));
  TRY(notices_.comment(run, comment, now));
  TRY(notices_.label(run, rebuild_label(run.packages_rebuilt), now));
  if (!settings_->policy.build) return {};
  const auto names = target_check_names(settings_->prefix, report);
  for (std::size_t i = 0; i < report.targets.size(); ++i) {
    const report::TargetReport& target = report.targets[i];
    RunFacts of_target = facts;
    if (target.cone.layers() == 0 && run.packages.empty()) of_target.stage = Stage::analysed;
    if (auto shown = notices_.check(run, names[i], waiting_output(target, of_target), now);
        !shown) {
      return shown;
    }
  }
  if (stage != Stage::building) return {};
  return jobs_.add(run.id, store::JobKind::build, run.subject.pull != 0 ? 1 : 0, now);
}

Result<void> RunAnalysis::conclude_untestable(store::Run& run, const Untestable& untestable) {
  const bool is_conflict = untestable.kind != Untestable::Kind::vanished;
  run.state = is_conflict ? RunState::completed : RunState::cancelled;
  run.conclusion = is_conflict ? "failure" : "cancelled";
  run.summary = shortened(printable(untestable.why), summary_bytes);
  run.finished = now_();
  TRY(runs_.update(run));
  if (auto closed = notices_.close_checks(run, untestable.why, now_()); !closed || !is_conflict) {
    return closed;
  }
  const RunFacts facts = notices_.facts(run, Stage::analysed);
  const std::string comment = trouble_comment(untestable.why, facts);
  TRY(runs_.set_document(run.id, "comment.md", comment));
  TRY(notices_.comment(run, comment, now_()));
  return notices_.check(run, analysis_check_name(settings_->prefix),
                        trouble_output(untestable.why, Whose::the_changes, facts), now_());
}

Result<void> RunAnalysis::conclude_trouble(store::Run& run, std::string_view error) {
  run.state = RunState::completed;
  run.conclusion = "neutral";
  run.summary = shortened(printable(error), summary_bytes);
  run.finished = now_();
  TRY(runs_.update(run));
  TRY(notices_.close_checks(run, error, now_()));
  return notices_.check(run, analysis_check_name(settings_->prefix),
                        trouble_output(error, Whose::ours, notices_.facts(run, Stage::analysed)),
                        now_());
}

}  // namespace oxbow::bot
