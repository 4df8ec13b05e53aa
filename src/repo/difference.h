#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "opam/package_id.h"
#include "repo/snapshot.h"
#include "repo/tree_changes.h"
#include "repo/tree_source.h"

namespace oxbow::repo {

/// What happened to a package version between two states.
enum class PackageChangeKind : std::uint8_t { added, removed, changed, renamed };

/// One package version that differs. For an added or removed one, its opam file and its files are
/// changes too; for a renamed one they are told from the former package's.
struct PackageChange {
  PackageChangeKind kind = PackageChangeKind::changed;
  opam::PackageId package;                // the new one when renamed
  std::optional<opam::PackageId> former;  // when renamed
  bool opam_changed = false;
  std::vector<PathChange> files;  // paths from files/, by path

  friend bool operator==(const PackageChange&, const PackageChange&) = default;
};

/// How two states of a repository differ.
struct Difference {
  std::vector<PackageChange> packages;  // by package
  std::size_t other_paths = 0;          // that differ outside packages/
};

/// A snapshot and where it was read from.
struct State {
  const TreeSource& source;
  const Snapshot& snapshot;
};

/// How `after` differs from `before`; names whose directories are the same tree cost nothing.
///
/// A removed and an added package are one renamed package when their opam files are equal or share
/// 60 % of their lines. Of several such pairs those of one name come first, then the most similar,
/// then the order of names; each package is used once. When thousands of packages come and go,
/// only pairs of one name and of equal opam files are looked at, and of these a bounded number.
///
/// An error when a tree or an opam file cannot be read.
Result<Difference> difference(const State& before, const State& after);

}  // namespace oxbow::repo
