#pragma once

#include <functional>
#include <string_view>

#include "base/error.h"
#include "bot/notices.h"
#include "bot/settings.h"
#include "bot/tested_change.h"
#include "job/mirrors.h"
#include "job/state.h"
#include "store/jobs.h"
#include "store/runs.h"

namespace oxbow::bot {

/// RunAnalysis does a run's job of analysis: plans the change, and has GitHub show what came of it.
/// It runs no code of any package. For one thread.
class RunAnalysis {
 public:
  RunAnalysis(store::Database& database, const BotSettings& settings, job::Mirrors& mirrors,
              job::StateLoader& loader, Now now)
      : database_(&database),
        runs_(database),
        jobs_(database),
        notices_(database, settings),
        settings_(&settings),
        mirrors_(&mirrors),
        loader_(&loader),
        now_(std::move(now)) {}

  /// Does the job, which is the owner's, and ends it. Nothing is kept of a job that was lost
  /// meanwhile. Trouble is tried again a few times, later; then GitHub is told of it. Errors: of
  /// the store.
  Result<void> work_on(const store::Job& job, std::string_view owner);

 private:
  Result<void> try_later(const store::Job& job, std::string_view owner, store::Run& run,
                         std::string_view error);
  Result<report::Report> plan(job::PlanRequest& request, const store::Run& run);
  Result<void> keep_plan(store::Run& run, const job::PlanRequest& request,
                         const report::Report& report);
  Result<void> conclude_untestable(store::Run& run, const Untestable& untestable);
  Result<void> conclude_trouble(store::Run& run, std::string_view error);
  Result<void> show_plan(store::Run& run, const report::Report& report,
                         const std::vector<double>& estimates);
  Result<void> end(const store::Job& job, std::string_view owner,
                   const std::function<Result<void>()>& keep);

  store::Database* database_;
  store::Runs runs_;
  store::Jobs jobs_;
  Notices notices_;
  const BotSettings* settings_;
  job::Mirrors* mirrors_;
  job::StateLoader* loader_;
  Now now_;
};

/// How much longer a job should rest that met trouble so often.
std::chrono::milliseconds rest_after(std::size_t attempts);

/// How often a job is tried that meets trouble of ours.
inline constexpr std::size_t most_attempts = 4;

/// A run's summary is cut off there.
inline constexpr std::size_t summary_bytes = 300;

}  // namespace oxbow::bot
