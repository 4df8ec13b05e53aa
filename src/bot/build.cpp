#include "bot/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/untrusted.h"
#include "bot/analysis.h"
#include "bot/label.h"
#include "bot/run_texts.h"
#include "bot/tested_change.h"
#include "report/build_log.h"
#include "report/check_json.h"
#include "report/check_wording.h"

namespace oxbow::bot {
namespace {

using store::RunState;

// The gravest of several conclusions.
std::string gravest(const std::vector<std::string>& conclusions) {
  for (const std::string_view grave : {"failure", "timed_out", "cancelled", "neutral"}) {
    if (std::ranges::find(conclusions, grave) != conclusions.end()) return std::string(grave);
  }
  return "success";
}

std::vector<std::string> check_names(std::string_view prefix,
                                     const std::vector<store::RunTarget>& targets) {
  report::Report named;
  for (const store::RunTarget& target : targets) {
    named.targets.push_back({});
    named.targets.back().compiler = target.compiler;
    named.targets.back().platform = target.platform;
  }
  return target_check_names(prefix, named);
}

// What a contributor types to see the same, in a clone of the repository.
std::string reproduce_command(const report::Report& plan, const report::TargetReport& target) {
  std::string command = fmt::format("oxbow check --cache ~/.cache/oxbow/layers --repo .#{}..{}",
                                    plan.base, plan.head);
  for (std::size_t i = 1; i < plan.repositories.size(); ++i) {
    command += fmt::format(" --repo {}#{}", plan.repositories[i].path, plan.repositories[i].commit);
  }
  return command + fmt::format(" --compiler {} --platform {}", target.compiler, target.platform);
}

void set_reproduce_commands(report::CheckReport& report) {
  for (std::size_t i = 0; i < report.targets.size(); ++i) {
    const std::string command = reproduce_command(report.plan, report.plan.targets[i]);
    for (report::BuiltLayer& layer : report.targets[i].layers) {
      if (!layer.reproduce.empty()) layer.reproduce = command;
    }
  }
}

}  // namespace

Result<void> RunBuild::work_on(const store::Job& job, std::string_view owner, const HeldJob& held,
                               const std::function<bool()>& ends) {
  TRY_ASSIGN(auto found, runs_.find(job.run));
  if (!found) return jobs_.finish(job.id, owner);
  store::Run& run = *found;
  const auto stop = [&] { return held.is_lost() || ends(); };
  const TestedRepository* const repository = settings_->policy.find(run.subject.repository);
  Result<ChangeUnderTest> change =
      repository == nullptr
          ? Result<ChangeUnderTest>(fail(run.subject.repository + " is not configured any more"))
          : open_change(run, *repository, *settings_, *mirrors_);
  Result<job::Checked> checked;
  if (change && std::holds_alternative<job::PlanRequest>(*change)) {
    TRY_ASSIGN(const auto targets, runs_.targets(run.id));
    BuildWatch watch(run, check_names(settings_->prefix, targets), *database_, runs_, notices_,
                     now_);
    checked = check(run, std::get<job::PlanRequest>(*change), watch, stop);
  } else {
    checked = fail(change ? std::get<Untestable>(*change).why : change.error().message);
  }
  if (held.is_lost()) return {};
  if (ends()) return jobs_.give_back(job.id, owner, now_());
  return database_->transaction([&]() -> Result<void> {
    TRY_ASSIGN(const auto ours, jobs_.renew(job.id, owner, now_(), settings_->lease));
    if (!ours) return {};
    if (!checked && job.attempts < most_attempts) {
      run.summary =
          shortened("tried again soon: " + printable(checked.error().message), summary_bytes);
      TRY(runs_.update(run));
      return jobs_.give_back(job.id, owner, now_() + rest_after(job.attempts));
    }
    TRY(checked ? keep(run, *checked) : conclude_trouble(run, checked.error().message));
    return jobs_.finish(job.id, owner);
  });
}

Result<job::Checked> RunBuild::check(const store::Run& run, job::PlanRequest& request,
                                     BuildWatch& watch, const std::function<bool()>& stop) {
  const Time begin = now_();
  TRY_ASSIGN(auto planned, plan_tested(run, request, *loader_));
  job::CheckSettings check;
  check.cache = settings_->cache;
  check.keys = settings_->keys;
  check.build = settings_->build;
  check.build.rebuild_failed =
      run.scope == store::RunScope::failed_again || run.scope == store::RunScope::packages;
  check.build_also = !run.packages.empty();
  check.begins = [&](std::size_t target) { watch.begin_target(target); };
  check.run = [&](const schedule::StepGraph& graph, std::size_t cached) {
    watch.begin_graph(graph, cached);
    return run_graph_(graph, watch, stop, check.build.rebuild_failed);
  };
  TRY_ASSIGN(auto checked, job::check(std::move(planned), request, check, *loader_));
  checked.report.seconds = std::chrono::duration<double>(now_() - begin).count();
  set_reproduce_commands(checked.report);
  return checked;
}

Result<void> RunBuild::keep_target(const store::Run& run, std::size_t target,
                                   const report::TargetCheck& check) {
  TRY_ASSIGN(auto known, runs_.layers(run.id, 0, 1'000'000));
  for (const report::BuiltLayer& built : check.layers) {
    const auto at = std::ranges::find_if(known, [&](const store::RunLayer& layer) {
      return layer.target == target && layer.key == built.key;
    });
    if (at == known.end()) continue;
    at->state = store::LayerState::done;
    at->outcome = verdict::name(built.outcome);
    at->cached = built.cached;
    at->seconds = built.seconds;
    at->error_line = report::first_error_line(built.log_tail);
    if (at->error_line.empty()) at->error_line = built.message;
    TRY(runs_.set_layer(run.id, *at));
  }
  return {};
}

Result<void> RunBuild::keep(store::Run& run, job::Checked& checked) {
  report::CheckReport& report = checked.report;
  const RunFacts facts = notices_.facts(run, Stage::built);
  const auto names = target_check_names(settings_->prefix, report.plan);
  std::vector<store::RunRoot> roots;
  std::vector<std::string> conclusions = {analysis_output(report.plan, facts).conclusion};
  for (std::size_t i = 0; i < report.targets.size(); ++i) {
    const report::TargetCheck& target = report.targets[i];
    std::vector<store::RunRoot> of_target;
    for (const report::RootCheck& root : target.roots) {
      of_target.push_back({i, root.package.to_string(), std::string(verdict::name(root.base)),
                           std::string(verdict::name(root.head)),
                           std::string(verdict::name(root.verdict())), root.failed_key});
    }
    if (run.subject.kind == store::RunKind::push) {
      const report::TargetReport& planned = report.plan.targets[i];
      TRY(runs_.set_package_status(run.subject.repository, run.subject.head,
                                   planned.compiler + " " + planned.platform, of_target));
    }
    roots.insert(roots.end(), of_target.begin(), of_target.end());
    TRY(keep_target(run, i, target));
    const CheckOutput output = target_output(report, i, facts);
    conclusions.push_back(output.conclusion);
    TRY(runs_.set_target_conclusion(run.id, i, output.conclusion));
    TRY(notices_.check(run, names[i], output, now_()));
  }
  run.state = RunState::completed;
  run.conclusion = gravest(conclusions);
  run.summary = shortened(printable(report::summary(report).raw()), summary_bytes);
  run.finished = now_();
  TRY(runs_.update(run));
  TRY(runs_.set_roots(run.id, roots));
  TRY(runs_.set_document(run.id, "check.json", report::to_json(report)));
  const std::string comment = to_comment(report, facts);
  TRY(runs_.set_document(run.id, "comment.md", comment));
  return notices_.comment(run, comment, now_());
}

Result<void> RunBuild::conclude_trouble(store::Run& run, std::string_view error) {
  run.state = RunState::completed;
  run.conclusion = "neutral";
  run.summary = shortened(printable(error), summary_bytes);
  run.finished = now_();
  TRY(runs_.update(run));
  TRY_ASSIGN(const auto targets, runs_.targets(run.id));
  const CheckOutput output =
      trouble_output(error, Whose::ours, notices_.facts(run, Stage::analysed));
  for (const std::string& name : check_names(settings_->prefix, targets)) {
    TRY(notices_.check(run, name, output, now_()));
  }
  return {};
}

}  // namespace oxbow::bot
