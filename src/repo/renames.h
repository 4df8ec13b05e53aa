#pragma once

#include <vector>

#include "base/error.h"
#include "repo/snapshot.h"
#include "repo/tree_source.h"

namespace oxbow::repo {

/// A removed package and the added one that it became.
struct Rename {
  const PackageEntry* from = nullptr;
  const PackageEntry* to = nullptr;
};

/// Packages of one state that the other lacks, by name and version, and where to read them.
struct Unpaired {
  const TreeSource& source;
  std::vector<const PackageEntry*> packages;
};

/// The pairs that difference.h describes, in the order of the added packages.
Result<std::vector<Rename>> find_renames(const Unpaired& removed, const Unpaired& added);

}  // namespace oxbow::repo
