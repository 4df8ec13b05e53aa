#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cache/layout.h"

namespace oxbow::cache {

/// Where a base's root file system comes from.
struct BaseOrigin {
  std::string suite;                  ///< of mmdebstrap; unless there is a command
  std::vector<std::string> packages;  ///< that mmdebstrap installs beside those of every base
  std::string command;  ///< run by `sh -c`; makes the root file system in $OXBOW_DESTINATION

  friend bool operator==(const BaseOrigin&, const BaseOrigin&) = default;
};

/// BaseRecord is what a base layer says of itself: its file base.json.
///   record  = { "version": 1, "platform": text, "created": seconds since 1970,
///               "suite": text, "packages": [ text ], "opam": text }
///           | { "version": 1, "platform": text, "created": seconds since 1970,
///               "command": text, "opam": text }
struct BaseRecord {
  std::string platform;
  std::int64_t created = 0;
  BaseOrigin origin;
  std::string opam;  ///< its version

  friend bool operator==(const BaseRecord&, const BaseRecord&) = default;
};

std::string to_json(const BaseRecord& record);

/// The error says what is wrong with which member.
Result<BaseRecord> parse_base_record(std::string_view json);

/// What mmdebstrap is to install: of this suite or, where it is empty, of the platform's. The error
/// tells of a command where no suite of the platform is known.
Result<BaseOrigin> base_origin(std::string_view platform, std::string suite,
                               std::vector<std::string> packages);

/// BaseLayer is the root file system that all layers of a platform stand on. It holds uid 1000
/// `opam`, whose ~/.opam is initialised with an empty repository and the empty switch `default`.
///   CACHE/PLATFORM/base/fs         the root file system
///   CACHE/PLATFORM/base/base.json  BaseRecord
///   CACHE/PLATFORM/base.lock       held by who makes it
///   CACHE/PLATFORM/base.log        what was printed when it was last made
///   CACHE/PLATFORM/.base-draft     in the making, or what remains of a killed one
///   CACHE/PLATFORM/.base-old       that which is being replaced
class BaseLayer {
 public:
  BaseLayer(const std::filesystem::path& cache, std::string_view platform);

  std::filesystem::path fs() const { return folder_ / base_folder / tree_folder; }

  /// Its record; none if there is no base.
  Result<std::optional<BaseRecord>> find() const;

  /// Makes it, as root. One that is there is replaced by the finished new one, or else an error.
  enum class IfThere : std::uint8_t { fail, replace };
  Result<BaseRecord> create(const BaseOrigin& origin, IfThere if_there) const;

 private:
  Result<void> recover() const;
  Result<BaseRecord> fill(const BaseOrigin& origin, const std::filesystem::path& draft) const;
  Result<void> put_in_place(const std::filesystem::path& draft) const;

  std::filesystem::path folder_;
  std::string platform_;
};

/// The bytes of all files below a folder, each inode once.
std::uint64_t tree_bytes(const std::filesystem::path& folder);

}  // namespace oxbow::cache
