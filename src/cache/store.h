#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file_lock.h"
#include "cache/layout.h"
#include "cache/record.h"

namespace oxbow::cache {

/// A layer that is being made: a folder of its own beside the layers, removed with this object
/// unless it was committed.
class Draft {
 public:
  Draft(Draft&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}
  Draft& operator=(Draft&&) = delete;
  ~Draft();

  /// Where all that a layer has but its record is to be put.
  const std::filesystem::path& folder() const { return folder_; }

 private:
  friend class LayerStore;
  explicit Draft(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
};

/// Lease keeps layers from being collected while it lives. Its file goes with it, and one that a
/// killed process left behind with the next collection.
class Lease {
 public:
  Lease(Lease&& other) noexcept
      : file_(std::exchange(other.file_, {})), lock_(std::move(other.lock_)) {}
  Lease& operator=(Lease&&) = delete;
  ~Lease();

 private:
  friend class LayerStore;
  Lease(std::filesystem::path file, FileLock lock)
      : file_(std::move(file)), lock_(std::move(lock)) {}
  std::filesystem::path file_;
  FileLock lock_;
};

/// LayerStore is the layers of one platform in a cache, in day10's layout:
///   CACHE/PLATFORM/base/fs            the root file system that everything stands on
///   CACHE/PLATFORM/KEY/layer.json     LayerRecord
///   CACHE/PLATFORM/KEY/build.log      what the build printed (LayerLog)
///   CACHE/PLATFORM/KEY/spec.json      the layer::Recipe that it was made by; none of day10's
///   CACHE/PLATFORM/KEY/fs             what installing the package added
///   CACHE/PLATFORM/KEY/opam-repository/packages/NAME/NAME.VERSION/{opam,files}   as it was built
///   CACHE/PLATFORM/KEY.lock           held by who builds KEY
///   CACHE/PLATFORM/.draft-*           a layer in the making, and what remains of a killed one
///   CACHE/PLATFORM/.lease-*           the keys that a process counts on, one a line; held
///                                     while it does
///   CACHE/PLATFORM/.broken-KEY        a layer that was found broken and put aside
///   CACHE/PLATFORM/.trash-*           what is being deleted
///   CACHE/PLATFORM/.build-times       BuildTimes; stays whatever is collected
///   CACHE/PLATFORM/.gc.lock           held by who deletes; shared by who takes a lease
/// A layer is whole or absent: it is renamed into place when all of it is there, and last used when
/// its folder was last modified. Keys must be layer keys (key.h). Several threads and processes may
/// use one cache at once.
class LayerStore {
 public:
  /// Opens the platform's part of a cache; it need not be there yet.
  LayerStore(const std::filesystem::path& cache, std::string_view platform);

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path path(std::string_view key) const { return folder_ / key; }
  std::filesystem::path base() const { return folder_ / base_folder / tree_folder; }

  /// Whether layers can be added. The error says why not and what to do: no permission, read-only.
  Result<void> check_writable() const;

  /// The layer's record; none if it is absent. An error if it is there and broken (no or a bad
  /// layer.json, no fs though it succeeded). Whether the record is of the package that the caller
  /// means is for the caller to see.
  Result<std::optional<LayerRecord>> find(std::string_view key) const;

  /// The lock of a layer; none if another process has it and `wait` is no.
  enum class Wait : std::uint8_t { yes, no };
  Result<std::optional<FileLock>> lock(std::string_view key, Wait wait) const;

  /// Begins a layer. The caller holds its lock.
  Result<Draft> begin(std::string_view key) const;

  /// Makes a draft the layer `key`, with this record, whose size, number of files and digest are
  /// filled in from the draft's fs; of one that did not succeed, fs is removed first. The caller
  /// holds the lock. A layer that is there already is replaced (that is how a failed one is built
  /// again); for a moment there is none then. How long it took is noted in BuildTimes. An error
  /// leaves the cache as it was.
  Result<void> commit(Draft draft, std::string_view key, LayerRecord record) const;

  /// Puts a broken layer aside as .broken-KEY, replacing an older one of that name.
  Result<void> put_aside(std::string_view key) const;

  /// Keeps the layers `keys` from being collected while what is returned lives, and marks them as
  /// used now; look for them afterwards. None in a cache that may not be written, where
  /// nothing is deleted either.
  Result<std::optional<Lease>> lease(const std::vector<std::string>& keys) const;

  /// Every layer's key, sorted; of broken ones, too. None if the platform is not there.
  Result<std::vector<std::string>> keys() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace oxbow::cache
