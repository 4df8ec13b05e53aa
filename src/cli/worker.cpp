#include "bot/worker.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <stop_token>

#include "base/interruption.h"
#include "base/time.h"
#include "base/untrusted.h"
#include "cli/bot_configuration.h"
#include "cli/build_arguments.h"
#include "cli/command.h"
#include "github/http_client.h"
#include "sandbox/group_hierarchy.h"
#include "schedule/executor.h"
#include "schedule/local_runner.h"

namespace oxbow::cli {
namespace {

struct WorkerArguments {
  std::string configuration;
  bool dry_run = false;
};

std::unique_ptr<github::Client> make_client(const BotConfiguration& configuration) {
  if (configuration.key.empty() || configuration.app.empty()) return nullptr;
  auto key = RsaKey::parse(configuration.key, configuration.key_place);
  if (!key) return nullptr;
  const auto clock = [] {
    return std::chrono::floor<std::chrono::seconds>(now().time_since_epoch());
  };
  return std::make_unique<github::HttpClient>(
      github::HttpClient::Settings{configuration.api, configuration.app, OXBOW_VERSION, {}},
      std::move(*key), clock);
}

// Has steps built by processes of this program.
Result<std::vector<schedule::StepResult>> run_graph(const BotConfiguration& configuration,
                                                    const Interruption& interruption,
                                                    const job::LayerSteps& steps,
                                                    schedule::StepObserver& observer,
                                                    const std::function<bool()>& stop_requested) {
  schedule::LocalRunner runner =
      local_runner(configuration.settings.cache.string(), configuration.sandbox, steps,
                   interruption.descriptor());
  schedule::ExecutorSettings settings;
  settings.jobs = configuration.settings.jobs;
  settings.stop_requested = stop_requested;
  return schedule::run_steps(steps.graph(), runner, settings, observer);
}

ExitCode run(const WorkerArguments& arguments) {
  auto configuration = read_bot_configuration(arguments.configuration, KeyUse::needed,
                                              std::getenv("OXBOW_GITHUB_KEY"));
  if (!configuration) return report_error(configuration.error().message);
  if (!configuration->key.empty()) {
    const auto key = RsaKey::parse(configuration->key, configuration->key_place);
    if (!key) return report_error(key.error().message);
  }
  spdlog::set_default_logger(spdlog::stderr_color_mt("oxbow"));
  // Before there is another thread or process.
  if (const auto room = sandbox::make_room_for_groups(sandbox::group_hierarchies()); !room) {
    spdlog::warn("{}; builds get control groups outside ours", room.error().message);
  }
  const Interruption interruption;
  bot::WorkerNeeds needs;
  needs.store = configuration->store;
  needs.settings = configuration->settings;
  needs.writes = !configuration->dry_run && !arguments.dry_run;
  needs.make_client = [&] { return make_client(*configuration); };
  needs.run_graph = [&](const job::LayerSteps& steps, schedule::StepObserver& observer,
                        const std::function<bool()>& stop_requested) {
    return run_graph(*configuration, interruption, steps, observer, stop_requested);
  };
  needs.log = [](bot::WorkerNeeds::Level level, std::string_view line) {
    spdlog::log(level == bot::WorkerNeeds::Level::info ? spdlog::level::info : spdlog::level::warn,
                "{}", printable(line));
  };
  spdlog::info("working on {}{}", configuration->store.string(),
               needs.writes ? "" : "; a dry run: nothing is written to GitHub");
  bot::Ending ending;
  const StopOnInterruption stop(interruption);
  const std::stop_callback end(stop.token(), [&] { ending.request(); });
  if (const auto worked = bot::work(needs, ending); !worked) {
    return report_error(worked.error().message);
  }
  return ExitCode::done;
}

}  // namespace

Command add_worker(CLI::App& program) {
  auto arguments = std::make_shared<WorkerArguments>();
  CLI::App* const command =
      program.add_subcommand("worker", "process webhook deliveries: analyse, build, report");
  command->add_option("--config", arguments->configuration, "the bot's configuration")->required();
  command->add_flag("--dry-run", arguments->dry_run, "write nothing to GitHub, only to the log");
  command->footer(
      "Takes deliveries from the store, analyses, builds, and tells GitHub. Building needs root.\n"
      "Stops on SIGTERM or Ctrl-C; unfinished work continues in the next worker. Exit codes: 0 "
      "ended,\n"
      "2 error.\n\n"
      "Example:\n"
      "  oxbow worker --config /etc/oxbow/oxbow.toml");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace oxbow::cli
