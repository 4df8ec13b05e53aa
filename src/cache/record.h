#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "opam/package_id.h"
#include "verdict/outcome.h"

namespace oxbow::cache {

/// LayerRecord is what a layer says of itself: its file layer.json. The first members are day10's,
/// the rest is ours and missing in a layer that day10 made:
///   record  = { "package": id, "exit_status": int, "deps": [ id ], "hashes": [ key ],
///               "created": seconds since 1970,
///               "oxbow": { "version": 1, "outcome": outcome, "seconds": number,
///                          "time_limit": seconds, [ "message": text ],
///                          [ "memory_limit": int ], [ "disk_limit": int ], "bytes": int, "files":
///                          int, "digest": hex } }
/// Source of day10's part: day10 bin/linux.ml.
struct LayerRecord {
  opam::PackageId package;
  int exit_status = 0;
  std::vector<opam::PackageId> deps;  ///< all that it stands on, dependents first
  std::vector<std::string> hashes;    ///< their keys
  double created = 0;

  /// success, failure or timed_out. Of day10's: failure where exit_status is not 0.
  verdict::Outcome outcome = verdict::Outcome::success;
  double seconds = 0;     ///< that it took to build; 0 is unknown
  std::string message;    ///< why it failed, where its log does not say
  double time_limit = 0;  ///< of a build that timed out
  /// Of a failure that ran into it, in bytes; 0 of others.
  std::uint64_t memory_limit = 0;
  std::uint64_t disk_limit = 0;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::string digest;  ///< of the tree fs (digest.h); empty is unknown

  friend bool operator==(const LayerRecord&, const LayerRecord&) = default;
};

/// A file that is longer is not read.
inline constexpr std::size_t longest_record = std::size_t{16} << 20U;

std::string to_json(const LayerRecord& record);

/// The error says what is wrong with which member.
Result<LayerRecord> parse_layer_record(std::string_view json);

}  // namespace oxbow::cache
