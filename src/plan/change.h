#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "opam/package_id.h"

namespace oxbow::plan {

enum class ChangeKind : std::uint8_t { added, removed, changed, renamed };

std::string_view name(ChangeKind kind);

/// A file under a package's files/ that differs; its path is from there.
struct FileChange {
  std::string path;
  ChangeKind kind = ChangeKind::changed;  ///< never renamed
};

/// Change is what happened to one package version in the repository under test.
struct Change {
  opam::PackageId package;
  std::optional<opam::PackageId> former;  ///< where it was renamed
  ChangeKind kind = ChangeKind::changed;
  /// The opam file's fields that differ, as in "depends" or "url.checksum". Of a package that was
  /// added or removed there are none.
  std::vector<std::string> fields;
  std::vector<FileChange> files;
  /// Whether its build-id can differ: false where only what no build sees was touched.
  bool affects_build = true;
};

/// Whether a package was written by a script to guard the patched ones, and so tells a reader
/// nothing: oxcaml-NAME.guard and oxcaml-NAME-patches.enabled.
bool is_generated(const opam::PackageId& package);

}  // namespace oxbow::plan
