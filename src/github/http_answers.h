#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "github/client.h"

/// What is read of the bodies of GitHub's answers. A body that is something else reads as nothing.
namespace oxbow::github {

std::string token_of(std::string_view body);
std::optional<std::int64_t> id_of(std::string_view body);
std::optional<Permission> permission_of(std::string_view body);
std::optional<PullRequest> pull_of(std::string_view body);
void add_checks(std::string_view body, std::vector<RemoteCheck>& checks);
void add_comments(std::string_view body, std::vector<RemoteComment>& comments);
void add_labels(std::string_view body, std::vector<std::string>& labels);

struct RemoteDelivery {
  std::string id;
  std::string guid;
  bool succeeded = false;
  std::string delivered_at;  ///< "2026-11-26T12:00:00Z"
};
void add_deliveries(std::string_view body, std::vector<RemoteDelivery>& deliveries);

}  // namespace oxbow::github
