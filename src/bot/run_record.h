#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "bot/held_job.h"
#include "bot/notices.h"
#include "bot/settings.h"
#include "bot/tested_change.h"
#include "report/check_report.h"
#include "store/jobs.h"
#include "store/run_results.h"
#include "store/runs.h"

namespace oxbow::bot {

/// What a run comes to before anything of it is built.
struct Analysis {
  report::Report report;
  std::vector<double> estimated_seconds;  ///< of building, by target; 0 is not known
  std::vector<std::string> lower;         ///< the commits of the repositories below
};

/// RunRecord writes down what comes of a run while a job is done for it: the run and its documents,
/// the next job, and what GitHub is to show. Each call is one transaction, and ends the job unless
/// it says otherwise; nothing is kept of a job that was lost. For one thread.
class RunRecord {
 public:
  RunRecord(store::Database& database, const BotSettings& settings, Now now)
      : runs_(database),
        results_(database),
        jobs_(database),
        notices_(database, settings),
        settings_(&settings),
        now_(std::move(now)) {}

  /// The job's run, if it is there; the job goes on.
  Result<std::optional<store::Run>> find(HeldJob& held);

  /// The same, and it is being analysed from now on; none if the job was lost.
  Result<std::optional<store::Run>> begin_analysis(HeldJob& held);

  Result<void> keep(HeldJob& held, const store::Run& run, const Analysis& analysis);
  Result<void> keep(HeldJob& held, const store::Run& run, const Untestable& untestable);
  Result<void> keep(HeldJob& held, const store::Run& run, const report::CheckReport& report);

  /// An infrastructure error. The job is tried again a few times, later; then GitHub is told.
  Result<void> keep_trouble(HeldJob& held, const store::Run& run, std::string_view error);

 private:
  Result<void> tell_trouble(const store::Run& run, store::JobKind kind, std::string_view error);
  Result<void> keep_layers(const store::Run& run, std::size_t target,
                           const report::TargetCheck& check);

  store::Runs runs_;
  store::RunResults results_;
  store::Jobs jobs_;
  Notices notices_;
  const BotSettings* settings_;
  Now now_;
};

}  // namespace oxbow::bot
