#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace oxbow::webhook {

/// What the listener takes of the configuration's file:
///
///   [store]
///   file = "/var/lib/oxbow/oxbow.sqlite"
///
///   [webhook]
///   listen = "127.0.0.1:8470"        # or "unix:/run/oxbow/webhook.sock"
///   secret_files = ["/etc/oxbow/webhook-secret"]   # several while one is replaced
///   max_body_mib = 25                # as much as GitHub sends
struct Configuration {
  std::filesystem::path store;
  std::string listen = "127.0.0.1:8470";
  std::vector<std::string> secrets;
  std::size_t most_bytes = std::size_t{25} << 20;
};

/// Reads the file and the secrets that it names, and takes one more from the environment's
/// OXBOW_WEBHOOK_SECRET. Errors name the line; a secret is never in one.
Result<Configuration> read_configuration(const std::filesystem::path& file,
                                         const char* secret_of_environment);

}  // namespace oxbow::webhook
