#include "repo/git_library.h"

#include <fmt/format.h>
#include <git2.h>

#include <cstdlib>
#include <system_error>

namespace oxbow::repo {
namespace {

ObjectId hash(std::string_view contents, git_object_t type) {
  start_git();
  git_oid oid{};
  // The only failure is a wrong type.
  if (git_odb_hash(&oid, contents.data(), contents.size(), type) != 0) std::abort();
  return object_id(oid);
}

}  // namespace

git_oid to_oid(const ObjectId& id) {
  git_oid oid{};
  git_oid_fromraw(&oid, id.bytes.data());
  return oid;
}

ObjectId object_id(const git_oid& oid) {
  return ObjectId::from_bytes(std::span<const std::uint8_t, 20>(oid.id));
}

void start_git() {
  static const bool started = [] {
    git_libgit2_init();
    // The pack's own checksum is git's business; hashing each object again costs a third of a read.
    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
    // Nothing is read twice: snapshots are shared by tree id, definitions by blob id.
    git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
    // The check protects from what git runs by a repository's configuration; this runs nothing.
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    return true;
  }();
  static_cast<void>(started);
}

std::string git_reason() {
  const git_error* const error = git_error_last();
  std::string reason = error != nullptr ? error->message : "unknown reason";
  for (char& c : reason) {
    if (c == '\n') c = ' ';
  }
  while (reason.ends_with('.') || reason.ends_with(' ')) reason.pop_back();
  return reason;
}

Result<std::filesystem::path> find_git_folder(const std::filesystem::path& path) {
  start_git();
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return fail(fmt::format("{}: no such file or directory", path.string()));
  }
  git_repository* raw = nullptr;
  const int code =
      git_repository_open_ext(&raw, path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  const Handle<git_repository, git_repository_free> repository(raw);
  if (code == GIT_ENOTFOUND) {
    return fail(fmt::format(
        "{}: not a git repository; give the top folder of a work tree or a bare repository",
        path.string()));
  }
  if (code != 0) {
    return fail(fmt::format("{}: cannot open the git repository: {}", path.string(), git_reason()));
  }
  return std::filesystem::path(git_repository_path(repository.get()));
}

ObjectId blob_id(std::string_view contents) { return hash(contents, GIT_OBJECT_BLOB); }

ObjectId tree_id(std::string_view stored) { return hash(stored, GIT_OBJECT_TREE); }

Result<ObjectId> file_blob_id(const std::filesystem::path& file) {
  start_git();
  git_oid oid{};
  if (git_odb_hashfile(&oid, file.c_str(), GIT_OBJECT_BLOB) != 0) {
    return fail(fmt::format("{}: cannot be read: {}", file.string(), git_reason()));
  }
  return object_id(oid);
}

}  // namespace oxbow::repo
