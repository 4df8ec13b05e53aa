#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "github/pull_request.h"

namespace oxbow::github {

/// Failure is an answer of GitHub's that was not the one hoped for, or none.
struct Failure {
  enum class Kind : std::uint8_t {
    passing,   ///< 5xx, 429, rate limits, silence, a cut connection: try again
    gone,      ///< 404, 410, 422 for what is no longer there: never again
    refused,   ///< 401, 403 without a limit: the app's rights or key are wrong
    rejected,  ///< 400, 422: what we sent is wrong
  };
  Kind kind = Kind::passing;
  std::string message;  ///< one line, printable
  /// How long GitHub wants to be left alone; none if it did not say. With `everything`, by all.
  std::optional<std::chrono::seconds> wait;
  bool everything = false;
};

template <typename T>
using Answer = std::expected<T, Failure>;

/// A repository as an installation of the app sees it.
struct Place {
  std::string repository;  ///< "OWNER/NAME"
  std::int64_t installation = 0;
};

enum class Permission : std::uint8_t { none, read, write, admin };

struct RemoteCheck {
  std::string id;
  std::string external_id;
};

struct RemoteComment {
  std::string id;
  std::string author;
  std::string body;
};

struct FailedDelivery {
  std::string id;  ///< to have it delivered again
  std::string guid;
};

/// Client is what is asked of GitHub, each a request or, of a list, one for each page. Bodies are
/// JSON as request.h writes them. Nothing is tried again here. HttpClient asks the real one, a fake
/// remembers. For one thread.
class Client {
 public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  // Writes.
  virtual Answer<std::string> create_check(const Place& place, std::string_view body) = 0;
  virtual Answer<void> update_check(const Place& place, std::string_view id,
                                    std::string_view body) = 0;
  virtual Answer<std::string> create_comment(const Place& place, std::int64_t pull,
                                             std::string_view text) = 0;
  virtual Answer<void> update_comment(const Place& place, std::string_view id,
                                      std::string_view text) = 0;
  virtual Answer<void> create_label(const Place& place, std::string_view name,
                                    std::string_view colour) = 0;
  virtual Answer<void> add_label(const Place& place, std::int64_t pull, std::string_view name) = 0;
  virtual Answer<void> remove_label(const Place& place, std::int64_t pull,
                                    std::string_view name) = 0;
  virtual Answer<void> react(const Place& place, std::string_view comment,
                             std::string_view content) = 0;
  virtual Answer<void> redeliver(std::string_view delivery) = 0;

  // Reads.
  virtual Answer<std::vector<RemoteCheck>> checks(const Place& place, std::string_view head,
                                                  std::string_view name) = 0;
  virtual Answer<std::vector<RemoteComment>> comments(const Place& place, std::int64_t pull) = 0;
  virtual Answer<std::vector<std::string>> labels(const Place& place, std::int64_t pull) = 0;
  virtual Answer<Permission> permission(const Place& place, std::string_view user) = 0;
  virtual Answer<PullRequest> pull(const Place& place, std::int64_t number) = 0;
  /// Those of the app's last 100 that were tried after `since` ("2026-11-26T12:00:00Z") and have
  /// not arrived.
  virtual Answer<std::vector<FailedDelivery>> failed_deliveries(std::string_view since) = 0;
};

}  // namespace oxbow::github
