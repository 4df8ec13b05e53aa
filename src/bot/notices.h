#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "bot/run_texts.h"
#include "bot/settings.h"
#include "github/check_run.h"
#include "store/publications.h"
#include "store/runs.h"

namespace oxbow::bot {

/// Notices writes into the store what GitHub is to show of runs. Nothing is sent here: a Publisher
/// does that. For one thread.
class Notices {
 public:
  Notices(store::Database& database, const BotSettings& settings)
      : publications_(database), settings_(&settings) {}

  /// What every text about a run has.
  RunFacts facts(const store::Run& run, Stage stage) const;

  /// A check run of a run. One with a conclusion is completed; the other is not told for a moment,
  /// since the next may be there before.
  Result<void> check(const store::Run& run, std::string_view name, const CheckOutput& output,
                     Time now);

  /// The comment and the label of the run's pull request; nothing where it has none.
  Result<void> comment(const store::Run& run, std::string_view text, Time now);
  Result<void> label(const store::Run& run, std::string_view label, Time now);

  Result<void> react(const store::RunSubject& about, std::string_view comment,
                     std::string_view content, Time now);
  Result<void> reply(const store::RunSubject& about, std::string_view comment,
                     std::string_view text, Time now);

  /// Each check that the run has is open again, as GitHub has opened what somebody wants run again.
  Result<void> reopen_checks(const store::Run& run, const CheckOutput& output, Time now);

  /// Ends all check runs of a run that are not completed, as cancelled.
  Result<void> close_checks(const store::Run& run, std::string_view why, Time now);

 private:
  Result<void> want(const store::Publication& key, std::string_view wanted, Time not_before);

  store::Publications publications_;
  const BotSettings* settings_;
};

/// As a check run has it for its external id, and an address.
std::string run_number(store::RunId run);

/// The first line of an answer to a comment, by which it is found.
std::string reply_marker(std::string_view comment);

/// "2026-11-26T12:00:00Z", as GitHub writes times.
std::string time_text(Time time);

}  // namespace oxbow::bot
