#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "opam/package_id.h"

namespace oxbow::opam {

/// Platform is what packages are built on, in opam's variables.
struct Platform {
  std::string os;
  std::string os_distribution;
  std::string os_family;
  std::string os_version;
  std::string arch;

  /// day10's key for it: "debian-12-x86_64".
  std::string to_string() const { return os_distribution + "-" + os_version + "-" + arch; }
  friend bool operator==(const Platform&, const Platform&) = default;
};

/// Reads DISTRIBUTION-VERSION-ARCH. Only the distribution may contain a dash.
Result<Platform> parse_platform(std::string_view text);

/// Target is a compiler package on a platform: everything is solved for one.
struct Target {
  PackageId compiler;
  Platform platform;

  /// "ocaml-variants.5.2.0+ox on debian-12-x86_64".
  std::string to_string() const { return compiler.to_string() + " on " + platform.to_string(); }
  friend bool operator==(const Target&, const Target&) = default;
};

/// Reads COMPILER on PLATFORM, as Target::to_string() writes it.
Result<Target> parse_target(std::string_view text);

/// What to call each of several targets where room is short: "5.2.0+ox · debian-12-x86_64", with
/// the compiler's name before its version where two would be called the same.
std::vector<std::string> short_names(std::span<const Target> targets);

}  // namespace oxbow::opam
