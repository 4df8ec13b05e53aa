#include "repo/git_merge.h"

#include <fmt/format.h>
#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "repo/git_library.h"
#include "repo/tree_merge.h"

namespace oxbow::repo {
namespace {

using Repository = Handle<git_repository, git_repository_free>;
using ObjectDatabase = Handle<git_odb, git_odb_free>;
using StoredObject = Handle<git_odb_object, git_odb_object_free>;
using Commit = Handle<git_commit, git_commit_free>;
using Index = Handle<git_index, git_index_free>;
using ConflictIterator = Handle<git_index_conflict_iterator, git_index_conflict_iterator_free>;

// The one backend of the object database that merging sees: it reads what was made in memory, then
// what the repository holds, and keeps all writes in memory. With it, libgit2 has no way to the
// repository's folder. (Its own in-memory backend is added beside those of the repository; libgit2
// then still touches the packs of objects that exist already.)
struct Overlay : git_odb_backend {
  MemoryObjects* made = nullptr;
  git_odb* stored = nullptr;
};

Overlay& overlay(git_odb_backend* backend) { return *static_cast<Overlay*>(backend); }

git_object_t type_of(const MemoryObject& object) {
  return object.type == MemoryObject::Type::tree ? GIT_OBJECT_TREE : GIT_OBJECT_BLOB;
}

int copy_out(void** data, std::size_t* length, git_odb_backend* backend, const void* from,
             std::size_t size) {
  // One byte more, since a length of 0 may be refused.
  *data = git_odb_backend_data_alloc(backend, size + 1);
  if (*data == nullptr) return -1;
  std::memcpy(*data, from, size);
  *length = size;
  return 0;
}

int read(void** data, std::size_t* length, git_object_t* type, git_odb_backend* backend,
         const git_oid* oid) {
  if (const MemoryObject* made = overlay(backend).made->find(object_id(*oid))) {
    *type = type_of(*made);
    return copy_out(data, length, backend, made->data.data(), made->data.size());
  }
  git_odb_object* raw = nullptr;
  const int code = git_odb_read(&raw, overlay(backend).stored, oid);
  const StoredObject object(raw);
  if (code != 0) return code;
  *type = git_odb_object_type(raw);
  return copy_out(data, length, backend, git_odb_object_data(raw), git_odb_object_size(raw));
}

int read_header(std::size_t* length, git_object_t* type, git_odb_backend* backend,
                const git_oid* oid) {
  if (const MemoryObject* made = overlay(backend).made->find(object_id(*oid))) {
    *type = type_of(*made);
    *length = made->data.size();
    return 0;
  }
  return git_odb_read_header(length, type, overlay(backend).stored, oid);
}

int exists(git_odb_backend* backend, const git_oid* oid) {
  return overlay(backend).made->find(object_id(*oid)) != nullptr ||
         git_odb_exists(overlay(backend).stored, oid) == 1;
}

int write(git_odb_backend* backend, const git_oid* oid, const void* data, std::size_t length,
          git_object_t type) {
  if (type != GIT_OBJECT_TREE && type != GIT_OBJECT_BLOB) return -1;
  overlay(backend).made->add(
      object_id(*oid),
      {type == GIT_OBJECT_TREE ? MemoryObject::Type::tree : MemoryObject::Type::blob,
       std::string(static_cast<const char*>(data), length)});
  return 0;
}

void free_overlay(git_odb_backend* backend) { delete static_cast<Overlay*>(backend); }

// Renames are looked for among this many paths that differ, which is git's own limit; the time
// grows with the square. (libgit2's of 200 is exceeded when all packages of one release come and
// go.)
constexpr unsigned int most_renames = 7000;

/// A repository without a folder, whose objects are those of `stored` and `made`.
Repository repository_over(git_odb* stored, MemoryObjects& made) {
  git_odb* raw_database = nullptr;
  if (git_odb_new(&raw_database) != 0) return nullptr;
  const ObjectDatabase database(raw_database);
  auto backend = std::make_unique<Overlay>();
  git_odb_init_backend(backend.get(), GIT_ODB_BACKEND_VERSION);
  backend->made = &made;
  backend->stored = stored;
  backend->read = read;
  backend->read_header = read_header;
  backend->exists = exists;
  backend->write = write;
  backend->free = free_overlay;
  if (git_odb_add_backend(raw_database, backend.get(), 1) != 0) return nullptr;
  backend.release();  // now the database's
  git_repository* repository = nullptr;
  if (git_repository_wrap_odb(&repository, raw_database) != 0) return nullptr;
  return Repository(repository);
}

Result<Conflicts> conflicting_paths(git_index* index) {
  git_index_conflict_iterator* raw = nullptr;
  if (git_index_conflict_iterator_new(&raw, index) != 0) return fail(git_reason());
  const ConflictIterator iterator(raw);
  Conflicts conflicts;
  const git_index_entry* sides[3] = {};
  int code = 0;
  while ((code = git_index_conflict_next(&sides[0], &sides[1], &sides[2], raw)) == 0) {
    for (const git_index_entry* side : sides) {
      if (side != nullptr) conflicts.paths.emplace_back(side->path);
    }
  }
  if (code != GIT_ITEROVER) return fail(git_reason());
  std::ranges::sort(conflicts.paths);
  const auto repeated = std::ranges::unique(conflicts.paths);
  conflicts.paths.erase(repeated.begin(), repeated.end());
  return conflicts;
}

Result<Commit> look_up(git_repository* repository, const ObjectId& id) {
  const git_oid oid = to_oid(id);
  git_commit* commit = nullptr;
  if (git_commit_lookup(&commit, repository, &oid) != 0) {
    return fail(fmt::format("cannot read commit {}: {}", id.hex(), git_reason()));
  }
  return Commit(commit);
}

Result<ObjectId> tree_of(git_repository* repository, const git_oid& commit) {
  TRY_ASSIGN(const auto found, look_up(repository, object_id(commit)));
  return object_id(*git_commit_tree_id(found.get()));
}

/// The commits that both descend from, of which none descends from another.
Result<std::vector<git_oid>> merge_bases(git_repository* repository, const git_oid& ours,
                                         const git_oid& theirs) {
  git_oidarray raw{};
  const int code = git_merge_bases(&raw, repository, &ours, &theirs);
  if (code == GIT_ENOTFOUND) return fail("they have no common ancestor");
  if (code != 0) return fail(git_reason());
  std::vector<git_oid> bases(raw.ids, raw.ids + raw.count);
  git_oidarray_dispose(&raw);
  return bases;
}

Result<Merge> merge_in(git_repository* repository, const TreeSource& trees, MemoryObjects& made,
                       const ObjectId& base, const ObjectId& head) {
  TRY_ASSIGN(const auto ours, look_up(repository, base));
  TRY_ASSIGN(const auto theirs, look_up(repository, head));

  const ObjectId our_tree = object_id(*git_commit_tree_id(ours.get()));
  const ObjectId their_tree = object_id(*git_commit_tree_id(theirs.get()));
  TRY_ASSIGN(const auto ancestors,
             merge_bases(repository, *git_commit_id(ours.get()), *git_commit_id(theirs.get())));
  if (object_id(ancestors.front()) == base) return their_tree;
  if (object_id(ancestors.front()) == head) return our_tree;
  if (ancestors.size() == 1) {
    TRY_ASSIGN(const auto ancestor, tree_of(repository, ancestors.front()));
    TRY_ASSIGN(const auto merged, merge_disjoint(trees, made, {ancestor, our_tree, their_tree}));
    if (merged) return *merged;
  }

  git_index* raw = nullptr;
  git_merge_options options = GIT_MERGE_OPTIONS_INIT;
  options.target_limit = most_renames;
  if (git_merge_commits(&raw, repository, ours.get(), theirs.get(), &options) != 0) {
    return fail(git_reason());
  }
  const Index index(raw);
  if (git_index_has_conflicts(raw) == 1) {
    TRY_ASSIGN(auto conflicts, conflicting_paths(raw));
    return Merge(std::move(conflicts));
  }
  git_oid tree{};
  if (git_index_write_tree_to(&tree, raw, repository) != 0) return fail(git_reason());
  return object_id(tree);
}

}  // namespace

Result<Merge> merge_commits(const std::filesystem::path& git_folder, const TreeSource& trees,
                            MemoryObjects& made, const ObjectId& base, const ObjectId& head) {
  const auto failed = [&](std::string_view reason) {
    return fail(fmt::format("{}: cannot merge {} into {}: {}", git_folder.string(), head.hex(),
                            base.hex(), reason));
  };
  start_git();
  git_repository* raw = nullptr;
  if (git_repository_open(&raw, git_folder.c_str()) != 0) return failed(git_reason());
  const Repository disk(raw);
  git_odb* raw_database = nullptr;
  if (git_repository_odb(&raw_database, raw) != 0) return failed(git_reason());
  const ObjectDatabase stored(raw_database);
  const Repository repository = repository_over(raw_database, made);
  if (!repository) return failed(git_reason());

  auto merge = merge_in(repository.get(), trees, made, base, head);
  if (merge) return merge;
  return failed(git_repository_is_shallow(raw) == 1
                    ? merge.error().message + " (the clone is shallow: `git fetch --unshallow`)"
                    : merge.error().message);
}

}  // namespace oxbow::repo
