#pragma once

#include <optional>

#include "base/error.h"
#include "repo/memory_objects.h"
#include "repo/tree_source.h"

namespace oxbow::repo {

/// Three trees: a common ancestor's, and what two sides made of it.
struct TreeSides {
  ObjectId ancestor;
  ObjectId ours;
  ObjectId theirs;
};

/// The merged tree where no path differs from the ancestor on both sides, which is what nearly all
/// pull requests come to: then renames make no difference, and whole folders need not be read. New
/// trees are added to `made`. None where some path does: that merge takes looking at contents.
Result<std::optional<ObjectId>> merge_disjoint(const TreeSource& source, MemoryObjects& made,
                                               const TreeSides& sides);

}  // namespace oxbow::repo
