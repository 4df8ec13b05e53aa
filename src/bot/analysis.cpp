#include "bot/analysis.h"

#include <utility>

#include "cache/build_times.h"
#include "job/estimated_seconds.h"

namespace oxbow::bot {

Result<void> RunAnalysis::work_on(HeldJob& held) {
  TRY_ASSIGN(const auto run, record_.begin_analysis(held));
  if (!run) return {};
  const auto result = analyse(*run);
  if (!result) return record_.keep_trouble(held, *run, result.error().message);
  return std::visit([&](const auto& one) { return record_.keep(held, *run, one); }, *result);
}

// What a run comes to before anything of it is built. The store is not touched.
Result<std::variant<Analysis, Untestable>> RunAnalysis::analyse(const store::Run& run) {
  TRY_ASSIGN(auto change, open_change(run, *settings_, *mirrors_));
  if (auto* const untestable = std::get_if<Untestable>(&change)) return std::move(*untestable);
  auto& request = std::get<job::PlanRequest>(change);
  TRY_ASSIGN(auto planned, plan_tested(run, request, *loader_));

  Analysis analysis;
  analysis.report = std::move(planned.report);
  for (const job::RepositoryTree& lower : request.lower) analysis.lower.push_back(lower.commit);
  for (const report::TargetReport& target : analysis.report.targets) {
    analysis.estimated_seconds.push_back(estimated_seconds(target));
  }
  return analysis;
}

double RunAnalysis::estimated_seconds(const report::TargetReport& target) const {
  if (target.cone.layers() == 0 || settings_->cache.empty()) return 0;
  return job::estimated_seconds(
      target.cone, cache::BuildTimes(settings_->cache / target.target.platform.to_string()).last(),
      settings_->jobs);
}

}  // namespace oxbow::bot
