#include "repo/git.h"

#include <fmt/format.h>
#include <git2.h>
#include <sched.h>

#include <mutex>
#include <optional>

#include "base/parallel.h"
#include "repo/git_library.h"
#include "repo/git_merge.h"
#include "repo/memory_objects.h"
#include "repo/tree_format.h"

namespace oxbow::repo {
namespace {

using Repository = Handle<git_repository, git_repository_free>;
using ObjectDatabase = Handle<git_odb, git_odb_free>;
using StoredObject = Handle<git_odb_object, git_odb_object_free>;
using Object = Handle<git_object, git_object_free>;
using Reference = Handle<git_reference, git_reference_free>;

Result<std::vector<ObjectDatabase>> open_databases(const std::filesystem::path& objects) {
  std::vector<ObjectDatabase> databases;
  for (std::size_t i = 0; i < worker_count(); ++i) {
    git_odb* raw = nullptr;
    if (git_odb_open(&raw, objects.c_str()) != 0) {
      return fail(fmt::format("{}: cannot open the objects: {}", objects.string(), git_reason()));
    }
    databases.emplace_back(raw);
  }
  return databases;
}

}  // namespace

struct GitRepository::Handles {
  std::string path;  // as the caller spelt it, for messages
  std::filesystem::path git_folder;
  std::mutex mutex;  // guards `repository`
  Repository repository;
  // Threads that share one database spend more on its locks than a second thread gains, so there is
  // one a processor. Any thread may use any.
  std::vector<ObjectDatabase> databases;
  MemoryObjects made;

  git_odb* database() const {
    const int processor = sched_getcpu();
    return databases[static_cast<std::size_t>(processor < 0 ? 0 : processor) % databases.size()]
        .get();
  }

  Error damaged(const ObjectId& id, std::string_view what, std::string_view reason) const {
    return Error{
        fmt::format("{}: cannot read {} {}: {}; see `git fsck`", path, what, id.hex(), reason)};
  }

  Result<std::size_t> length(const ObjectId& blob) const {
    const git_oid oid = to_oid(blob);
    std::size_t length = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&length, &type, database(), &oid) != 0) {
      return std::unexpected(damaged(blob, "file", git_reason()));
    }
    if (type != GIT_OBJECT_BLOB) return std::unexpected(damaged(blob, "file", "it is not a file"));
    return length;
  }

  Result<StoredObject> stored(const ObjectId& id, git_object_t type, std::string_view what) const {
    const git_oid oid = to_oid(id);
    git_odb_object* raw = nullptr;
    const int code = git_odb_read(&raw, database(), &oid);
    StoredObject object(raw);
    if (code != 0) return std::unexpected(damaged(id, what, git_reason()));
    if (git_odb_object_type(raw) != type) {
      return std::unexpected(damaged(
          id, what, fmt::format("it is a {}", git_object_type2string(git_odb_object_type(raw)))));
    }
    return object;
  }

  Result<Revision> revision(git_object* object, std::string_view name) const;
};

Result<Revision> GitRepository::Handles::revision(git_object* object, std::string_view name) const {
  git_object* raw = nullptr;
  const int code = git_object_peel(&raw, object, GIT_OBJECT_COMMIT);
  const Object commit(raw);
  if (code == GIT_EPEEL || code == GIT_EINVALIDSPEC || code == GIT_EAMBIGUOUS) {
    return fail(fmt::format("{}: '{}' is a {}, not a commit", path, name,
                            git_object_type2string(git_object_type(object))));
  }
  if (code != 0) {
    return fail(fmt::format("{}: cannot read the commit that '{}' names: {}; see `git fsck`", path,
                            name, git_reason()));
  }
  // The object just peeled to is a commit, so this is what libgit2 calls one.
  const auto* const as_commit = reinterpret_cast<const git_commit*>(commit.get());
  return Revision{object_id(*git_object_id(commit.get())),
                  object_id(*git_commit_tree_id(as_commit))};
}

