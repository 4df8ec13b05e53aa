#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "bot/settings.h"
#include "sandbox/kind.h"

namespace oxbow::cli {

/// BotConfiguration is what the bot's one file says. config/oxcaml.toml is an example with every
/// setting; [webhook] is read by oxbow-webhook itself (webhook/configuration.h).
///
///   version = 1                            # of this format
///
///   [store]
///   file = "/var/lib/oxbow/oxbow.sqlite"
///
///   [pages]
///   listen = "127.0.0.1:8471"
///   url = "https://oxbow.example.org"      # where others reach them
///
///   [github]
///   api = "https://api.github.com"
///   web = "https://github.com"
///   app = "12345"                          # the app's id or client id
///   key_file = "/etc/oxbow/app.pem"        # or the key itself in OXBOW_GITHUB_KEY
///   login = "oxbow[bot]"                   # whose comments are our own
///   name = "oxbow"                         # before the names of checks
///   dry_run = false
///   write_interval_ms = 1000               # GitHub asks for a second
///   settling_ms = 10000                    # how long a request may take effect after it was sent
///
///   [worker]
///   cache = "/var/cache/oxbow"
///   mirrors = "/var/lib/oxbow/mirrors"
///   build = true                           # or analysis only
///   jobs = 2
///   sandbox = "runc"
///   step_timeout = 3600                    # time limit of one build, in seconds
///   step_memory = "8G"                     # that one may use, with what it writes
///   step_disk = "8G"                       # that one may write
///   step_processes = 4096                  # that one may have
///   step_jobs = 1                          # that one may run at once
///   step_log = "16M"                       # of what one prints, that is kept
///   lease_seconds = 60
///
///   [[repository]]
///   name = "OWNER/NAME"
///   place = "https://github.com/OWNER/NAME.git"
///   branches = ["main"]
///   trusted = []                           # logins
///     [[repository.below]]                 # in order of priority
///     place = "https://github.com/ocaml/opam-repository.git"
///     revision = "master"
///     [[repository.target]]
///     compiler = "ocaml-variants.5.2.0+ox"
///     platform = "debian-12-x86_64"
///
/// and [cache], [fetch] and [base] as in configuration.h.
struct BotConfiguration {
  std::filesystem::path store;
  std::string pages_listen = "127.0.0.1:8471";
  std::string api = "https://api.github.com";
  std::string web = "https://github.com";
  std::string app;
  std::string key;        ///< in PEM; empty: there is none, and GitHub is not asked
  std::string key_place;  ///< the file it is from, or the variable
  bool dry_run = false;
  std::optional<sandbox::SandboxKind> sandbox;
  bot::BotSettings settings;
};

/// Whether the app's key is to be read, without which GitHub cannot be asked.
enum class KeyUse : std::uint8_t { needed, not_needed };

/// Reads the file, and the key that it names. `key_of_environment` may be null. Errors name the
/// line; the key is never in one.
Result<BotConfiguration> read_bot_configuration(const std::filesystem::path& file, KeyUse use,
                                                const char* key_of_environment);

}  // namespace oxbow::cli
