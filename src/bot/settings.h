#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/time.h"
#include "bot/policy.h"
#include "job/layer_graph.h"
#include "layer/settings.h"

namespace oxbow::bot {

/// What time it is.
using Now = std::function<Time()>;

/// How the bot works on one machine.
struct BotSettings {
  Policy policy;
  std::string prefix = "oxbow";  ///< of the names of check runs
  std::string pages;             ///< where the pages are, "https://oxbow.example.org"; may be empty

  std::filesystem::path mirrors;
  std::filesystem::path cache;  ///< of layers
  job::KeyKind keys = job::KeyKind::build_id;
  layer::BuildSettings build;
  std::size_t jobs = 1;  ///< builds to run at once

  std::chrono::milliseconds lease{60'000};
  std::chrono::milliseconds between_writes{1'000};    ///< to GitHub
  std::chrono::milliseconds between_updates{10'000};  ///< of one check run
  /// How long a write may take effect after it was sent, though its sender is gone: GitHub ends a
  /// request after ten seconds.
  std::chrono::milliseconds settling{10'000};
  std::chrono::milliseconds patience{1'000};    ///< before telling of what may soon be outdated
  std::chrono::seconds mirrors_stay_fresh{60};  ///< of repositories below
};

}  // namespace oxbow::bot
