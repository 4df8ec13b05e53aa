#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "repo/tree_source.h"
#include "repo/tree_table.h"

namespace oxbow::repo {

/// Directory is a plain folder as a tree source: what git would store if all of it were added. Its
/// files and trees have git's ids, so that a state read here shares what was learnt from git.
/// Symlinks are not followed, and what is neither file, folder nor symlink is left out, as are
/// empty folders and .git. Immutable: a file that changes after open() is an error when it is read.
class Directory final : public TreeSource {
 public:
  /// Reads the folder's tree and hashes every file, on several threads. Errors: no such folder, a
  /// file that cannot be read, folders nested deeper than 64, more than a million files.
  static Result<std::unique_ptr<Directory>> open(const std::filesystem::path& path);

  const ObjectId& root() const { return trees_.root(); }

  Result<std::vector<TreeEntry>> list(const ObjectId& tree) const override;
  Result<std::string> read(const ObjectId& blob, std::size_t limit) const override;
  Result<std::size_t> size(const ObjectId& blob) const override;

 private:
  Directory(std::filesystem::path path, std::vector<Leaf> leaves);
  Result<std::filesystem::path> path_of(const ObjectId& blob) const;

  std::filesystem::path path_;
  std::unordered_map<ObjectId, std::string> files_;  // one path for each content
  TreeTable trees_;
};

}  // namespace oxbow::repo
