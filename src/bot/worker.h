#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "bot/build.h"
#include "bot/ending.h"
#include "bot/settings.h"
#include "github/client.h"

namespace oxbow::bot {

/// What a worker is given.
struct WorkerNeeds {
  std::filesystem::path store;
  BotSettings settings;
  /// A client for one thread; null where GitHub is not to be asked at all.
  std::function<std::unique_ptr<github::Client>()> make_client;
  bool writes = true;  ///< to GitHub; false is a dry run
  RunBuild::RunGraph run_graph;
  /// Told of what happens, a line at a time, on any thread.
  enum class Level : std::uint8_t { info, warning };
  std::function<void(Level, std::string_view)> log;
};

/// Works until the program ends: reads deliveries, analyses, builds, and tells GitHub, each on a
/// thread of its own with a connection of its own to the store. Errors: the store cannot be opened.
Result<void> work(const WorkerNeeds& needs, const Ending& ending);

}  // namespace oxbow::bot
