#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>

#include "base/interruption.h"
#include "base/time.h"
#include "cli/bot_configuration.h"
#include "cli/command.h"
#include "http/listen_address.h"
#include "web/server.h"
#include "web/site.h"

namespace oxbow::cli {
namespace {

struct PagesArguments {
  std::string configuration;
  bool listen_anywhere = false;
};

ExitCode run(const PagesArguments& arguments) {
  // The app's key is not for this process.
  auto configuration = read_bot_configuration(arguments.configuration, KeyUse::not_needed, nullptr);
  if (!configuration) return report_error(configuration.error().message);
  const auto address = http::parse_listen_address(configuration->pages_listen);
  if (!address) return report_error(address.error().message);
  if (address->host.empty()) {
    return report_error("the pages listen on 127.0.0.1:PORT, not on a unix socket");
  }
  spdlog::set_default_logger(spdlog::stderr_color_mt("oxbow-pages"));
  if (!address->is_local() && !arguments.listen_anywhere) {
    return report_error(configuration->pages_listen +
                        " is open to others; put a proxy before a local address, or give "
                        "--listen-anywhere");
  }
  if (!address->is_local()) spdlog::warn("{} is open to others", configuration->pages_listen);
  auto database = store::Database::open(configuration->store, store::Database::Access::read_only);
  if (!database) return report_error(database.error().message);
  web::Site site(std::move(*database),
                 {configuration->settings.cache, configuration->web, configuration->dry_run});
  const Interruption interruption;
  const StopOnInterruption stop(interruption);
  const auto served =
      web::serve([&](const web::Request& request) { return site.answer(request, now()); },
                 {.address = *address}, stop.token(),
                 [&](int port) { spdlog::info("pages on http://{}:{}/", address->host, port); });
  if (!served) return report_error(served.error().message);
  return ExitCode::done;
}

}  // namespace

Command add_pages(CLI::App& program) {
  auto arguments = std::make_shared<PagesArguments>();
  CLI::App* const command = program.add_subcommand("pages", "serve the pages of the bot's runs");
  command->add_option("--config", arguments->configuration, "the bot's configuration")->required();
  command->add_flag("--listen-anywhere", arguments->listen_anywhere,
                    "allow listening on an address that other machines can reach");
  command->footer(
      "Reads the store, which `oxbow worker` has made, and the cache's logs; needs no other "
      "rights.\n"
      "Also answers /metrics, for Prometheus, and /healthz. Exit codes: 0 stopped by SIGTERM or\n"
      "Ctrl-C, 2 error.\n\n"
      "Example:\n"
      "  oxbow pages --config /etc/oxbow/oxbow.toml");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace oxbow::cli
