#include "repo/tree_merge.h"

#include <catch2/catch.hpp>
#include <git2.h>
#include <git2/sys/mempack.h>
#include <git2/sys/repository.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "repo/git_library.h"
#include "tests/fakes/memory_tree.h"

using namespace oxbow;
using namespace oxbow::repo;

namespace {

using Contents = std::map<std::string, std::string>;  // content by path

MemoryTree tree_of(const Contents& files) {
  std::vector<MemoryFile> listed;
  for (const auto& [path, content] : files) listed.push_back({path, content});
  return MemoryTree(listed);
}

/// Several trees as one source.
class Together final : public TreeSource {
 public:
  explicit Together(std::vector<const TreeSource*> sources) : sources_(std::move(sources)) {}

  Result<std::vector<TreeEntry>> list(const ObjectId& tree) const override {
    for (const TreeSource* source : sources_) {
      if (auto entries = source->list(tree)) return entries;
    }
    return fail("no directory " + tree.hex());
  }
  Result<std::string> read(const ObjectId&, std::size_t) const override { return fail("no file"); }
  Result<std::size_t> size(const ObjectId&) const override { return fail("no file"); }

 private:
  std::vector<const TreeSource*> sources_;
};

std::optional<std::string> at(const Contents& files, const std::string& path) {
  const auto found = files.find(path);
  return found == files.end() ? std::nullopt : std::optional(found->second);
}

/// Path by path; none where both sides differ, or a file would be a folder.
std::optional<Contents> expected(const Contents& ancestor, const Contents& ours,
                                 const Contents& theirs) {
  std::set<std::string> paths;
  for (const Contents* const files : {&ancestor, &ours, &theirs}) {
    for (const auto& [path, content] : *files) paths.insert(path);
  }
  Contents merged;
  for (const std::string& path : paths) {
    const bool changed_here = at(ours, path) != at(ancestor, path);
    if (changed_here && at(theirs, path) != at(ancestor, path)) return std::nullopt;
    if (const auto content = at(changed_here ? ours : theirs, path)) merged[path] = *content;
  }
  for (const auto& [path, content] : merged) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      if (merged.contains(path.substr(0, slash))) return std::nullopt;
    }
  }
  return merged;
}

class RandomFiles {
 public:
  explicit RandomFiles(std::uint32_t seed) : engine_(seed) {}

  Contents some() {
    Contents files;
    for (int i = 0; i < 8; ++i) change(files);
    return files;
  }

  // With the content, or nearly.
  void move(Contents& files) {
    if (files.empty()) return;
    auto from = files.begin();
    std::advance(from, engine_() % files.size());
    const std::string content = from->second;
    files.erase(from);
    put(files, engine_() % 2 == 0 ? content : content + "more\n");
  }

  void change(Contents& files) {
    if (engine_() % 4 == 0) {
      move(files);
    } else {
      put(files, std::string(40, static_cast<char>('a' + engine_() % 3)) + "\n" + lines);
    }
  }

 private:
  void put(Contents& files, const std::string& content) {
    static const std::array<std::string, 12> paths = {"a",     "a-b",   "a.c",   "a/b",
                                                      "a/b-c", "a/b/c", "a/b/d", "d/e/f",
                                                      "d/e/g", "d/h",   "z/y/x", "z/y/w"};
    const std::string& path = paths[engine_() % paths.size()];
    if (engine_() % 3 == 0) {
      files.erase(path);
      return;
    }
    std::erase_if(files, [&](const auto& file) {
      return file.first.starts_with(path + "/") || path.starts_with(file.first + "/");
    });
    files[path] = content;
  }

  static constexpr const char* lines = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";

  std::mt19937 engine_;
};

/// libgit2 over objects in memory alone.
class InMemoryGit {
 public:
  InMemoryGit() {
    start_git();
    git_odb* database = nullptr;
    git_odb_backend* memory = nullptr;
    git_repository* repository = nullptr;
    REQUIRE(git_odb_new(&database) == 0);
    database_.reset(database);
    REQUIRE(git_mempack_new(&memory) == 0);
    REQUIRE(git_odb_add_backend(database, memory, 1) == 0);
    REQUIRE(git_repository_wrap_odb(&repository, database) == 0);
    repository_.reset(repository);
  }

