#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "base/interruption.h"
#include "webhook/configuration.h"
#include "webhook/log_limit.h"
#include "webhook/server.h"
#include "webhook/writer.h"

namespace oxbow::webhook {
namespace {

constexpr std::string_view usage =
    "usage: oxbow-webhook --config FILE [--listen-anywhere]\n"
    "\n"
    "Listens for GitHub's deliveries: verifies each by the webhook's secret, stores it, and "
    "answers\n"
    "202. `oxbow worker` does the rest. It needs no rights but to write the store; a proxy such "
    "as\n"
    "nginx stands before it (config/nginx/oxbow.conf).\n"
    "\n"
    "  --config FILE       the configuration, of which [store] and [webhook] are read\n"
    "  --listen-anywhere   allow listening on an address that other machines can reach\n"
    "  --help, --version\n"
    "\n"
    "Exit codes: 0 stopped by SIGTERM or SIGINT, 2 error.\n"
    "\n"
    "example: oxbow-webhook --config /etc/oxbow/oxbow.toml\n";

constexpr std::size_t bytes_at_once = std::size_t{26} << 20;

int fail_with(std::string_view message) {
  fmt::print(stderr, "oxbow-webhook: {}\n", message);
  return 2;
}

struct Arguments {
  std::string configuration;
  bool listen_anywhere = false;
};

Result<Arguments> read_arguments(std::span<char*> words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--listen-anywhere") {
      arguments.listen_anywhere = true;
    } else if (word == "--config" && i + 1 < words.size()) {
      arguments.configuration = words[++i];
    } else if (word.starts_with("--config=")) {
      arguments.configuration = word.substr(9);
    } else {
      return fail("'" + std::string(word) + "' is not an argument; see oxbow-webhook --help");
    }
  }
  if (arguments.configuration.empty()) return fail("--config FILE is missing");
  return arguments;
}

int run(const Arguments& arguments) {
  auto configuration =
      read_configuration(arguments.configuration, std::getenv("OXBOW_WEBHOOK_SECRET"));
  if (!configuration) return fail_with(configuration.error().message);
  auto address = http::parse_listen_address(configuration->listen);
  if (!address) return fail_with(address.error().message);
  if (!address->is_local()) {
    if (!arguments.listen_anywhere) {
      return fail_with(configuration->listen +
                       " is open to others; put a proxy before a local address, or give "
                       "--listen-anywhere");
    }
    spdlog::warn(
        "{} is open to others: slow and many clients can hold this process up; "
        "put a proxy before it",
        configuration->listen);
  }
  auto database = store::Database::open(configuration->store, store::Database::Access::read_write);
  if (!database) return fail_with(database.error().message);

  const Interruption interruption;
  const StopOnInterruption stop(interruption);
  Writer writer(std::move(*database));
  LogLimit limit;
  const Store store = [&](store::Delivery delivery) {
    const auto added = writer.store(std::move(delivery));
    if (!added) limit.log(spdlog::level::err, added.error().message);
    return added ? 202 : 503;
  };
  const Log log = [&](int status, std::string_view line) {
    limit.log(status == 202 ? spdlog::level::info : spdlog::level::warn,
              fmt::format("{} {}", status, line));
  };
  Server server({*address, configuration->secrets, configuration->most_bytes, bytes_at_once}, store,
                log);
  const auto port = server.bind();
  if (!port) return fail_with(port.error().message);

  spdlog::info("listening on {}",
               *port == 0 ? configuration->listen : fmt::format("{}:{}", address->host, *port));
  const auto served = server.run(stop.token());
  return served ? 0 : fail_with(served.error().message);
}

}  // namespace
}  // namespace oxbow::webhook

int main(int argc, char** argv) {
  using namespace oxbow::webhook;
  ::signal(SIGPIPE, SIG_IGN);
  spdlog::set_default_logger(spdlog::stderr_color_mt("oxbow-webhook"));
  const std::span<char*> words(argv + 1, static_cast<std::size_t>(argc - 1));
  if (!words.empty() && std::string_view(words[0]) == "--help") {
    fmt::print("{}", usage);
    return 0;
  }
  if (!words.empty() && std::string_view(words[0]) == "--version") {
    fmt::print("{}\n", OXBOW_VERSION);
    return 0;
  }
  const auto arguments = read_arguments(words);
  if (!arguments) return fail_with(arguments.error().message);
  return run(*arguments);
}
