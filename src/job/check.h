#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "job/layer_graph.h"
#include "job/layer_run.h"
#include "job/plan.h"
#include "layer/settings.h"
#include "report/check_report.h"

namespace oxbow::job {

/// How what a plan found is to be built.
struct CheckSettings {
  std::filesystem::path cache;
  KeyKind keys = KeyKind::build_id;
  layer::BuildSettings build;
  RunSteps run;
  /// Of the request's additional packages, whether the change rebuilds them or not.
  bool build_also = false;
};

/// What a check has found, and what is to be told beside it, a line each.
struct Checked {
  report::CheckReport report;  ///< but for what only the caller knows: sandbox, seconds, limit
  std::vector<std::string> warnings;
};

/// Builds what a plan rebuilds, for all targets at once, and then, where that failed, the same
/// roots of the base. Errors: a cache that nothing can be built in.
Result<Checked> check(Planned planned, const PlanRequest& request, const CheckSettings& settings,
                      StateLoader& loader);

}  // namespace oxbow::job
