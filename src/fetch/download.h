#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string_view>

#include "fetch/address_policy.h"
#include "fetch/failure.h"
#include "fetch/http_url.h"

namespace oxbow::fetch {

/// What one download may take.
struct DownloadLimits {
  std::uint64_t bytes = std::uint64_t{1} << 30;
  std::chrono::milliseconds connect = std::chrono::seconds(15);
  std::chrono::milliseconds read = std::chrono::seconds(30);  ///< without a byte
  std::chrono::milliseconds total = std::chrono::minutes(10);
};

/// Downloads an http or https url into a file, which is made or overwritten; after a failure it may
/// hold a part. At most 10 redirects are followed, never from https to http. Every host on the way
/// is looked up once, checked against the policy, and connected to at the address that was checked;
/// certificates are verified for its name, by the system's store. Nothing secret is sent. Safe to
/// call from any thread of a process that ignores SIGPIPE. A name's look-up is bounded by the
/// resolver's limits, not by these.
std::expected<void, FetchFailure> download(std::string_view url, const std::filesystem::path& file,
                                           const AddressPolicy& policy,
                                           const DownloadLimits& limits);

/// The url at which the redirects of `url` end, with status 200; its content is not read.
std::expected<HttpUrl, FetchFailure> locate(std::string_view url, const AddressPolicy& policy,
                                            const DownloadLimits& limits);

}  // namespace oxbow::fetch
