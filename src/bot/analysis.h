#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "bot/run_record.h"
#include "bot/settings.h"
#include "bot/tested_change.h"
#include "job/mirrors.h"
#include "job/state.h"

namespace oxbow::bot {

/// RunAnalysis does a run's job of analysis: plans the change, and has GitHub show what came of it.
/// It runs no code of any package. For one thread.
class RunAnalysis {
 public:
  RunAnalysis(store::Database& database, const BotSettings& settings, job::Mirrors& mirrors,
              job::StateLoader& loader, Now now)
      : record_(database, settings, std::move(now)),
        settings_(&settings),
        mirrors_(&mirrors),
        loader_(&loader) {}

  /// Does the job and ends it. Errors: of the store.
  Result<void> work_on(HeldJob& held);

 private:
  Result<std::variant<Analysis, Untestable>> analyse(const store::Run& run);
  double estimated_seconds(const report::TargetReport& target) const;

  RunRecord record_;
  const BotSettings* settings_;
  job::Mirrors* mirrors_;
  job::StateLoader* loader_;
};

}  // namespace oxbow::bot
