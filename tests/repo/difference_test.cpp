#include "repo/difference.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

#include "tests/fakes/memory_tree.h"

using namespace oxbow;
using namespace oxbow::repo;

namespace {

using Files = std::vector<MemoryFile>;

Difference differ(const Files& before, const Files& after) {
  const MemoryTree old_tree(before);
  const MemoryTree new_tree(after);
  SnapshotReader reader;
  const Snapshot old_snapshot = reader.read(old_tree, old_tree.root()).value();
  const Snapshot new_snapshot = reader.read(new_tree, new_tree.root()).value();
  auto found = difference({old_tree, old_snapshot}, {new_tree, new_snapshot});
  INFO((found ? "" : found.error().message));
  REQUIRE(found);
  return std::move(*found);
}

MemoryFile opam_file(const std::string& name, const std::string& version, const std::string& text) {
  return {"packages/" + name + "/" + name + "." + version + "/opam", text};
}

// `count` lines, numbered from `first`.
std::string lines(int first, int count) {
  std::string text;
  for (int i = first; i < first + count; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

// "KIND NAME.VERSION" or "renamed FORMER NAME.VERSION" of each change.
std::vector<std::string> summary(const Difference& difference) {
  static constexpr std::array names = {"added ", "removed ", "changed ", "renamed "};
  std::vector<std::string> texts;
  for (const PackageChange& change : difference.packages) {
    std::string text = names[static_cast<std::size_t>(change.kind)];
    if (change.former) text += change.former->name + "." + change.former->version + " ";
    texts.push_back(text + change.package.name + "." + change.package.version);
  }
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("equal states do not differ") {
  const Files files = {opam_file("a", "1", "x"), {"repo", "r"}};
  const Difference none = differ(files, files);
  CHECK(none.packages.empty());
  CHECK(none.other_paths == 0);
}

TEST_CASE("added, removed and changed packages, and what of them") {
  const std::string files = "packages/c/c.1/files/";
  const Difference found = differ({opam_file("a", "1", "same"),
                                   opam_file("b", "1", lines(0, 9)),
                                   opam_file("c", "1", "c"),
                                   opam_file("d", "1", "old"),
                                   opam_file("e", "1", "e"),
                                   {files + "kept", "k"},
                                   {files + "gone", "g"},
                                   {files + "sub/edited", "1"}},
                                  {opam_file("a", "1", "same"),
                                   opam_file("c", "1", "c"),
                                   opam_file("d", "1", "new"),
                                   opam_file("e", "1", "e"),
                                   opam_file("f", "1", lines(50, 9)),
                                   {"packages/f/f.1/files/p", "p"},
                                   {"packages/e/e.1/descr", "not of interest"},
                                   {files + "kept", "k"},
                                   {files + "new", "n"},
                                   {files + "sub/edited", "2"}});
  CHECK(summary(found) == Texts{"removed b.1", "changed c.1", "changed d.1", "added f.1"});
  CHECK(found.packages[1].files ==
        std::vector<PathChange>{{"gone", PathChangeKind::removed},
                                {"new", PathChangeKind::added},
                                {"sub/edited", PathChangeKind::modified}});
  CHECK_FALSE(found.packages[1].opam_changed);
  CHECK(found.packages[2].opam_changed);
  CHECK(found.packages[2].files.empty());
  CHECK(found.packages[3].opam_changed);
  CHECK(found.packages[3].files == std::vector<PathChange>{{"p", PathChangeKind::added}});
}

TEST_CASE("a package whose opam file stays or is mostly kept is renamed") {
  const Difference found = differ({opam_file("a", "1", lines(0, 10)),
                                   opam_file("b", "1", "same\n"),
                                   opam_file("c", "1", lines(20, 10)),
                                   {"packages/b/b.1/files/p", "1"}},
                                  {opam_file("a", "2", lines(2, 10)),
                                   opam_file("b2", "1", "same\n"),
                                   opam_file("c", "2", lines(25, 10)),
                                   {"packages/b2/b2.1/files/p", "2"}});
  CHECK(summary(found) == Texts{"renamed a.1 a.2", "renamed b.1 b2.1", "removed c.1", "added c.2"});
  CHECK(found.packages[0].opam_changed);
  CHECK_FALSE(found.packages[1].opam_changed);
  CHECK(found.packages[1].files == std::vector<PathChange>{{"p", PathChangeKind::modified}});
}

TEST_CASE("of several possible renames the same name comes first, then the most similar") {
  const std::string text = lines(0, 20);
  // b.2 is equal to a.1, but of b's own versions b.1 is similar enough.
  CHECK(summary(differ({opam_file("a", "1", text), opam_file("b", "1", lines(5, 20))},
                       {opam_file("b", "2", text), opam_file("c", "1", lines(4, 20))})) ==
        Texts{"renamed b.1 b.2", "renamed a.1 c.1"});
  CHECK(summary(differ({opam_file("a", "1", lines(3, 20)), opam_file("a", "2", lines(1, 20))},
                       {opam_file("a", "3", text)})) == Texts{"removed a.1", "renamed a.2 a.3"});
  // Equally similar ones pair up in order.
  CHECK(summary(differ({opam_file("a", "1", text), opam_file("a", "2", text)},
                       {opam_file("a", "3", text), opam_file("a", "4", text)})) ==
        Texts{"renamed a.1 a.3", "renamed a.2 a.4"});
}

TEST_CASE("thousands of packages that move are paired by their contents") {
  Files before;
  Files after;
  for (int i = 0; i < 3000; ++i) {
    const std::string number = std::to_string(10000 + i);
    before.push_back(opam_file("p" + number, "1", number + "\n"));
    after.push_back(opam_file("q" + number, "1", number + "\n"));
  }
  const Difference found = differ(before, after);
  CHECK(found.packages.size() == 3000);
  CHECK(std::ranges::all_of(found.packages, [](const PackageChange& change) {
    return change.kind == PackageChangeKind::renamed &&
           change.former->name.substr(1) == change.package.name.substr(1);
  }));
  // Even when all of them are equal, the work is bounded.
  for (MemoryFile& file : before) file.content = "same\n";
  for (MemoryFile& file : after) file.content = "same\n";
  CHECK(differ(before, after).packages.size() >= 3000);
}

TEST_CASE("paths outside packages are told apart from packages") {
  const Difference found =
      differ({opam_file("a", "1", "a"), {"repo", "1"}, {"was", "a file"}, {"dir/gone", ""}},
             {opam_file("a", "1", "a"), {"repo", "2"}, {"was/now", "a directory"}});
  CHECK(found.packages.empty());
  CHECK(found.other_paths == 4);  // of `was`, the file that went and the one that came
}

TEST_CASE("a file that becomes executable differs") {
  const Difference found =
      differ({opam_file("a", "1", "a"), {"packages/a/a.1/files/run", "x"}},
             {opam_file("a", "1", "a"), {"packages/a/a.1/files/run", "x", EntryKind::file, true}});
  REQUIRE(found.packages.size() == 1);
  CHECK(found.packages[0].files == std::vector<PathChange>{{"run", PathChangeKind::modified}});
}
