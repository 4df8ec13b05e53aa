#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

#include "base/parallel.h"
#include "repo/git.h"
#include "tests/repo/scratch_repository.h"

using namespace oxbow;
using namespace oxbow::repo;
using Catch::Matchers::Contains;

namespace {

using Paths = std::vector<std::string>;

const std::string ten_lines = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

std::string edited(std::string_view from, std::string_view to) {
  std::string text = ten_lines;
  return text.replace(text.find(from), from.size(), to);
}

/// Two branches, main and topic, from one commit that holds `a` of ten lines.
struct Branches {
  Branches() {
    scratch.write("a", ten_lines);
    scratch.write("sub/kept", "kept\n");
    scratch.commit();
    scratch.git({"branch", "topic"});
  }
  void on(const std::string& branch) const { scratch.git({"checkout", "-q", branch}); }

  Result<Merge> merge() const {
    auto repository = GitRepository::open(scratch.path()).value();
    return repository->merge(scratch.id("main"), scratch.id("topic"));
  }

  /// What the git program makes of the same merge.
  ObjectId expected() const {
    return ObjectId::from_hex(scratch.git({"merge-tree", "--write-tree", "main", "topic"})).value();
  }

  ScratchRepository scratch;
};

ObjectId merged_tree(const Result<Merge>& merge) {
  INFO((merge ? "" : merge.error().message));
  REQUIRE(merge);
  REQUIRE(std::holds_alternative<ObjectId>(*merge));
  return std::get<ObjectId>(*merge);
}

Paths conflicts(const Result<Merge>& merge) {
  INFO((merge ? "" : merge.error().message));
  REQUIRE(merge);
  REQUIRE(std::holds_alternative<Conflicts>(*merge));
  return std::get<Conflicts>(*merge).paths;
}

/// Every file of the repository's folder with its size and time.
Paths everything_in(const std::filesystem::path& folder) {
  Paths all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const auto time = entry.last_write_time().time_since_epoch().count();
    all.push_back(entry.path().string() + " " + std::to_string(time) + " " +
                  (entry.is_regular_file() ? std::to_string(entry.file_size()) : ""));
  }
  std::ranges::sort(all);
  return all;
}

}  // namespace

TEST_CASE("a clean merge is git's, is readable, and writes nothing") {
  const Branches branches;
  const ScratchRepository& scratch = branches.scratch;
  scratch.write("a", edited("2\n", "two\n"));
  scratch.commit();
  branches.on("topic");
  scratch.write("a", edited("9\n", "nine\n"));
  scratch.write("new/b", "b\n");
  scratch.commit();
  if (GENERATE(false, true)) scratch.git({"gc", "-q"});

  const Paths before = everything_in(scratch.path());
  auto repository = GitRepository::open(scratch.path()).value();
  const ObjectId tree = merged_tree(repository->merge(scratch.id("main"), scratch.id("topic")));
  const auto top = repository->list(tree).value();
  REQUIRE(top.size() == 3);
  const std::string text = "1\ntwo\n3\n4\n5\n6\n7\n8\nnine\n10\n";
  CHECK(repository->size(top[0].id) == text.size());
  std::vector<char> equal(64);
  parallel_for(equal.size(), 1, 4, [&] {
    return [&](std::size_t i) {
      equal[i] = repository->list(tree) == top && repository->read(top[0].id, 1000) == text;
    };
  });
  CHECK(std::ranges::count(equal, 1) == 64);
  CHECK_FALSE(repository->read(top[0].id, 5));
  CHECK(repository->list(top[1].id).value().front().name == "b");
  CHECK(everything_in(scratch.path()) == before);

  CHECK(tree == branches.expected());
}

TEST_CASE("merges at once of one repository do not disturb each other") {
  const Branches branches;
  branches.scratch.write("a", edited("2\n", "two\n"));
  branches.scratch.commit();
  branches.on("topic");
  branches.scratch.write("a", edited("9\n", "nine\n"));
  branches.scratch.commit();
  const ObjectId base = branches.scratch.id("main");
  const ObjectId head = branches.scratch.id("topic");
  const ObjectId expected = branches.expected();
  auto repository = GitRepository::open(branches.scratch.path()).value();
  std::vector<char> equal(24);
  parallel_for(equal.size(), 1, 4, [&] {
    return [&](std::size_t i) {
      const auto merge = repository->merge(base, head);
      if (!merge || !std::holds_alternative<ObjectId>(*merge)) return;
      equal[i] = std::get<ObjectId>(*merge) == expected && repository->list(expected).has_value();
    };
  });
  CHECK(std::ranges::count(equal, 1) == 24);
}

TEST_CASE("conflicting paths are all named once") {
  const Branches branches;
  const ScratchRepository& scratch = branches.scratch;
  scratch.write("a", edited("5\n", "main\n"));
  scratch.write("both", "from main\n");
  scratch.remove("sub/kept");
  scratch.commit();
  branches.on("topic");
  scratch.write("a", edited("5\n", "topic\n"));
  scratch.write("both", "from topic\n");
  scratch.write("sub/kept", "changed\n");
  scratch.commit();
  CHECK(conflicts(branches.merge()) == Paths{"a", "both", "sub/kept"});
}

