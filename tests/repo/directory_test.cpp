#include "repo/directory.h"

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "repo/git.h"
#include "repo/git_library.h"
#include "repo/snapshot.h"
#include "tests/fakes/memory_tree.h"
#include "tests/repo/scratch_repository.h"

using namespace oxbow;
using namespace oxbow::repo;
using Catch::Matchers::Contains;

TEST_CASE("a directory has the ids that git gives it, and so has a tree in memory") {
  const ScratchRepository scratch;
  scratch.write("packages/foo/foo.1/opam", "opam-version: \"2.0\"\n");
  scratch.write("packages/foo/foo.1/files/a.patch", "patch\n");
  scratch.write("packages/foo-bar/foo-bar.2/opam", "");
  scratch.write("packages/foo.txt", "between the two in git's order");
  scratch.write("run", "#!/bin/sh\n");
  std::filesystem::permissions(scratch.path() / "run", std::filesystem::perms::owner_all);
  std::filesystem::create_symlink("packages", scratch.path() / "link");
  scratch.commit();
  std::filesystem::create_directories(scratch.path() / "empty/also-empty");
  REQUIRE(::mkfifo((scratch.path() / "pipe").c_str(), 0600) == 0);

  const auto directory = Directory::open(scratch.path()).value();
  CHECK(directory->root() == scratch.id("HEAD^{tree}"));
  const MemoryTree memory({{"packages/foo/foo.1/opam", "opam-version: \"2.0\"\n"},
                           {"packages/foo/foo.1/files/a.patch", "patch\n"},
                           {"packages/foo-bar/foo-bar.2/opam", ""},
                           {"packages/foo.txt", "between the two in git's order"},
                           {"run", "#!/bin/sh\n", EntryKind::file, true},
                           {"link", "packages", EntryKind::symlink}});
  CHECK(memory.root() == directory->root());

  const auto repository = GitRepository::open(scratch.path()).value();
  CHECK(directory->list(directory->root()).value() == repository->list(directory->root()).value());
  CHECK(directory->read(blob_id("patch\n"), 6) == "patch\n");
  CHECK(directory->size(blob_id("patch\n")) == 6);
  SnapshotReader reader;
  CHECK(reader.read(*directory, directory->root()).value().packages().size() == 2);
}

TEST_CASE("a directory's errors") {
  const ScratchFolder folder;
  CHECK_THAT(Directory::open(folder / "missing").error().message, Contains("no such file"));
  write_file(folder / "file", "text");
  CHECK_THAT(Directory::open(folder / "file").error().message, Contains("not a directory"));

  const auto directory = Directory::open(folder.path()).value();
  const auto refused = directory->read(blob_id("text"), 3);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("4 bytes, more than the limit of 3"));
  CHECK_FALSE(directory->read(blob_id("other"), 100));
  CHECK_FALSE(directory->list(blob_id("text")));
  write_file(folder / "file", "edit");
  const auto changed = directory->read(blob_id("text"), 100);
  REQUIRE_FALSE(changed);
  CHECK_THAT(changed.error().message, Contains("changed while it was being read"));
}

TEST_CASE("a directory without end is refused, and a symlink to itself is not followed") {
  const ScratchFolder folder;
  std::filesystem::create_symlink(".", folder / "self");
  CHECK(Directory::open(folder.path()));
  std::string deep;
  for (int i = 0; i < 70; ++i) deep += "d/";
  write_file(folder / (deep + "file"), "");
  const auto refused = Directory::open(folder.path());
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("nested deeper than 64"));
}
