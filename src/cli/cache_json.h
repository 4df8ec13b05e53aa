#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cache/care.h"

/// What `oxbow cache` prints with --json: an object in one line of ASCII, ended by a newline.
///   ls       = { "version": 1, "platforms": [ { "platform": text, "layers": [ layer ] } ] }
///   layer    = { "key": text, "package": id or null, "outcome": outcome or null,
///                "broken": text or null, "bytes": int, "files": int,
///                "created": seconds since 1970 or null, "last_use": seconds since 1970 }
///   show     = { "version": 1, "platform": text, "folder": text, "layer": layer,
///                "record": what layer.json says (cache/record.h) or null }
///   gc       = { "version": 1, "dry_run": bool, "freed": int, "kept": int, "kept_bytes": int,
///                "removed": [ { "platform": text, "name": text, "layer": bool, "bytes": int } ],
///                "problems": [ text ] }
///   verify   = { "version": 1, "platforms": [ { "platform": text, "layers": int,
///                "without_digest": int,
///                "broken": [ { "key": text, "why": text, "put_aside": bool } ] } ] }
/// A broken layer has no package, outcome, creation nor record.
namespace oxbow::cli {

/// What was found on one platform.
template <typename T>
struct OfPlatform {
  std::string platform;
  T found;
};

std::string to_json(const std::vector<OfPlatform<std::vector<cache::CachedLayer>>>& platforms);
std::string to_json(const std::string& platform, const std::filesystem::path& folder,
                    const cache::CachedLayer& layer);
std::string to_json(const cache::Collection& collection, bool dry_run);
std::string to_json(const std::vector<OfPlatform<cache::Verification>>& platforms);

}  // namespace oxbow::cli
