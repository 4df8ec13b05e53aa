#pragma once

#include <string>
#include <string_view>

#include "bot/settings.h"
#include "bot/tested_change.h"
#include "job/mirrors.h"
#include "job/state.h"
#include "store/runs.h"

namespace oxbow::bot {

/// ExplainAnswer answers `/oxbow explain`: why a run rebuilds a package, or what refutes it, in
/// GitHub's Markdown. For one thread.
class ExplainAnswer {
 public:
  ExplainAnswer(const BotSettings& settings, job::Mirrors& mirrors, job::StateLoader& loader)
      : settings_(&settings), mirrors_(&mirrors), loader_(&loader) {}

  std::string operator()(const store::Run& run, std::string_view package);

 private:
  const BotSettings* settings_;
  job::Mirrors* mirrors_;
  job::StateLoader* loader_;
};

}  // namespace oxbow::bot
