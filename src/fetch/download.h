#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "fetch/address_policy.h"
#include "fetch/failure.h"
#include "fetch/http_url.h"

namespace oxbow::fetch {

/// What one download may take.
struct DownloadLimits {
  std::uint64_t bytes = std::uint64_t{1} << 30;
  std::chrono::milliseconds connect = std::chrono::seconds(15);  ///< of each host on the way
  std::chrono::milliseconds read = std::chrono::seconds(30);     ///< below a byte a second
  std::chrono::milliseconds total = std::chrono::minutes(10);
};

/// Downloads an http or https url into a file, which is made or overwritten; after a failure it may
/// hold a part. At most 10 redirects are followed, never from https to http. The policy holds for
/// each address that is connected to; certificates are verified for the host's name, by the
/// system's store. Nothing secret is sent. Safe to call from any thread of a process that ignores
/// SIGPIPE.
std::expected<void, FetchFailure> download(std::string_view url, const std::filesystem::path& file,
                                           const AddressPolicy& policy,
                                           const DownloadLimits& limits);

/// Where the redirects of a url end.
struct Location {
  HttpUrl url;          ///< answers with status 200
  std::string address;  ///< numeric; the one that answered, which the policy allows
};

/// Follows the redirects of a url as `download` does, but reads no content at their end.
std::expected<Location, FetchFailure> locate(std::string_view url, const AddressPolicy& policy,
                                             const DownloadLimits& limits);

}  // namespace oxbow::fetch
