#pragma once

#include <functional>

#include "base/error.h"
#include "bot/build_watch.h"
#include "bot/held_job.h"
#include "bot/run_record.h"
#include "bot/settings.h"
#include "job/check.h"
#include "job/mirrors.h"
#include "job/state.h"

namespace oxbow::bot {

/// RunBuild does a run's job of building: what its analysis found is built, compared with the base,
/// and told, while it goes and at the end. For one thread.
class RunBuild {
 public:
  /// Has steps run (LocalRunner, or a fake). It is told whether to stop, and tells the observer.
  using RunGraph = std::function<Result<std::vector<schedule::StepResult>>(
      const job::LayerSteps& steps, schedule::StepObserver& observer,
      const std::function<bool()>& stop_requested)>;

  RunBuild(store::Database& database, const BotSettings& settings, job::Mirrors& mirrors,
           job::StateLoader& loader, Now now, RunGraph run_graph)
      : database_(&database),
        record_(database, settings, now),
        settings_(&settings),
        mirrors_(&mirrors),
        loader_(&loader),
        now_(std::move(now)),
        run_graph_(std::move(run_graph)) {}

  /// Does the job. When it is lost or the program ends (`ends`), building stops: what was built
  /// stays in the cache, and a job that was not lost is given back. Errors: of the store.
  Result<void> work_on(HeldJob& held, const std::function<bool()>& ends);

 private:
  Result<report::CheckReport> check(const store::Run& run, const std::function<bool()>& stop);

  store::Database* database_;
  RunRecord record_;
  const BotSettings* settings_;
  job::Mirrors* mirrors_;
  job::StateLoader* loader_;
  Now now_;
  RunGraph run_graph_;
};

}  // namespace oxbow::bot
