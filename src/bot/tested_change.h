#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/error.h"
#include "bot/settings.h"
#include "job/mirrors.h"
#include "job/plan.h"
#include "store/runs.h"

namespace oxbow::bot {

/// Why a run can have no answer: its head is no longer there, or cannot be merged. It is no error.
struct Untestable {
  enum class Kind : std::uint8_t { vanished, conflict, no_repository };
  Kind kind = Kind::vanished;
  std::string why;
};

using ChangeUnderTest = std::variant<job::PlanRequest, Untestable>;

/// Fetches what a run tests: the head and the base, merged in memory if the run is a pull request's
/// (a push and a merge group are states already), and the repositories below. A run that knows
/// which commits it was analysed with gets those. Errors: what cannot be fetched or read, a
/// repository that is not configured.
Result<ChangeUnderTest> open_change(const store::Run& run, const BotSettings& settings,
                                    job::Mirrors& mirrors);

/// Plans what a run tests. The packages that the run was asked for, "NAME" or "NAME.VERSION", are
/// added to the request; a name alone is its newest version in the head, and what does not exist is
/// left out. Errors: as of job::plan.
Result<job::Planned> plan_tested(const store::Run& run, job::PlanRequest& request,
                                 job::StateLoader& loader);

}  // namespace oxbow::bot