  ObjectId store(const Contents& files) const {
    git_index* raw = nullptr;
    REQUIRE(git_index_new(&raw) == 0);
    const Handle<git_index, git_index_free> index(raw);
    for (const auto& [path, content] : files) {
      git_index_entry entry{};
      entry.mode = GIT_FILEMODE_BLOB;
      entry.path = path.c_str();
      REQUIRE(git_blob_create_from_buffer(&entry.id, repository_.get(), content.data(),
                                          content.size()) == 0);
      REQUIRE(git_index_add(index.get(), &entry) == 0);
    }
    git_oid tree{};
    REQUIRE(git_index_write_tree_to(&tree, index.get(), repository_.get()) == 0);
    return object_id(tree);
  }

  // None where they are in conflict.
  std::optional<ObjectId> merge(const ObjectId& ancestor, const ObjectId& ours,
                                const ObjectId& theirs) const {
    std::vector<Tree> trees;
    for (const ObjectId* const id : {&ancestor, &ours, &theirs}) {
      const git_oid oid = to_oid(*id);
      git_tree* tree = nullptr;
      REQUIRE(git_tree_lookup(&tree, repository_.get(), &oid) == 0);
      trees.emplace_back(tree);
    }
    git_index* raw = nullptr;
    const git_merge_options options = GIT_MERGE_OPTIONS_INIT;
    REQUIRE(git_merge_trees(&raw, repository_.get(), trees[0].get(), trees[1].get(), trees[2].get(),
                            &options) == 0);
    const Handle<git_index, git_index_free> index(raw);
    if (git_index_has_conflicts(index.get()) == 1) return std::nullopt;
    git_oid merged{};
    REQUIRE(git_index_write_tree_to(&merged, index.get(), repository_.get()) == 0);
    return object_id(merged);
  }

 private:
  using Tree = Handle<git_tree, git_tree_free>;
  Handle<git_odb, git_odb_free> database_;
  Handle<git_repository, git_repository_free> repository_;
};

/// Two sides of a random ancestor, one to three changes on each, and their merge.
struct RandomMerge {
  explicit RandomMerge(std::uint32_t seed) : files(seed) {
    for (std::uint32_t i = 0; i <= seed % 2; ++i) files.change(ours);
    for (std::uint32_t i = 0; i <= seed % 3; ++i) files.change(theirs);
    const MemoryTree trees[] = {tree_of(ancestor), tree_of(ours), tree_of(theirs)};
    const Together source({&trees[0], &trees[1], &trees[2]});
    merged = merge_disjoint(source, made, {trees[0].root(), trees[1].root(), trees[2].root()});
  }

  RandomFiles files;
  Contents ancestor = files.some();
  Contents ours = ancestor;
  Contents theirs = ancestor;
  MemoryObjects made;
  Result<std::optional<ObjectId>> merged;
};

}  // namespace

TEST_CASE("sides that differ at different paths are merged path by path") {
  int merged_count = 0;
  int refused_count = 0;
  for (std::uint32_t seed = 0; seed < 4000; ++seed) {
    RandomMerge random(seed);
    const auto& merged = random.merged;
    const auto wanted = expected(random.ancestor, random.ours, random.theirs);
    INFO("seed " << seed);
    REQUIRE(merged);
    REQUIRE(merged->has_value() == (wanted && !wanted->empty()));
    if (!*merged) {
      ++refused_count;
      continue;
    }
    ++merged_count;
    REQUIRE(**merged == tree_of(*wanted).root());
    REQUIRE((random.made.find(**merged) != nullptr));
  }
  CHECK(merged_count > 1000);
  CHECK(refused_count > 200);
}

TEST_CASE("what is merged path by path is what libgit2 makes of it, renames or not") {
  const InMemoryGit git;
  int merged_count = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    RandomMerge random(seed);
    const auto& merged = random.merged;
    INFO("seed " << seed);
    REQUIRE(merged);
    if (!*merged) continue;
    ++merged_count;
    REQUIRE(git.merge(git.store(random.ancestor), git.store(random.ours),
                      git.store(random.theirs)) == **merged);
  }
  CHECK(merged_count > 500);
}

TEST_CASE("a tree that cannot be read is an error of the merge") {
  const MemoryTree tree = tree_of({{"a", "1"}});
  const MemoryTree other = tree_of({{"a", "1"}, {"b", "1"}});
  MemoryObjects made;
  CHECK_FALSE(merge_disjoint(tree, made, {tree.root(), tree.root(), other.root()}));
}
