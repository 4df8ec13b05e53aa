#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "opam/checksum.h"

namespace oxbow::fetch {

/// Something that is being fetched: a folder of its own in the source cache, removed with this
/// object.
class Unfinished {
 public:
  Unfinished(Unfinished&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}
  Unfinished& operator=(Unfinished&&) = delete;
  ~Unfinished();

  /// Where a file is to be written.
  std::filesystem::path file() const { return folder_ / "file"; }
  /// Where a repository is to be made.
  std::filesystem::path repository() const { return folder_ / "repository"; }

 private:
  friend class SourceCache;
  explicit Unfinished(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
};

/// SourceCache is the sources in a cache, in the layout of opam's own download cache:
///   CACHE/sources/ALG/XX/HASH          a file under a checksum of it: ALG md5, sha256 or sha512,
///                                      XX the first two digits of HASH
///   CACHE/sources/git/SHA256/COMMIT    a bare repository in which refs/heads/fetched, its HEAD, is
///                                      COMMIT; SHA256 is the hash of the url that it came from
///   CACHE/sources/.new-*               what is being fetched, and what a killed process left
/// All but the last is whole, never changes, and is readable by everyone. A repository's folder
/// belongs to uid 1000 (if we may give it away): git's check of ownership looks at that, before a
/// build clones from it, and no variable of the environment can tell it otherwise. Several
/// processes and threads may use one cache at once.
class SourceCache {
 public:
  explicit SourceCache(const std::filesystem::path& cache) : folder_(cache / "sources") {}

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path file(const opam::Checksum& checksum) const;
  std::filesystem::path repository(std::string_view url, std::string_view commit) const;

  /// The strongest of the checksums, if the cache has a file under any of them; it lies under all
  /// of them then. What lies there is read: it has to have all the checksums.
  std::optional<opam::Checksum> find(const std::vector<opam::Checksum>& checksums) const;

  Result<Unfinished> begin() const;

  /// Puts the file of `unfinished` under these checksums, at least one, which it was found to have.
  Result<void> keep_file(const Unfinished& unfinished,
                         const std::vector<opam::Checksum>& checksums) const;

  /// Puts its repository in place; that of another process that was faster stays.
  Result<void> keep_repository(const Unfinished& unfinished, std::string_view url,
                               std::string_view commit) const;

 private:
  std::filesystem::path folder_;
};

/// The strongest of some checksums, at least one.
const opam::Checksum& strongest(const std::vector<opam::Checksum>& checksums);

/// The digests of a file, of these kinds. It must not be written to meanwhile.
Result<std::vector<opam::Checksum>> digests(const std::filesystem::path& file,
                                            const std::vector<HashKind>& kinds);

/// The first of the checksums that a file has not, beside what it has instead; none if it has all.
struct WrongChecksum {
  opam::Checksum expected;
  opam::Checksum got;
};
Result<std::optional<WrongChecksum>> wrong_checksum(const std::filesystem::path& file,
                                                    const std::vector<opam::Checksum>& checksums);

}  // namespace oxbow::fetch
