#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "job/mirrors.h"
#include "repo/git.h"
#include "repo/tree_source.h"

namespace oxbow::job {

/// RepositorySpec is a repository as a person names it:
///   spec     = place ["#" revision | "#" base ".." head]
///   place    = a path | a git URL
/// No revision is HEAD.
struct RepositorySpec {
  std::string place;
  std::string revision;             ///< the head, where there is a base
  std::optional<std::string> base;  ///< of a change under test

  std::string to_string() const;
};

Result<RepositorySpec> parse_repository_spec(std::string_view text);

/// A repository at one tree, ready to be read.
struct RepositoryTree {
  std::shared_ptr<const repo::TreeSource> source;
  repo::ObjectId tree;
  std::string commit;  ///< empty for a plain directory
};

/// A change under test: the repository before, and with the head merged into that.
struct RepositoryChange {
  RepositoryTree before;
  RepositoryTree after;  ///< its commit is the head's
};

/// The state of an opam repository at a revision; `name` is what errors call it.
Result<RepositoryTree> state_at(const std::shared_ptr<repo::GitRepository>& git,
                                const repo::Revision& revision, const std::string& name);

/// The change that merging `head` into `base` is, or the paths that forbid it.
Result<std::variant<RepositoryChange, repo::Conflicts>> merge_change(
    const std::shared_ptr<repo::GitRepository>& git, const repo::Revision& base,
    const repo::Revision& head, const std::string& name);

/// The same paths as a line for a person.
std::string conflict_text(const repo::Revision& base, const repo::Revision& head,
                          const repo::Conflicts& conflicts);

/// Opens repositories; those at a URL are mirrored below `cache` first.
class RepositoryOpener {
 public:
  RepositoryOpener(const std::filesystem::path& cache, Progress& progress)
      : mirrors_(cache / "mirrors", progress) {}

  /// One state. A plain directory will do where no revision is named.
  Result<RepositoryTree> open_state(const RepositorySpec& spec);

  /// A change: the spec must have a base. A conflict is an error that names the paths.
  Result<RepositoryChange> open_change(const RepositorySpec& spec);

  /// HEAD of the clone at `path` against the upstream of its branch.
  Result<RepositoryChange> open_clone(const std::filesystem::path& path);

 private:
  Mirrors mirrors_;
};

}  // namespace oxbow::job
