#include "bot/build.h"

#include <fmt/format.h>

#include <utility>

#include "bot/run_texts.h"
#include "bot/tested_change.h"

namespace oxbow::bot {
namespace {

// What a contributor types to see the same, in a clone of the repository.
std::string reproduce_command(const report::Report& plan, const opam::Target& target) {
  std::string command = fmt::format("oxbow check --cache ~/.cache/oxbow/layers --repo .#{}..{}",
                                    plan.base, plan.head);
  for (std::size_t i = 1; i < plan.repositories.size(); ++i) {
    command += fmt::format(" --repo {}#{}", plan.repositories[i].path, plan.repositories[i].commit);
  }
  return command + fmt::format(" --compiler {} --platform {}", target.compiler.to_string(),
                               target.platform.to_string());
}

void set_reproduce_commands(report::CheckReport& report) {
  for (std::size_t i = 0; i < report.targets.size(); ++i) {
    const std::string command = reproduce_command(report.plan, report.plan.targets[i].target);
    for (report::BuiltLayer& layer : report.targets[i].layers) {
      if (!layer.reproduce.empty()) layer.reproduce = command;
    }
  }
}

}  // namespace

Result<void> RunBuild::work_on(HeldJob& held, const std::function<bool()>& ends) {
  TRY_ASSIGN(const auto run, record_.find(held));
  if (!run) return {};
  const auto report = check(*run, [&] { return held.is_lost() || ends(); });
  if (ends()) return held.give_back(now_(), []() -> Result<void> { return {}; });
  if (!report) return record_.keep_trouble(held, *run, report.error().message);
  return record_.keep(held, *run, *report);
}

// Builds what the run tests. The store is told how that goes, and not what comes of it.
Result<report::CheckReport> RunBuild::check(const store::Run& run,
                                            const std::function<bool()>& stop) {
  const Time begin = now_();
  TRY_ASSIGN(auto change, open_change(run, *settings_, *mirrors_));
  if (const auto* const untestable = std::get_if<Untestable>(&change)) return fail(untestable->why);
  auto& request = std::get<job::PlanRequest>(change);
  TRY_ASSIGN(auto planned, plan_tested(run, request, *loader_));
  BuildWatch watch(run, target_check_names(settings_->prefix, planned.report.targets), *database_,
                   *settings_, now_);
  job::CheckSettings check;
  check.cache = settings_->cache;
  check.keys = settings_->keys;
  check.build = settings_->build;
  check.build.rebuild_failed =
      run.scope == store::RunScope::failed_again || run.scope == store::RunScope::packages;
  check.build_also = !run.packages.empty();
  check.run = [&](const job::LayerSteps& steps) {
    watch.begin(steps);
    return run_graph_(steps, watch, stop);
  };
  TRY_ASSIGN(auto checked, job::check(std::move(planned), request, check, *loader_));
  checked.report.seconds = std::chrono::duration<double>(now_() - begin).count();
  set_reproduce_commands(checked.report);
  return std::move(checked.report);
}

}  // namespace oxbow::bot
