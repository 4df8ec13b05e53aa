#pragma once

#include <functional>
#include <string_view>

#include "base/error.h"
#include "job/bot_settings.h"
#include "job/build_watch.h"
#include "job/check.h"
#include "job/held_job.h"
#include "job/mirrors.h"
#include "job/notices.h"
#include "job/state.h"
#include "store/jobs.h"
#include "store/runs.h"

namespace oxbow::job {

/// RunBuild does a run's job of building: what its analysis found is built, compared with the base,
/// and told, while it goes and at the end. For one thread.
class RunBuild {
 public:
  /// Has the steps of a graph run (LocalRunner, or a fake). It is told whether to stop, and tells
  /// the observer. `failed_again` is whether layers that failed before are built again.
  using RunGraph = std::function<Result<std::vector<build::StepResult>>(
      const build::StepGraph& graph, build::StepObserver& observer,
      const std::function<bool()>& stop_requested, bool failed_again)>;

  RunBuild(store::Database& database, const BotSettings& settings, Mirrors& mirrors,
           StateLoader& loader, Now now, RunGraph run_graph)
      : database_(&database),
        runs_(database),
        jobs_(database),
        notices_(database, settings),
        settings_(&settings),
        mirrors_(&mirrors),
        loader_(&loader),
        now_(std::move(now)),
        run_graph_(std::move(run_graph)) {}

  /// Does the job, which is held. When it is lost or the program ends (`ends`), building stops:
  /// what was built stays in the cache, and a job that was not lost is given back. Errors: of the
  /// store.
  Result<void> work_on(const store::Job& job, std::string_view owner, const HeldJob& held,
                       const std::function<bool()>& ends);

 private:
  Result<Checked> check(const store::Run& run, PlanRequest& request, BuildWatch& watch,
                        const std::function<bool()>& stop);
  Result<void> keep(store::Run& run, Checked& checked);
  Result<void> keep_target(const store::Run& run, std::size_t target,
                           const report::TargetCheck& check);
  Result<void> conclude_trouble(store::Run& run, std::string_view error);

  store::Database* database_;
  store::Runs runs_;
  store::Jobs jobs_;
  Notices notices_;
  const BotSettings* settings_;
  Mirrors* mirrors_;
  StateLoader* loader_;
  Now now_;
  RunGraph run_graph_;
};

}  // namespace oxbow::job
