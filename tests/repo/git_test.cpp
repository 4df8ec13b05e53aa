#include "repo/git.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>

#include "base/parallel.h"
#include "repo/git_library.h"
#include "repo/tree_format.h"
#include "tests/repo/scratch_repository.h"

using namespace oxbow;
using namespace oxbow::repo;
using Catch::Matchers::Contains;

namespace {

std::unique_ptr<GitRepository> open(const std::filesystem::path& path) {
  auto repository = GitRepository::open(path);
  INFO((repository ? "" : repository.error().message));
  REQUIRE(repository);
  return std::move(*repository);
}

std::string open_error(const std::filesystem::path& path) {
  const auto repository = GitRepository::open(path);
  REQUIRE_FALSE(repository);
  return repository.error().message;
}

std::string resolve_error(const GitRepository& repository, std::string_view revision) {
  const auto found = repository.resolve(revision);
  REQUIRE_FALSE(found);
  return found.error().message;
}

std::filesystem::path only_pack(const ScratchRepository& scratch) {
  for (const auto& entry :
       std::filesystem::directory_iterator(scratch.path() / ".git/objects/pack")) {
    if (entry.path().extension() == ".pack") return entry.path();
  }
  FAIL("no pack");
  return {};
}

// Text that deflates badly, so that cutting a pack hits it.
std::string noise(std::size_t length) {
  std::string text;
  unsigned state = 1;
  while (text.size() < length) {
    state = state * 1664525U + 1013904223U;
    text.push_back(static_cast<char>('!' + (state >> 24U) % 90));
  }
  return text;
}

}  // namespace

TEST_CASE("ids are 40 hexadecimal digits") {
  const std::string hex = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
  REQUIRE(ObjectId::from_hex(hex));
  CHECK(ObjectId::from_hex(hex)->hex() == hex);
  CHECK(blob_id("").hex() == hex);
  CHECK_FALSE(ObjectId::from_hex(hex.substr(1)));
  CHECK_FALSE(ObjectId::from_hex("g" + hex.substr(1)));
}

TEST_CASE("a bare repository, a work tree and a linked work tree are opened alike") {
  const ScratchRepository scratch;
  scratch.write("a", "one\n");
  const ObjectId commit = scratch.commit();
  scratch.git({"worktree", "add", "-q", "../linked", "-b", "other"});
  scratch.git({"clone", "-q", "--bare", ".", "../bare.git"});
  for (const auto& path :
       {scratch.path(), scratch.folder() / "linked", scratch.folder() / "bare.git"}) {
    const auto repository = open(path);
    const auto revision = repository->resolve("HEAD");
    REQUIRE(revision);
    CHECK(revision->commit == commit);
    const auto entries = repository->list(revision->tree);
    REQUIRE(entries);
    REQUIRE(entries->size() == 1);
    CHECK(repository->read(entries->front().id, 4) == "one\n");
  }
}

TEST_CASE("the environment does not choose the repository") {
  const ScratchRepository scratch;
  scratch.write("a", "one\n");
  const ObjectId commit = scratch.commit();
  ::setenv("GIT_DIR", "/nonexistent", 1);
  ::setenv("GIT_OBJECT_DIRECTORY", "/nonexistent", 1);
  const auto revision = open(scratch.path())->resolve("HEAD");
  ::unsetenv("GIT_DIR");
  ::unsetenv("GIT_OBJECT_DIRECTORY");
  REQUIRE(revision);
  CHECK(revision->commit == commit);
}

TEST_CASE("revisions are resolved in git's language") {
  const ScratchRepository scratch;
  scratch.write("a", "one\n");
  const ObjectId first = scratch.commit();
  scratch.write("a", "two\n");
  const ObjectId second = scratch.commit();
  scratch.git({"tag", "-a", "v1", "-m", "tag"});
  scratch.git({"update-ref", "refs/pull/7/head", first.hex()});
  const auto repository = open(scratch.path());
  for (const std::string& name : {std::string("HEAD"), std::string("main"), std::string("v1"),
                                  second.hex(), second.hex().substr(0, 10)}) {
    INFO(name);
    CHECK(repository->resolve(name).value().commit == second);
  }
  for (const std::string name : {"HEAD~1", "main^", "pull/7/head", "refs/pull/7/head"}) {
    INFO(name);
    CHECK(repository->resolve(name).value().commit == first);
  }
  CHECK(repository->resolve("HEAD").value().tree == scratch.id("HEAD^{tree}"));

  CHECK_THAT(resolve_error(*repository, "nowhere"),
             Contains("unknown revision 'nowhere'") && Contains(scratch.path().string()));
  CHECK_THAT(resolve_error(*repository, "HEAD~9"), Contains("unknown revision 'HEAD~9'"));
  CHECK_THAT(resolve_error(*repository, "HEAD:a"), Contains("is a blob, not a commit"));
  for (const std::string_view bad :
       {"", "@{", "^", "~", ":", "HEAD^{", "main@{upstream}", "..", "a b", ":/[", "\x01"}) {
    INFO(bad);
    CHECK_FALSE(resolve_error(*repository, bad).empty());
  }
}

