#include <fmt/format.h>

#include <filesystem>

#include "base/file.h"
#include "base/hash.h"
#include "base/time.h"
#include "cli/bot_configuration.h"
#include "cli/command.h"
#include "github/event.h"
#include "store/deliveries.h"

namespace oxbow::cli {
namespace {

struct ReplayArguments {
  std::string configuration;
  std::string delivery;
  std::string event = "pull_request";
};

Result<std::string> replay_file(store::Deliveries& deliveries, const ReplayArguments& arguments) {
  auto payload = read_file(arguments.delivery, std::size_t{25} << 20U);
  if (!payload) return payload;
  // What the worker could not read is refused here, where somebody sees it.
  if (const auto event = github::parse_event(arguments.event, *payload); !event) {
    return fail(arguments.delivery + ": " + event.error().message);
  }
  store::Delivery delivery;
  delivery.received = now();
  delivery.guid =
      fmt::format("replay-{}-{}", to_number(delivery.received), sha256_hex(*payload).substr(0, 12));
  delivery.event = arguments.event;
  delivery.payload = std::move(*payload);
  const auto added = deliveries.add({&delivery, 1});
  if (!added) return std::unexpected(added.error());
  return delivery.guid;
}

ExitCode run(const ReplayArguments& arguments) {
  const auto configuration =
      read_bot_configuration(arguments.configuration, KeyUse::not_needed, nullptr);
  if (!configuration) return report_error(configuration.error().message);
  auto database = store::Database::open(configuration->store, store::Database::Access::read_write);
  if (!database) return report_error(database.error().message);
  store::Deliveries deliveries(*database);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(arguments.delivery, ignored)) {
    const auto guid = replay_file(deliveries, arguments);
    if (!guid) return report_error(guid.error().message);
    print_line("stored as " + *guid + "; oxbow worker will process it");
    return ExitCode::done;
  }
  const auto reopened = deliveries.reopen(arguments.delivery);
  if (!reopened) return report_error(reopened.error().message);
  if (!*reopened) {
    return report_error("there is no file and no delivery '" + arguments.delivery +
                        "' that was processed; the webhook's log has their ids");
  }
  print_line(arguments.delivery + " will be processed again by oxbow worker");
  return ExitCode::done;
}

}  // namespace

Command add_replay(CLI::App& program) {
  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App* const command =
      program.add_subcommand("replay", "process a stored delivery again, or one from a file");
  command->add_option("--config", arguments->configuration, "the bot's configuration")->required();
  command->add_option("--event", arguments->event, "the event name, for a payload from a file")
      ->capture_default_str();
  command
      ->add_option("delivery", arguments->delivery,
                   "the id of a stored delivery (X-GitHub-Delivery), or a file with a payload")
      ->required();
  command->footer(
      "A running worker picks it up at once, otherwise the next one does. Exit codes: 0 done,\n"
      "2 error.\n\n"
      "Example:\n"
      "  oxbow replay --config /etc/oxbow/oxbow.toml --event pull_request payload.json");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace oxbow::cli
