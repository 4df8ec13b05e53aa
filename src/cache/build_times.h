#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "opam/package_id.h"

namespace oxbow::cache {

/// BuildTimes is the file .build-times of a platform, which says how long builds took that ended in
/// a layer, so that the next ones can be expected to take as long. Its text is
///   times  = header line*
///   header = "oxbow build times 1\n"
///   line   = NAME " " VERSION " " SECONDS "s\n"
/// The last line of a name counts. Whatever is not a line, such as one that a crash cut off, is
/// passed over, and a file with another header says nothing. A cache of day10 has no such file.
///
/// Several processes may add to it at once, each by one write at its end. Who makes it longer than
/// `longest` replaces it by the last line of each name, at most half as long; what others add at
/// that very moment is lost. So reading it costs the same whatever the cache holds.
class BuildTimes {
 public:
  static constexpr std::size_t longest = std::size_t{1} << 20U;  ///< bytes

  /// Of a platform's folder in a cache.
  explicit BuildTimes(const std::filesystem::path& platform);

  /// Adds a build. Errors: the file cannot be written, or is of another version.
  Result<void> add(const opam::PackageId& package, double seconds) const;

  /// The seconds that the last build of each package took, by the package's name.
  std::unordered_map<std::string, double> last() const;

 private:
  Result<void> make_short() const;

  std::filesystem::path file_;
};

}  // namespace oxbow::cache
