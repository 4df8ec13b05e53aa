#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "repo/object_id.h"
#include "repo/tree_source.h"

namespace oxbow::repo {

/// A commit and the tree it holds.
struct Revision {
  ObjectId commit;
  ObjectId tree;

  friend bool operator==(const Revision&, const Revision&) = default;
};

/// The paths that a merge could not decide on, each once and sorted.
struct Conflicts {
  std::vector<std::string> paths;
};

/// What merging came to: the merged tree, or conflicts.
using Merge = std::variant<ObjectId, Conflicts>;

/// GitRepository reads a git repository and merges its commits in memory. Nothing on disk is
/// written, and GIT_DIR and the like are not looked at. Every call is safe from several threads at
/// once; reading scales with them.
class GitRepository final : public TreeSource {
 public:
  /// Opens the repository at exactly `path` (parents are not searched): a bare repository, a work
  /// tree, or a linked work tree.
  static Result<std::unique_ptr<GitRepository>> open(const std::filesystem::path& path);

  ~GitRepository() override;

  /// The commit that a revision names, in git's language: a branch, a tag, pull/7/head, an id or
  /// the beginning of one, HEAD~2, main@{upstream}.
  Result<Revision> resolve(std::string_view revision) const;

  /// The upstream of the branch that HEAD is on; an error when HEAD is detached or has none.
  Result<Revision> upstream() const;

  /// Merges `head` into `base`, as `git merge` would with renames of files followed. The merged
  /// tree is read through this source like any other. It is an error when the two have no common
  /// ancestor.
  Result<Merge> merge(const ObjectId& base, const ObjectId& head);

  Result<std::vector<TreeEntry>> list(const ObjectId& tree) const override;
  Result<std::string> read(const ObjectId& blob, std::size_t limit) const override;
  Result<std::size_t> size(const ObjectId& blob) const override;

 private:
  struct Handles;
  explicit GitRepository(std::unique_ptr<Handles> handles);

  std::unique_ptr<Handles> handles_;
};

}  // namespace oxbow::repo
