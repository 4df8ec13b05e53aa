#include "repo/snapshot.h"

#include <catch2/catch.hpp>

#include <atomic>

#include "tests/fakes/memory_tree.h"

using namespace oxbow;
using namespace oxbow::repo;
using Catch::Matchers::Contains;

namespace {

Snapshot snapshot_of(const MemoryTree& tree) {
  SnapshotReader reader;
  auto snapshot = reader.read(tree, tree.root());
  INFO((snapshot ? "" : snapshot.error().message));
  REQUIRE(snapshot);
  return std::move(*snapshot);
}

std::vector<std::string> full_names(const Snapshot& snapshot) {
  std::vector<std::string> names;
  for (const PackageEntry* package : snapshot.packages()) {
    names.push_back(package->name + "." + package->version);
  }
  return names;
}

/// The message of the only oddity of a repository that holds a good package and `file`.
std::string oddity(const MemoryFile& file, std::string_view path) {
  INFO(file.path);
  const MemoryTree tree({{"packages/good/good.1/opam", ""}, file});
  const Snapshot snapshot = snapshot_of(tree);
  CHECK(full_names(snapshot) == std::vector<std::string>{"good.1"});
  REQUIRE(snapshot.oddities().size() == 1);
  CHECK(snapshot.oddities()[0].path == path);
  return snapshot.oddities()[0].message;
}

/// Counts what is listed of another source.
class Counting final : public TreeSource {
 public:
  explicit Counting(const TreeSource& source) : source_(source) {}
  Result<std::vector<TreeEntry>> list(const ObjectId& tree) const override {
    ++listed;
    return source_.list(tree);
  }
  Result<std::string> read(const ObjectId& blob, std::size_t limit) const override {
    return source_.read(blob, limit);
  }
  Result<std::size_t> size(const ObjectId& blob) const override { return source_.size(blob); }

  mutable std::atomic<int> listed{0};

 private:
  const TreeSource& source_;
};

}  // namespace

TEST_CASE("packages come by name and version in byte order, and are looked up by them") {
  const MemoryTree tree({{"packages/foo/foo.1.0/opam", "a"},
                         {"packages/foo/foo.1.0/files/p.patch", "p"},
                         {"packages/foo/foo.1.0.1/opam", "b"},
                         {"packages/foo/foo.1.0+ox/opam", "c"},
                         {"packages/foo/foo.1.0~rc/opam", "d"},
                         {"packages/foo-bar/foo-bar.2/opam", "e"},
                         {"packages/README.md", ""},
                         {"packages/.gitkeep", ""},
                         {"packages/foo/NOTES.md", ""},
                         {"repo", ""}});
  const Snapshot snapshot = snapshot_of(tree);
  CHECK(snapshot.root() == tree.root());
  CHECK(full_names(snapshot) ==
        std::vector<std::string>{"foo.1.0", "foo.1.0+ox", "foo.1.0.1", "foo.1.0~rc", "foo-bar.2"});
  CHECK(snapshot.oddities().empty());
  CHECK(snapshot.versions("foo").size() == 4);
  CHECK(snapshot.versions("fo").empty());
  CHECK(snapshot.versions("zzz").empty());
  const PackageEntry* package = snapshot.find("foo", "1.0");
  REQUIRE(package != nullptr);
  CHECK(tree.read(package->opam, 10) == "a");
  REQUIRE(package->files);
  CHECK_FALSE(snapshot.find("foo", "1.0.1")->files);
  CHECK(snapshot.find("foo", "1") == nullptr);
  CHECK(snapshot.find("bar", "1.0") == nullptr);
}

