#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "job/bot_settings.h"
#include "job/change_under_test.h"
#include "job/mirrors.h"
#include "job/state.h"
#include "store/runs.h"

namespace oxbow::job {

/// ExplainAnswer answers `/oxbow explain`: why a run rebuilds a package, or what refutes it, in
/// GitHub's Markdown. It keeps what it loaded for the next question. For one thread.
class ExplainAnswer {
 public:
  ExplainAnswer(const BotSettings& settings, Mirrors& mirrors, Progress& progress)
      : settings_(&settings), mirrors_(&mirrors), progress_(&progress) {}

  std::string operator()(const store::Run& run, std::string_view package);

 private:
  const BotSettings* settings_;
  Mirrors* mirrors_;
  Progress* progress_;
  std::unique_ptr<StateLoader> loader_;
};

}  // namespace oxbow::job