TEST_CASE("the upstream of HEAD's branch") {
  const ScratchRepository scratch;
  scratch.write("a", "one\n");
  const ObjectId first = scratch.commit();
  auto missing = open(scratch.path())->upstream();
  REQUIRE_FALSE(missing);
  CHECK_THAT(missing.error().message, Contains("branch 'main' has no upstream"));

  scratch.git({"branch", "base"});
  scratch.write("a", "two\n");
  scratch.commit();
  scratch.git({"branch", "-q", "--set-upstream-to=base"});
  CHECK(open(scratch.path())->upstream().value().commit == first);

  scratch.git({"checkout", "-q", "--detach"});
  missing = open(scratch.path())->upstream();
  REQUIRE_FALSE(missing);
  CHECK_THAT(missing.error().message, Contains("HEAD is on no branch"));
}

TEST_CASE("what is not a repository is said to be none") {
  const ScratchFolder folder;
  CHECK_THAT(open_error(folder / "missing"), Contains("no such file or directory"));
  CHECK_THAT(open_error(folder.path()), Contains("not a git repository"));
  write_file(folder / "file", "text");
  CHECK_THAT(open_error(folder / "file"), Contains((folder / "file").string()));
  // A folder inside a repository is not taken for the repository.
  const ScratchRepository scratch;
  scratch.write("sub/a", "");
  CHECK_THAT(open_error(scratch.path() / "sub"), Contains("not a git repository"));
}

TEST_CASE("a repository without commits") {
  const ScratchRepository scratch;
  const auto repository = open(scratch.path());
  CHECK_THAT(resolve_error(*repository, "HEAD"), Contains("no commits yet"));
  const auto upstream = repository->upstream();
  REQUIRE_FALSE(upstream);
  CHECK_THAT(upstream.error().message, Contains("no commits yet"));
}

TEST_CASE("trees and files are read by id") {
  const ScratchRepository scratch;
  scratch.write("dir/a", "text");
  scratch.write("dir.txt", "");
  scratch.write("run", "#!/bin/sh\n");
  std::filesystem::permissions(scratch.path() / "run", std::filesystem::perms::owner_all);
  std::filesystem::create_symlink("dir", scratch.path() / "link");
  scratch.git({"update-index", "--add", "--cacheinfo",
               "160000,0123456789012345678901234567890123456789,module"});
  scratch.git({"add", "dir", "dir.txt", "run", "link"});
  scratch.git({"commit", "-q", "-m", "all kinds"});
  const auto repository = open(scratch.path());
  const auto entries = repository->list(repository->resolve("HEAD").value().tree).value();
  REQUIRE(entries.size() == 5);
  CHECK(entries[0] == TreeEntry{"dir.txt", EntryKind::file, false, blob_id("")});
  CHECK(entries[1].name == "dir");
  CHECK(entries[1].kind == EntryKind::directory);
  CHECK(entries[2] == TreeEntry{"link", EntryKind::symlink, false, blob_id("dir")});
  CHECK(entries[3].kind == EntryKind::submodule);
  CHECK(entries[4] == TreeEntry{"run", EntryKind::file, true, blob_id("#!/bin/sh\n")});
  CHECK(repository->size(blob_id("#!/bin/sh\n")) == 10);
  CHECK(repository->read(blob_id(""), 0) == "");

  const auto tree_as_file = repository->read(entries[1].id, 1000);
  REQUIRE_FALSE(tree_as_file);
  const auto file_as_tree = repository->list(entries[0].id);
  REQUIRE_FALSE(file_as_tree);
  CHECK_THAT(file_as_tree.error().message, Contains("it is a blob"));
  const auto absent = repository->read(ObjectId{}, 1000);
  REQUIRE_FALSE(absent);
  CHECK_THAT(absent.error().message, Contains(ObjectId{}.hex()));
}

