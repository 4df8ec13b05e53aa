#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "repo/object_id.h"

struct git_oid;  // NOLINT(readability-identifier-naming): libgit2's own name

namespace oxbow::repo {

// What the files that use libgit2 share. Each calls start_git() before anything else of libgit2.

/// Frees a libgit2 handle with the library's own function.
template <auto free_handle>
struct FreeHandle {
  void operator()(auto* handle) const { free_handle(handle); }
};

/// An owned libgit2 handle, as in `Handle<git_odb, git_odb_free>`.
template <typename T, auto free_handle>
using Handle = std::unique_ptr<T, FreeHandle<free_handle>>;

/// An id as libgit2 has it, and the other way around.
git_oid to_oid(const ObjectId& id);
ObjectId object_id(const git_oid& oid);

/// Sets libgit2 up the first time it is called. Safe from any thread.
void start_git();

/// Why the last libgit2 call of this thread failed, in one line and without a full stop.
std::string git_reason();

/// The folder that holds the objects and references of the repository at exactly `path`: a bare
/// repository, a work tree, or a linked work tree. Parent folders are not searched and GIT_DIR and
/// the like are not looked at.
Result<std::filesystem::path> find_git_folder(const std::filesystem::path& path);

/// The id git gives a blob with these contents, and a tree with this stored form.
ObjectId blob_id(std::string_view contents);
ObjectId tree_id(std::string_view stored);

/// The id of the blob that a file would be; the file is read a piece at a time.
Result<ObjectId> file_blob_id(const std::filesystem::path& file);

}  // namespace oxbow::repo
