#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "repo/object_id.h"

namespace oxbow::repo {

/// What a name in a tree stands for.
enum class EntryKind : std::uint8_t { file, directory, symlink, submodule };

/// One name in a tree. The id is a blob's (file, symlink), a tree's (directory) or a commit's
/// (submodule).
struct TreeEntry {
  std::string name;
  EntryKind kind = EntryKind::file;
  bool executable = false;
  ObjectId id;

  friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

/// A limit for reading what is trusted not to be huge: it spares looking at the length first, which
/// in git costs nearly as much as reading.
inline constexpr std::size_t unlimited = SIZE_MAX;

/// A folder further down than this is an error: no package repository has one.
inline constexpr int deepest_folder = 64;

/// TreeSource is where trees and the contents of files come from: a git repository, a plain
/// directory, or memory. Objects are found by id alone, whatever root they hang under, and never
/// change. Every call is safe from several threads at once.
class TreeSource {
 public:
  TreeSource() = default;
  TreeSource(const TreeSource&) = delete;
  TreeSource& operator=(const TreeSource&) = delete;
  virtual ~TreeSource() = default;

  /// The entries of a tree in git's order: by name, directories as if their name ended in '/'.
  /// Names are unique, not empty, not "." or "..", and have no '/' and no NUL.
  virtual Result<std::vector<TreeEntry>> list(const ObjectId& tree) const = 0;

  /// A blob's contents; an error that names the limit when they are longer than `limit` bytes,
  /// which is found out before they are unpacked.
  virtual Result<std::string> read(const ObjectId& blob, std::size_t limit) const = 0;

  /// A blob's length in bytes, without unpacking it.
  virtual Result<std::size_t> size(const ObjectId& blob) const = 0;
};

}  // namespace oxbow::repo
