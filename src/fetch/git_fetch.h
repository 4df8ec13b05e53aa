#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "fetch/address_policy.h"
#include "fetch/download.h"
#include "fetch/failure.h"
#include "fetch/source_cache.h"
#include "opam/url.h"

namespace oxbow::fetch {

/// A commit in a bare repository of the source cache.
struct CachedCommit {
  std::filesystem::path repository;
  std::string commit;
  /// The url names no whole commit id but a branch, a tag or nothing, and this is what it was at
  /// the moment.
  bool resolved = false;

  friend bool operator==(const CachedCommit&, const CachedCommit&) = default;
};

/// Fetches the commit that a url of git names: over https, http, and where the policy allows it
/// from a folder. git:// and ssh are refused by every policy, since git cannot be held to an
/// address there. Runs the git program without configuration, hooks, credentials and submodules.
/// Redirects are followed beforehand by `locate`, and git connects to the address that it found.
std::expected<CachedCommit, FetchFailure> fetch_commit(const opam::Url& url,
                                                       const SourceCache& cache,
                                                       const AddressPolicy& policy,
                                                       const DownloadLimits& limits);

}  // namespace oxbow::fetch