TEST_CASE("what is not laid out as a package is left out and reported") {
  CHECK_THAT(oddity({"packages/foo/foo/opam", ""}, "packages/foo/foo"), Contains("no dot"));
  CHECK_THAT(oddity({"packages/foo/foo./opam", ""}, "packages/foo/foo."), Contains("no version"));
  CHECK_THAT(oddity({"packages/foo/foo.1 0/opam", ""}, "packages/foo/foo.1 0"),
             Contains("'1 0' is not a version"));
  CHECK_THAT(oddity({"packages/12/12.1/opam", ""}, "packages/12/12.1"),
             Contains("'12' is not a package name"));
  CHECK_THAT(oddity({"packages/foo/bar.1/opam", ""}, "packages/foo/bar.1"),
             Contains("'bar' is expected under packages/bar"));
  CHECK_THAT(oddity({"packages/foo/foo.1/url", ""}, "packages/foo/foo.1"),
             Contains("no opam file"));
  CHECK_THAT(oddity({"packages/foo/foo.1/opam/x", ""}, "packages/foo/foo.1/opam"),
             Contains("a directory where a file"));
  CHECK_THAT(
      oddity({"packages/foo/foo.1/opam", "x", EntryKind::symlink}, "packages/foo/foo.1/opam"),
      Contains("a symlink where a file"));
  CHECK_THAT(
      oddity({"packages/foo/foo.1/opam", "x", EntryKind::submodule}, "packages/foo/foo.1/opam"),
      Contains("a submodule where a file"));
  CHECK_THAT(oddity({"packages/foo", "x", EntryKind::symlink}, "packages/foo"),
             Contains("a symlink where a directory"));
  CHECK_THAT(oddity({"packages/foo/foo.1", "x", EntryKind::submodule}, "packages/foo/foo.1"),
             Contains("a submodule where a directory"));
  CHECK_THAT(oddity({"packages/foo", "x"}, "packages/foo"), Contains("a file where a directory"));
  CHECK_THAT(oddity({"packages/foo/foo.1", "x"}, "packages/foo/foo.1"),
             Contains("a file where a directory"));
  CHECK_THAT(oddity({"packages/.foo", "x", EntryKind::symlink}, "packages/.foo"),
             Contains("a symlink"));
  CHECK_THAT(oddity({"packages/foo/foo.1\x1b[2J/opam", ""}, "packages/foo/foo.1\\x1b[2J"),
             Contains("'1\\x1b[2J'"));
  CHECK_THAT(oddity({"packages/a\nb", ""}, "packages/a\\nb"), Contains("a file"));
}

TEST_CASE("files that is not a directory is reported, and the package kept") {
  const MemoryTree tree({{"packages/a/a.1/opam", ""}, {"packages/a/a.1/files", "x"}});
  const Snapshot snapshot = snapshot_of(tree);
  REQUIRE(snapshot.find("a", "1") != nullptr);
  CHECK_FALSE(snapshot.find("a", "1")->files);
  CHECK(snapshot.oddities() ==
        std::vector<Oddity>{{"packages/a/a.1/files", "a file where a directory is expected"}});
}

TEST_CASE("a tree without packages is not an opam repository") {
  SnapshotReader reader;
  using Files = std::vector<MemoryFile>;
  for (const Files& files : {Files{}, Files{{"repo", ""}}, Files{{"packages", ""}},
                             Files{{"packages", "elsewhere", EntryKind::symlink}}}) {
    const MemoryTree tree(files);
    const auto snapshot = reader.read(tree, tree.root());
    REQUIRE_FALSE(snapshot);
    CHECK_THAT(snapshot.error().message,
               Contains("is not an opam repository: no packages/ at its top"));
  }
  const MemoryTree tree(Files{});
  CHECK_FALSE(reader.read(tree, ObjectId{}));
}

TEST_CASE("the next state costs only the names that differ") {
  std::vector<MemoryFile> files;
  for (int i = 0; i < 50; ++i) {
    const std::string name = "p" + std::to_string(i);
    files.push_back({"packages/" + name + "/" + name + ".1/opam", name});
  }
  const MemoryTree before(files);
  files.push_back({"packages/p7/p7.2/opam", "new"});
  const MemoryTree after(files);
  SnapshotReader reader;
  const Snapshot old = reader.read(before, before.root()).value();
  const Counting counting(after);
  const Snapshot current = reader.read(counting, after.root()).value();
  CHECK(counting.listed == 5);  // the top, packages, p7 and its two versions
  CHECK(current.packages().size() == 51);
  CHECK(current.find("p3", "1") == old.find("p3", "1"));
  CHECK(current.find("p7", "2") != nullptr);
  CHECK(old.find("p7", "2") == nullptr);
}

TEST_CASE("the same tree under two names is read as each") {
  const MemoryTree tree({{"packages/a/a.1/opam", ""}, {"packages/b/a.1/opam", ""}});
  const Snapshot snapshot = snapshot_of(tree);
  CHECK(full_names(snapshot) == std::vector<std::string>{"a.1"});
  REQUIRE(snapshot.oddities().size() == 1);
  CHECK(snapshot.oddities()[0].path == "packages/b/a.1");
}

TEST_CASE("files are listed in subfolders too") {
  const MemoryTree tree({{"b/c.patch", "1"}, {"b.patch", "2"}, {"link", "x", EntryKind::symlink}});
  const auto found = files(tree, tree.root()).value();
  REQUIRE(found.size() == 3);
  CHECK(found[0].path == "b.patch");
  CHECK(found[1].path == "b/c.patch");
  CHECK(found[2].kind == EntryKind::symlink);
  std::string deep;
  for (int i = 0; i < 70; ++i) deep += "d/";
  const MemoryTree endless({{deep + "x", ""}});
  CHECK_FALSE(files(endless, endless.root()));
}
