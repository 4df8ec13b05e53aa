#include "job/changes.h"

#include <catch2/catch.hpp>

#include "base/hash.h"
#include "tests/job/requests.h"

using namespace oxbow;
using namespace oxbow::job;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

using Files = std::vector<repo::MemoryFile>;

Changes changes(const Files& before, const Files& after) {
  NoProgress progress;
  StateLoader loader(progress);
  const auto old_state = loader.load({literal_repository(before, "")}, repo::Trust::merged);
  const auto new_state = loader.load({literal_repository(after, "")}, repo::Trust::proposed);
  REQUIRE(old_state);
  REQUIRE(new_state);
  auto found = find_changes(**old_state, **new_state, loader);
  REQUIRE(found);
  return std::move(*found);
}

Changes changes(std::string_view before, std::string_view after) {
  return changes(repository_files(before), repository_files(after));
}

/// "changed a.1 build depends +new ~other -gone", with "no effect" behind.
std::string in_words(const plan::Change& change) {
  std::string words = std::string(name(change.kind)) + " " + change.package.to_string();
  if (change.former) words += " from " + change.former->to_string();
  for (const std::string& field : change.fields) words += " " + field;
  for (const plan::FileChange& file : change.files) {
    constexpr std::string_view marks = "+-~";
    words += std::string(" ") + marks[static_cast<std::size_t>(file.kind)] + file.path;
  }
  return words + (change.affects_build ? "" : " (no effect)");
}

std::vector<std::string> in_words(const Changes& changes) {
  std::vector<std::string> words;
  for (const plan::Change& change : changes.packages) words.push_back(in_words(change));
  return words;
}

using Words = std::vector<std::string>;

std::string listed(const std::string& path, const std::string& content) {
  return "  extra-files: [\"" + path + "\" \"sha256=" + sha256_hex(content) + "\"]\n";
}

}  // namespace

TEST_CASE("packages that were added, changed and removed are told, with the fields") {
  const Changes found = changes(
      "a.1\n  build: \"x\"\n  synopsis: \"s\"\nb.1\n  install: \"one of a kind\"\nc.1\nd.1\n",
      "a.1\n  build: \"y\"\n  depends: [\"c\"]\n  synopsis: \"s\"\nc.1\ne.1\n  remove: "
      "\"another\"\nd.1\n");
  CHECK(in_words(found) == Words{"changed a.1 build depends", "removed b.1", "added e.1"});
  CHECK(found.touched == std::set<opam::PackageId>{{"a", "1"}, {"b", "1"}, {"e", "1"}});
  CHECK(found.findings.empty());
  CHECK(found.other_paths == 0);
}

TEST_CASE("states that are equal have no changes") {
  const Changes found = changes("a.1\n", "a.1\n");
  CHECK(found.packages.empty());
  CHECK(found.touched.empty());
}

TEST_CASE("a version that replaces another is a rename, which touches both") {
  const std::string body = "  build: \"x\"\n  install: \"y\"\n  remove: \"z\"\n";
  const Changes found = changes("a.1\n" + body, "a.2\n" + body + "  synopsis: \"new\"\n");
  CHECK(in_words(found) == Words{"renamed a.2 from a.1 synopsis"});
  CHECK(found.touched == std::set<opam::PackageId>{{"a", "1"}, {"a", "2"}});
}

TEST_CASE("a change that no build sees is said to be one") {
  const Changes found =
      changes("a.1\n  synopsis: \"x\"\n", "a.1\n  synopsis: \"y\"\n  tags: \"t\"\n");
  CHECK(in_words(found) == Words{"changed a.1 synopsis tags (no effect)"});
  REQUIRE(found.findings.size() == 1);
  CHECK(found.findings[0].path == "packages/a/a.1/opam");
  CHECK(found.findings[0].level == plan::Level::note);
  CHECK(found.findings[0].message ==
        "only synopsis, tags differs, which no build sees: 0 rebuilds");
}

TEST_CASE("a field that no build sees is not all of it where files differ too") {
  const repo::MemoryFile file{"packages/a/a.1/files/p", "x"};
  const Changes found = changes(repository_files("a.1\n" + listed("p", "x"), {file}),
                                repository_files("a.1\n  synopsis: \"y\"\n" + listed("p", "x"),
                                                 {file, {"packages/a/a.1/files/q", "z"}}));
  CHECK(in_words(found) == Words{"changed a.1 synopsis +q (no effect)"});
  REQUIRE(found.findings.size() == 1);
  CHECK(found.findings[0].level == plan::Level::warning);
}

