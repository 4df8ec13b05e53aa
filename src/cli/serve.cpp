#include <fmt/format.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/interruption.h"
#include "cli/bot_configuration.h"
#include "cli/command.h"
#include "cli/service.h"
#include "store/database.h"

namespace oxbow::cli {
namespace {

struct ServeArguments {
  std::string configuration;
  bool dry_run = false;
};

constexpr std::chrono::seconds time_to_end{60};

ExitCode run(const ServeArguments& arguments) {
  const auto configuration =
      read_bot_configuration(arguments.configuration, KeyUse::not_needed, nullptr);
  if (!configuration) return report_error(configuration.error().message);
  std::error_code error;
  // Where the listener lies beside us, even if our own file was replaced.
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return report_error("/proc/self/exe: " + error.message());
  {
    // The pages read what there is; so it is made before they start.
    const auto made =
        store::Database::open(configuration->store, store::Database::Access::read_write);
    if (!made) return report_error(made.error().message);
  }
  struct Part {
    std::string name;
    std::vector<std::string> command;
  };
  std::vector<Part> parts = {
      {"oxbow-webhook", {(program.parent_path() / "oxbow-webhook").string()}},
      {"oxbow pages", {own_program, "pages"}},
      {"oxbow worker", {own_program, "worker"}}};
  for (Part& part : parts) {
    part.command.insert(part.command.end(), {"--config", arguments.configuration});
  }
  if (arguments.dry_run) parts.back().command.emplace_back("--dry-run");

  const Interruption interruption;
  std::vector<Service> services;
  for (const Part& part : parts) {
    auto service = Service::start(part.name, part.command);
    if (!service) return report_error(service.error().message);
    services.push_back(std::move(*service));
  }
  std::string ended;
  while (!interruption.requested() && ended.empty()) {
    for (Service& service : services) {
      if (service.has_ended()) ended = service.name();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  for (Service& service : services) service.ask_to_end();
  const auto deadline = std::chrono::steady_clock::now() + time_to_end;
  for (Service& service : services) service.wait(deadline);
  if (!ended.empty()) return report_error(ended + " ended, so all were stopped; see its log");
  return ExitCode::done;
}

}  // namespace

Command add_serve(CLI::App& program) {
  auto arguments = std::make_shared<ServeArguments>();
  CLI::App* const command =
      program.add_subcommand("serve", "run the whole bot: listener, worker and pages");
  command->add_option("--config", arguments->configuration, "the bot's configuration")->required();
  command->add_flag("--dry-run", arguments->dry_run,
                    "write nothing to GitHub; show everything in the log and on the pages");
  command->footer(
      "For one machine: starts oxbow-webhook, oxbow pages and oxbow worker, and ends them "
      "together.\n"
      "In production each is a service of its own, with the rights it needs (config/systemd).\n"
      "Exit codes: 0 stopped by SIGTERM or Ctrl-C, 2 one of them failed.\n\n"
      "Example:\n"
      "  oxbow serve --dry-run --config oxbow.toml");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace oxbow::cli
