#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "opam/package_id.h"

namespace oxbow::solve {

/// Platform is what packages are built on, in opam's variables.
struct Platform {
  std::string os;
  std::string os_distribution;
  std::string os_family;
  std::string os_version;
  std::string arch;

  /// day10's key for it: "debian-12-x86_64".
  std::string to_string() const { return os_distribution + "-" + os_version + "-" + arch; }
};

/// Reads DISTRIBUTION-VERSION-ARCH. Only the distribution may contain a dash.
Result<Platform> parse_platform(std::string_view text);

/// Target is a compiler package on a platform: everything is solved for one.
struct Target {
  opam::PackageId compiler;
  Platform platform;
};

}  // namespace oxbow::solve