TEST_CASE("a file over the limit is refused, packed, as a delta, or loose") {
  const ScratchRepository scratch;
  const std::string big(3'000'000, 'x');
  const std::string text = noise(20'000);
  scratch.write("big", big);
  scratch.write("base", text);
  scratch.write("delta", text + "more");
  scratch.commit();
  const bool packed = GENERATE(false, true);
  if (packed) scratch.git({"gc", "-q"});
  const auto repository = open(scratch.path());
  for (const std::string& content : {big, text, text + "more"}) {
    const ObjectId id = blob_id(content);
    CHECK(repository->size(id) == content.size());
    CHECK(repository->read(id, content.size()) == content);
    const auto refused = repository->read(id, content.size() - 1);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Contains("limit of " + std::to_string(content.size() - 1)));
  }
}

TEST_CASE("a cut pack is an error, wherever it is cut") {
  const ScratchRepository scratch;
  for (int i = 0; i < 20; ++i) {
    scratch.write("f" + std::to_string(i), noise(2000 + static_cast<std::size_t>(i)));
  }
  scratch.commit();
  const ObjectId tree = scratch.id("HEAD^{tree}");
  scratch.git({"gc", "-q"});
  const auto pack = only_pack(scratch);
  std::filesystem::permissions(pack, std::filesystem::perms::owner_all);
  const auto whole = std::filesystem::file_size(pack);
  const auto kept = GENERATE(0, 5, 12, 50, 95);  // percent
  std::filesystem::resize_file(pack, whole * static_cast<std::uintmax_t>(kept) / 100);
  const auto repository = GitRepository::open(scratch.path());
  if (!repository) return;
  const auto revision = (*repository)->resolve("HEAD");
  const auto entries = (*repository)->list(tree);
  std::size_t failures = revision && entries ? 0 : 1;
  if (entries) {
    for (const TreeEntry& entry : *entries) {
      const auto text = (*repository)->read(entry.id, 1'000'000);
      if (text) CHECK(blob_id(*text) == entry.id);
      if (!text) ++failures;
    }
  }
  CHECK(failures > 0);
}

TEST_CASE("a missing object is an error that names it") {
  const ScratchRepository scratch;
  scratch.write("a", "one\n");
  scratch.commit();
  const std::string hex = blob_id("one\n").hex();
  std::filesystem::remove(scratch.path() / ".git/objects" / hex.substr(0, 2) / hex.substr(2));
  const auto missing = open(scratch.path())->read(blob_id("one\n"), 100);
  REQUIRE_FALSE(missing);
  CHECK_THAT(missing.error().message, Contains(hex) && Contains("git fsck"));
}

TEST_CASE("many threads read at once") {
  const ScratchRepository scratch;
  for (int i = 0; i < 200; ++i) {
    scratch.write("d" + std::to_string(i % 10) + "/f" + std::to_string(i), noise(300) + "#");
  }
  scratch.commit();
  scratch.git({"gc", "-q"});
  const auto repository = open(scratch.path());
  const ObjectId top = repository->resolve("HEAD").value().tree;
  std::vector<std::size_t> read(100);
  parallel_for(read.size(), 1, 4, [&] {
    return [&](std::size_t i) {
      const auto folders = repository->list(top);
      if (!folders) return;
      const auto entries = repository->list((*folders)[i % folders->size()].id);
      if (!entries) return;
      for (const TreeEntry& entry : *entries) {
        if (repository->read(entry.id, 1000)) ++read[i];
      }
    };
  });
  CHECK(std::ranges::all_of(read, [](std::size_t n) { return n == 20; }));
}

TEST_CASE("stored trees are checked") {
  const std::string id(20, 'i');
  const auto entry = [&](const std::string& head) { return head + '\0' + id; };
  REQUIRE(parse_tree(entry("100644 a") + entry("40000 b")));
  CHECK(parse_tree("")->empty());
  CHECK(parse_tree(entry("100664 a"))->front().kind == EntryKind::file);
  CHECK(format_tree(*parse_tree(entry("100755 a") + entry("40000 b"))) ==
        entry("100755 a") + entry("40000 b"));
  for (const std::string& bad :
       {entry("100644 a").substr(0, 20), std::string("100644 a"), std::string("100644"),
        entry("100644 "), entry("100644 .."), entry("100644 a/b"), entry("990000 a"),
        entry("010000 a"), entry(" a"), entry("100644 b") + entry("100644 a"),
        entry("100644 a") + entry("100644 a"), entry("1006440000 a")}) {
    CHECK_FALSE(parse_tree(bad));
  }
}

// libgit2 1.5 leaks a reference or a queue when a revision or an ancestor cannot be read. The leak
// checker needs whole stacks to know these from leaks of ours.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:git_revparse_ext\nleak:git_merge_base\n";
}
extern "C" const char* __asan_default_options() { return "fast_unwind_on_malloc=0"; }