TEST_CASE("layout alone is a change without fields or a finding") {
  const Changes found = changes("a.1\n  build: \"x\"\n", "a.1\n  build:    \"x\"\n");
  CHECK(in_words(found) == Words{"changed a.1 (no effect)"});
  CHECK(found.findings.empty());
}

TEST_CASE("files are told, from files/ on") {
  const auto with = [](const std::string& patch, const Files& more) {
    Files files = repository_files("a.1\n" + listed("fix.patch", patch),
                                   {{"packages/a/a.1/files/fix.patch", patch}});
    files.insert(files.end(), more.begin(), more.end());
    return files;
  };
  const Changes found = changes(with("old", {{"packages/a/a.1/files/gone", "x"}}),
                                with("new", {{"packages/a/a.1/files/sub/more", "y"}}));
  CHECK(in_words(found) == Words{"changed a.1 extra-files ~fix.patch -gone +sub/more"});
  REQUIRE(found.findings.size() == 1);
  CHECK(found.findings[0].path == "packages/a/a.1/files/sub/more");
}

TEST_CASE("a stale checksum is an error although no build changes") {
  const std::string text = "a.1\n" + listed("p", "old");
  const Changes found = changes(repository_files(text, {{"packages/a/a.1/files/p", "old"}}),
                                repository_files(text, {{"packages/a/a.1/files/p", "new"}}));
  CHECK(in_words(found) == Words{"changed a.1 ~p (no effect)"});
  REQUIRE(found.findings.size() == 1);
  CHECK(found.findings[0].level == plan::Level::error);
  CHECK_THAT(found.findings[0].message, Contains("is stale"));
}

TEST_CASE("only what was touched is checked") {
  const std::string stale = "a.1\n" + listed("p", "x");
  CHECK(changes(stale, stale + "b.1\n").findings.empty());
  CHECK(changes("b.1\n", stale + "b.1\n").findings.size() == 1);
}

TEST_CASE("a file that opam cannot read is a finding, and the rest goes on") {
  const Changes found =
      changes("a.1\nb.1\n  build: \"x\"\n", "a.1\n  build: [\nb.1\n  build: \"y\"\n");
  CHECK(in_words(found) == Words{"changed a.1", "changed b.1 build"});
  REQUIRE(found.findings.size() == 1);
  CHECK(found.findings[0].path == "packages/a/a.1/opam");
  CHECK(found.findings[0].level == plan::Level::error);
  CHECK_THAT(found.findings[0].message, StartsWith("opam cannot read this file"));
  CHECK_FALSE(found.findings[0].excerpt.empty());
}

TEST_CASE("a file that opam could not read before is a change that affects the build") {
  CHECK(in_words(changes("a.1\n  build: [\n", "a.1\n")) == Words{"changed a.1"});
}

TEST_CASE("symlinks and submodules below files/ are findings") {
  const Changes found =
      changes(repository_files("b.1\n"),
              repository_files("a.1\nb.1\n",
                               {{"packages/a/a.1/files/link", "../x", repo::EntryKind::symlink},
                                {"packages/a/a.1/files/module", "m", repo::EntryKind::submodule}}));
  REQUIRE(found.findings.size() == 2);
  CHECK(found.findings[0].path == "packages/a/a.1/files/link");
  CHECK_THAT(found.findings[0].message, Contains("symlink"));
  CHECK(found.findings[1].path == "packages/a/a.1/files/module");
  CHECK_THAT(found.findings[1].message, Contains("submodule"));
}

TEST_CASE("what is laid out wrongly is a finding if it was not so before") {
  const auto with = [](const Files& more) { return repository_files("a.1\n", more); };
  const repo::MemoryFile known{"packages/a/a.old", "x"};
  const repo::MemoryFile added{"packages/b/b.new/readme", "x"};
  const Changes found = changes(with({known}), with({known, added}));
  REQUIRE(found.findings.size() == 1);
  CHECK_THAT(found.findings[0].path, StartsWith("packages/b"));
  CHECK(found.findings[0].level == plan::Level::warning);
}

TEST_CASE("files outside of packages are counted") {
  const Changes found = changes(repository_files("a.1\n", {{"README", "x"}, {"repo", "y"}}),
                                repository_files("a.1\n", {{"README", "z"}, {"sub/new", "y"}}));
  CHECK(found.other_paths == 3);
  CHECK(found.packages.empty());
}
