#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <variant>
#include <vector>

#include "fetch/address_policy.h"
#include "fetch/download.h"
#include "fetch/failure.h"
#include "fetch/git_fetch.h"
#include "fetch/source_cache.h"
#include "opam/definition.h"

namespace oxbow::fetch {

struct FetchSettings {
  AddressPolicy policy;
  DownloadLimits limits;                                       ///< of each download
  std::chrono::milliseconds total = std::chrono::minutes(30);  ///< for all of a package's sources
  /// Caches of opam (BASE, with BASE/ALG/XX/HASH below; http, https or file), asked first for what
  /// has a checksum. Who configures one means it, so the policy does not hold for them.
  std::vector<std::string> mirrors;
};

/// A file in the source cache.
struct CachedFile {
  opam::Checksum checksum;  ///< the strongest that it lies under
  /// The opam file names no checksum, and this is the sha256 of what was there at the moment.
  bool unnamed = false;

  friend bool operator==(const CachedFile&, const CachedFile&) = default;
};

struct FetchedSource {
  std::string title;  ///< of an extra-source; empty for the package's url
  std::variant<CachedFile, CachedCommit> place;
};

/// Where the sources of a package lie now: its url's first, then the extra-sources in the
/// definition's order.
struct FetchedSources {
  std::vector<FetchedSource> sources;
};

/// Fetches what a package's url and extra-sources name, unless the cache has it: from the
/// configured mirrors, the url and its own `mirrors`, the first that gives bytes with all of the
/// file's checksums. The failure is that of the first source that cannot be had, and is
/// `unavailable` when any place of it that the file names was, then `mismatch`, then `refused`.
std::expected<FetchedSources, FetchFailure> fetch_sources(const opam::Definition& definition,
                                                          const SourceCache& cache,
                                                          const FetchSettings& settings);

}  // namespace oxbow::fetch