GitRepository::GitRepository(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
GitRepository::~GitRepository() = default;

Result<std::unique_ptr<GitRepository>> GitRepository::open(const std::filesystem::path& path) {
  TRY_ASSIGN(auto folder, find_git_folder(path));
  git_repository* raw = nullptr;
  if (git_repository_open(&raw, folder.c_str()) != 0) {
    return fail(fmt::format("{}: cannot open the git repository: {}", path.string(), git_reason()));
  }
  auto handles = std::make_unique<Handles>();
  handles->repository.reset(raw);
  handles->path = path.string();
  handles->git_folder = folder;
  TRY_ASSIGN(auto databases,
             open_databases(std::filesystem::path(git_repository_commondir(raw)) / "objects"));
  handles->databases = std::move(databases);
  return std::unique_ptr<GitRepository>(new GitRepository(std::move(handles)));
}

Result<Revision> GitRepository::resolve(std::string_view revision) const {
  const std::lock_guard lock(handles_->mutex);
  git_repository* const repository = handles_->repository.get();
  const std::string name(revision);
  git_object* raw = nullptr;
  const int code = git_revparse_single(&raw, repository, name.c_str());
  const Object object(raw);
  if (code == 0) return handles_->revision(raw, revision);
  if (git_repository_is_empty(repository) == 1 ||
      (name == "HEAD" && git_repository_head_unborn(repository) == 1)) {
    return fail(fmt::format("{}: cannot find revision '{}': the repository has no commits yet",
                            handles_->path, name));
  }
  if (code == GIT_EAMBIGUOUS) {
    return fail(fmt::format("{}: revision '{}' is ambiguous; give more of its digits",
                            handles_->path, name));
  }
  if (code == GIT_ENOTFOUND || code == GIT_EINVALIDSPEC) {
    return fail(
        fmt::format("{}: unknown revision '{}'; give a branch, a tag or a commit that "
                    "`git rev-parse` knows there, or fetch it first",
                    handles_->path, name));
  }
  return fail(fmt::format("{}: cannot find revision '{}': {}; see `git fsck`", handles_->path, name,
                          git_reason()));
}

Result<Revision> GitRepository::upstream() const {
  std::string name;
  {
    const std::lock_guard lock(handles_->mutex);
    git_repository* const repository = handles_->repository.get();
    git_reference* head = nullptr;
    const int code = git_repository_head(&head, repository);
    const Reference owned_head(head);
    if (code == GIT_EUNBORNBRANCH) {
      return fail(fmt::format("{}: HEAD has no commits yet", handles_->path));
    }
    if (code != 0) return fail(fmt::format("{}: no HEAD: {}", handles_->path, git_reason()));
    if (git_repository_head_detached(repository) == 1 || git_reference_is_branch(head) != 1) {
      return fail(
          fmt::format("{}: HEAD is on no branch, so it has no upstream; name the base to "
                      "compare with",
                      handles_->path));
    }
    git_reference* upstream = nullptr;
    const int found = git_branch_upstream(&upstream, head);
    const Reference owned_upstream(upstream);
    if (found != 0) {
      return fail(
          fmt::format("{}: branch '{}' has no upstream; set one with `git branch "
                      "--set-upstream-to`, or name the base to compare with",
                      handles_->path, git_reference_shorthand(head)));
    }
    name = git_reference_name(upstream);
  }
  return resolve(name);
}

Result<Merge> GitRepository::merge(const ObjectId& base, const ObjectId& head) {
  return merge_commits(handles_->git_folder, *this, handles_->made, base, head);
}

Result<std::vector<TreeEntry>> GitRepository::list(const ObjectId& tree) const {
  std::optional<std::vector<TreeEntry>> entries;
  if (const MemoryObject* made = handles_->made.find(tree)) {
    entries = parse_tree(made->data);
  } else {
    TRY_ASSIGN(const auto object, handles_->stored(tree, GIT_OBJECT_TREE, "directory"));
    entries = parse_tree({static_cast<const char*>(git_odb_object_data(object.get())),
                          git_odb_object_size(object.get())});
  }
  if (!entries) return std::unexpected(handles_->damaged(tree, "directory", "it is malformed"));
  return std::move(*entries);
}

Result<std::string> GitRepository::read(const ObjectId& blob, std::size_t limit) const {
  if (limit != unlimited) {
    TRY_ASSIGN(const auto length, size(blob));
    if (length > limit) {
      return fail(fmt::format("{}: file {} has {} bytes, more than the limit of {}", handles_->path,
                              blob.hex(), length, limit));
    }
  }
  if (const MemoryObject* made = handles_->made.find(blob)) return made->data;
  TRY_ASSIGN(const auto object, handles_->stored(blob, GIT_OBJECT_BLOB, "file"));
  return std::string(static_cast<const char*>(git_odb_object_data(object.get())),
                     git_odb_object_size(object.get()));
}

Result<std::size_t> GitRepository::size(const ObjectId& blob) const {
  if (const MemoryObject* made = handles_->made.find(blob)) return made->data.size();
  return handles_->length(blob);
}

}  // namespace oxbow::repo
