#include "job/repository.h"

#include <catch2/catch.hpp>

#include "tests/repo/scratch_repository.h"

using namespace oxbow;
using namespace oxbow::job;
using Catch::Matchers::Contains;

namespace {

template <typename T>
std::string error_of(const Result<T>& result) {
  REQUIRE_FALSE(result);
  CHECK(result.error().message.find('\n') == std::string::npos);
  return result.error().message;
}

RepositorySpec spec_of(const repo::ScratchRepository& repository, const std::string& revision) {
  const auto spec = parse_repository_spec(repository.path().string() + "#" + revision);
  REQUIRE(spec);
  return *spec;
}

NoProgress silent;

RepositoryOpener opener() { return {{}, silent}; }

}  // namespace

TEST_CASE("a repository is a place, and where it matters a revision or two") {
  struct Row {
    const char* text;
    const char* place;
    const char* base;  ///< null where there is none
    const char* revision;
  };
  constexpr Row rows[] = {
      {".", ".", nullptr, ""},
      {"/some/path", "/some/path", nullptr, ""},
      {"path#main", "path", nullptr, "main"},
      {"path#v1.0", "path", nullptr, "v1.0"},
      {"path#", "path", nullptr, ""},
      {"path#main..topic", "path", "main", "topic"},
      {"path#main..", "path", "main", ""},
      {"path#origin/main..HEAD~2", "path", "origin/main", "HEAD~2"},
      {"pa#th#main", "pa#th", nullptr, "main"},
      {"https://example.org/x.git", "https://example.org/x.git", nullptr, ""},
      {"https://example.org/x.git#main..topic", "https://example.org/x.git", "main", "topic"},
      {"git@example.org:x#main", "git@example.org:x", nullptr, "main"},
      {"path/../other", "path/../other", nullptr, ""},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto spec = parse_repository_spec(row.text);
    REQUIRE(spec);
    CHECK(spec->place == row.place);
    CHECK(spec->revision == row.revision);
    CHECK(spec->base.has_value() == (row.base != nullptr));
    if (spec->base && row.base != nullptr) CHECK(*spec->base == row.base);
    if (!std::string_view(row.text).ends_with('#')) CHECK(spec->to_string() == row.text);
  }
}

TEST_CASE("what names no repository or no base is an error") {
  CHECK_THAT(error_of(parse_repository_spec("")), Contains("names no repository"));
  CHECK_THAT(error_of(parse_repository_spec("#main")), Contains("names no repository"));
  CHECK_THAT(error_of(parse_repository_spec("path#..main")), Contains("names no base"));
  CHECK_THAT(error_of(parse_repository_spec("path#..")), Contains("names no base"));
}

TEST_CASE("a state is a git repository's revision, HEAD if none is named") {
  const repo::ScratchRepository repository;
  repository.write("packages/a/a.1/opam", "1");
  const auto first = repository.commit();
  repository.write("packages/a/a.1/opam", "2");
  const auto second = repository.commit();
  const auto head = opener().open_state({repository.path().string(), "", std::nullopt});
  REQUIRE(head);
  CHECK(head->commit == second.hex());
  CHECK(head->tree == repository.id("HEAD^{tree}"));
  const auto older = opener().open_state(spec_of(repository, first.hex()));
  REQUIRE(older);
  CHECK(older->commit == first.hex());
  CHECK(older->tree == repository.id(first.hex() + "^{tree}"));
}

TEST_CASE("a state may be a plain directory, which has no revisions") {
  const ScratchFolder folder;
  repo::write_file(folder / "packages/a/a.1/opam", "1");
  const auto opened = opener().open_state({folder.path().string(), "", std::nullopt});
  REQUIRE(opened);
  CHECK(opened->commit.empty());
  CHECK(opened->source->list(opened->tree));
  CHECK_THAT(error_of(opener().open_state({folder.path().string(), "main", std::nullopt})),
             Contains("is a plain directory"));
}

TEST_CASE("a state is not a change, nor the other way around") {
  const repo::ScratchRepository repository;
  repository.commit();
  CHECK_THAT(error_of(opener().open_state(spec_of(repository, "main..main"))),
             Contains("one state is wanted"));
  CHECK_THAT(error_of(opener().open_change(spec_of(repository, "main"))),
             Contains("is not a change"));
}

TEST_CASE("a change is the base, and the head merged into it") {
  const repo::ScratchRepository repository;
  repository.write("packages/a/a.1/opam", "1");
  repository.commit();
  repository.git({"checkout", "-q", "-b", "topic"});
  repository.write("packages/b/b.1/opam", "b");
  const auto topic = repository.commit();
  repository.git({"checkout", "-q", "main"});
  repository.write("packages/c/c.1/opam", "c");
  const auto base = repository.commit();
  const auto change = opener().open_change(spec_of(repository, "main..topic"));
  REQUIRE(change);
  CHECK(change->before.commit == base.hex());
  CHECK(change->before.tree == repository.id("main^{tree}"));
  CHECK(change->after.commit == topic.hex());
  repository.git({"merge", "-q", "topic"});
  CHECK(change->after.tree == repository.id("HEAD^{tree}"));
}

TEST_CASE("a change that conflicts is an error that names the paths") {
  const repo::ScratchRepository repository;
  repository.commit();
  repository.git({"checkout", "-q", "-b", "topic"});
  for (int i = 1; i <= 7; ++i) repository.write("file" + std::to_string(i), "topic");
  repository.commit();
  repository.git({"checkout", "-q", "main"});
  for (int i = 1; i <= 7; ++i) repository.write("file" + std::to_string(i), "main");
  repository.commit();
  const std::string message = error_of(opener().open_change(spec_of(repository, "main..topic")));
  CHECK_THAT(message, Contains("conflicts in file1, file2, file3, file4, file5 and 2 more"));
}

TEST_CASE("what cannot be opened is an error that names it") {
  const repo::ScratchRepository repository;
  repository.commit();
  CHECK_THAT(error_of(opener().open_state(spec_of(repository, "nowhere"))), Contains("nowhere"));
  CHECK_THAT(error_of(opener().open_change(spec_of(repository, "nowhere..main"))),
             Contains("nowhere"));
  CHECK_THAT(error_of(opener().open_change(spec_of(repository, "main..nowhere"))),
             Contains("nowhere"));
  const std::string missing = (repository.folder() / "missing").string();
  CHECK_THAT(error_of(opener().open_state({missing, "", std::nullopt})), Contains("missing"));
}

TEST_CASE("a clone's change is its HEAD against its branch's upstream") {
  const repo::ScratchRepository origin;
  origin.write("packages/a/a.1/opam", "1");
  const auto base = origin.commit();
  const ScratchFolder folder;
  const auto clone = folder / "clone";
  origin.git({"clone", "-q", origin.path().string(), clone.string()});
  const auto change = opener().open_clone(clone);
  REQUIRE(change);
  CHECK(change->before.commit == base.hex());
  CHECK(change->after.commit == base.hex());
  CHECK(change->after.tree == change->before.tree);
  CHECK_FALSE(error_of(opener().open_clone(origin.path())).empty());
}

// libgit2 1.5 leaks what it matched a remote's configuration with. The leak checker needs whole
// stacks to know this from leaks of ours.
extern "C" const char* __lsan_default_suppressions() { return "leak:git_branch_upstream\n"; }
extern "C" const char* __asan_default_options() { return "fast_unwind_on_malloc=0"; }
