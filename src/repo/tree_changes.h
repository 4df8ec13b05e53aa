#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "repo/tree_source.h"

namespace oxbow::repo {

/// How a path differs between two states.
enum class PathChangeKind : std::uint8_t { added, removed, modified };

/// A file, symlink or submodule that differs between two states.
struct PathChange {
  std::string path;
  PathChangeKind kind = PathChangeKind::modified;

  friend bool operator==(const PathChange&, const PathChange&) = default;
};

/// A tree and where it is read from; a missing tree is an empty one.
struct SourcedTree {
  const TreeSource* source = nullptr;
  std::optional<ObjectId> tree;
};

/// Every path that differs, by path in byte order, leaving out the entry `except` of the top.
/// Subtrees that are equal are not read. A path whose kind changes is modified; a file that becomes
/// a directory is removed, and what is in the directory added. An error when a tree cannot be read
/// or folders are nested deeper than 64.
Result<std::vector<PathChange>> changed_paths(const SourcedTree& before, const SourcedTree& after,
                                              std::string_view except = {});

}  // namespace oxbow::repo
