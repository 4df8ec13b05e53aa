#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "repo/object_id.h"
#include "repo/tree_source.h"

namespace oxbow::repo {

/// A file, symlink or submodule at its path from the top; what a TreeTable is made from.
struct Leaf {
  std::string path;
  EntryKind kind = EntryKind::file;
  bool executable = false;
  ObjectId id;
};

/// TreeTable holds all trees above a set of leaves, by the ids git would give them. Immutable.
class TreeTable {
 public:
  /// Paths are unique, relative and without empty, "." or ".." parts, and none is a folder of
  /// another. Their order does not matter.
  explicit TreeTable(std::vector<Leaf> leaves);

  const ObjectId& root() const { return root_; }

  /// The tree's entries, or null when there is no such tree; valid as long as this.
  const std::vector<TreeEntry>* find(const ObjectId& tree) const;

 private:
  ObjectId add_tree(const std::vector<Leaf>& leaves, std::size_t begin, std::size_t end,
                    std::size_t prefix);

  std::unordered_map<ObjectId, std::vector<TreeEntry>> trees_;
  ObjectId root_;
};

}  // namespace oxbow::repo
