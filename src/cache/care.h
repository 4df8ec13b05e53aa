#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "cache/record.h"
#include "cache/store.h"

/// What keeps a cache small and whole.
namespace oxbow::cache {

using CacheTime = std::chrono::system_clock::time_point;

/// A layer as it lies in a cache.
struct CachedLayer {
  std::string key;
  std::optional<LayerRecord> record;  ///< none if it is broken
  std::string broken;                 ///< why
  std::uint64_t bytes = 0;            ///< as recorded, else counted
  std::uint64_t files = 0;
  CacheTime last_use;
};

/// Every layer of a platform, by key.
Result<std::vector<CachedLayer>> list(const LayerStore& store);

/// What is to be collected. Without a bound it is only what no process needs any more: drafts,
/// leases and locks of processes that ended, trash, and what was put aside a day ago.
struct CollectRequest {
  std::optional<std::uint64_t> max_bytes = {};       ///< that all layers may have together
  std::optional<std::chrono::seconds> max_age = {};  ///< that the last use of a layer may lie back
  bool dry_run = false;                              ///< only say what would be removed
};

struct CollectedItem {
  std::string platform;
  std::string name;  ///< a layer's key, or the name of a file or folder that is not a layer
  bool layer = false;
  std::uint64_t bytes = 0;
};

struct Collection {
  std::vector<CollectedItem> removed;  ///< layers first, the least recently used before the others
  std::uint64_t freed = 0;             ///< bytes
  std::size_t kept = 0;                ///< layers
  std::uint64_t kept_bytes = 0;
  std::vector<std::string> problems;  ///< what could not be removed, and why
};

/// Removes the layers that were not used for too long, and then the least recently used until the
/// rest is small enough. Never one that a living lease names or whose lock another process holds,
/// and never a base. A layer may go before those that stand on it: its key says how to build it
/// again, and one that is needed is leased with all below it. The stores are platforms of one
/// cache, whose bounds hold for all together. Waits for who takes a lease at the moment; what was
/// decided upon is then out of the way at once, and deleted while others go on.
Result<Collection> collect(std::span<const LayerStore> stores, const CollectRequest& request);

struct BrokenLayer {
  std::string key;
  std::string why;
  bool put_aside = false;
};

struct Verification {
  std::size_t layers = 0;
  std::size_t without_digest = 0;  ///< day10's, of which only the record can be looked at
  std::vector<BrokenLayer> broken;
};

/// Reads every layer of a platform whole and compares it with its record. With `remove`, those that
/// are broken are put aside, unless another process is at them.
enum class RemoveBroken : bool { no, yes };
Result<Verification> verify(const LayerStore& store, RemoveBroken remove);

}  // namespace oxbow::cache