TEST_CASE("a head that is ahead of, equal to or behind the base") {
  const Branches branches;
  const ScratchRepository& scratch = branches.scratch;
  CHECK(merged_tree(branches.merge()) == scratch.id("main^{tree}"));
  branches.on("topic");
  scratch.write("a", "ahead\n");
  scratch.commit();
  CHECK(merged_tree(branches.merge()) == scratch.id("topic^{tree}"));
  scratch.git({"branch", "-f", "main", "topic"});
  scratch.git({"reset", "-q", "--hard", "HEAD~1"});
  CHECK(merged_tree(branches.merge()) == scratch.id("main^{tree}"));
}

TEST_CASE("a renamed file takes along what the base changed") {
  const Branches branches;
  const ScratchRepository& scratch = branches.scratch;
  scratch.write("a", edited("2\n", "two\n"));
  scratch.commit();
  branches.on("topic");
  scratch.git({"mv", "a", "moved"});
  scratch.commit();
  CHECK(merged_tree(branches.merge()) == branches.expected());
}

TEST_CASE("sides that touch different files are merged as git does, files that moved among them") {
  const Branches branches;
  const ScratchRepository& scratch = branches.scratch;
  scratch.write("b", ten_lines + "more\n");
  scratch.write("only/one", "1\n");
  scratch.commit();
  scratch.git({"branch", "-f", "topic"});
  scratch.git({"mv", "a", "sub/moved"});
  scratch.write("new/file", "2\n");
  scratch.commit();
  branches.on("topic");
  scratch.git({"mv", "b", "sub/also-moved"});
  scratch.write("sub/also-moved", ten_lines);
  scratch.remove("only");
  scratch.commit();
  CHECK(merged_tree(branches.merge()) == branches.expected());
}

TEST_CASE("a file that both sides moved is in conflict") {
  const Branches branches;
  const ScratchRepository& scratch = branches.scratch;
  scratch.git({"mv", "a", "here"});
  scratch.commit();
  branches.on("topic");
  scratch.git({"mv", "a", "there"});
  scratch.commit();
  CHECK(conflicts(branches.merge()) == Paths{"a", "here", "there"});
}

// libgit2 looks for 200 by itself, and takes the rest for files that came and went.
TEST_CASE("hundreds of files may be renamed at once, none of them unchanged") {
  const Branches branches;
  const ScratchRepository& scratch = branches.scratch;
  const auto text = [](int i) {
    std::string lines;
    for (int line = 0; line < 8; ++line) lines += fmt::format("{} of {}\n", line, i);
    return lines;
  };
  for (int i = 0; i < 250; ++i) scratch.write(fmt::format("p/p.1/{}", i), text(i));
  scratch.commit();
  scratch.git({"branch", "-f", "topic"});
  branches.on("topic");
  scratch.remove("p");
  for (int i = 0; i < 250; ++i) scratch.write(fmt::format("q/{}", i), text(i) + "more\n");
  scratch.commit();
  branches.on("main");
  scratch.write("p/p.1/7", "first\n" + text(7));
  scratch.commit();
  CHECK(merged_tree(branches.merge()) == branches.expected());
}

TEST_CASE("criss-cross histories are merged over a merged ancestor") {
  const Branches branches;
  const ScratchRepository& scratch = branches.scratch;
  scratch.write("a", edited("2\n", "two\n"));
  scratch.commit();
  branches.on("topic");
  scratch.write("a", edited("9\n", "nine\n"));
  scratch.commit();
  scratch.git({"branch", "old-topic"});
  scratch.git({"merge", "-q", "--no-edit", "main"});
  branches.on("main");
  scratch.git({"merge", "-q", "--no-edit", "old-topic"});
  scratch.write("a", "0\n1\ntwo\n3\n4\n5\n6\n7\n8\nnine\n10\n");
  scratch.commit();
  branches.on("topic");
  scratch.write("a", "1\ntwo\n3\n4\n5\n6\n7\n8\nnine\n10\n11\n");
  scratch.commit();
  CHECK(scratch.git({"merge-base", "--all", "main", "topic"}).size() == 81);
  CHECK(merged_tree(branches.merge()) == branches.expected());
}

TEST_CASE("histories without a common commit are not merged") {
  const Branches branches;
  branches.scratch.git({"checkout", "-q", "--orphan", "island"});
  branches.scratch.commit("another beginning");
  branches.scratch.git({"branch", "-f", "topic", "island"});
  const auto merge = branches.merge();
  REQUIRE_FALSE(merge);
  CHECK_THAT(merge.error().message, Contains("no common ancestor"));
}

TEST_CASE("merging what is not a commit, or not there, is an error") {
  const Branches branches;
  auto repository = GitRepository::open(branches.scratch.path()).value();
  const ObjectId base = branches.scratch.id("main");
  for (const ObjectId& bad : {ObjectId{}, branches.scratch.id("main^{tree}")}) {
    const auto merge = repository->merge(base, bad);
    REQUIRE_FALSE(merge);
    CHECK_THAT(merge.error().message, Contains(bad.hex()));
  }
}

TEST_CASE("a shallow clone says what it lacks") {
  const Branches branches;
  const ScratchRepository& scratch = branches.scratch;
  scratch.write("m", "m\n");
  scratch.commit();
  branches.on("topic");
  scratch.write("t", "t\n");
  scratch.commit();
  scratch.git({"clone", "-q", "--depth=1", "--no-single-branch",
               "file://" + scratch.path().string(), "../shallow"});
  auto shallow = GitRepository::open(scratch.folder() / "shallow").value();
  const auto merge = shallow->merge(scratch.id("main"), scratch.id("topic"));
  REQUIRE_FALSE(merge);
  CHECK_THAT(merge.error().message, Contains("--unshallow"));
}
