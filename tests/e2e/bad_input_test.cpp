#include <catch2/catch.hpp>

#include <filesystem>

#include "tests/e2e/change.h"

// What keeps a command from doing anything: one line that names the thing and the way out.

using namespace oxbow::e2e;
using Catch::Matchers::Contains;
using oxbow::ScratchFolder;
using oxbow::repo::write_file;
namespace fs = std::filesystem;

namespace {

std::string solve_error(const Program& program, const std::string& place,
                        const std::string& compiler = "comp.1.0") {
  return program.error({"solve", "--repo", place, "--compiler", compiler, "--all"});
}

std::string plan_error(const Program& program, const std::string& place) {
  return program.error({"plan", "--repo", place, "--compiler", "comp.1.0"});
}

}  // namespace

TEST_CASE("a repository that is none is named") {
  const Program program;
  const ScratchFolder folder;
  write_file(folder / "file", "");
  const std::string empty = folder.path().string();
  for (const char* const place : {"/nonexistent/place", "/nonexistent/place#main"}) {
    CHECK_THAT(solve_error(program, place), Contains("/nonexistent/place: no such file"));
  }
  CHECK_THAT(plan_error(program, "/nonexistent/place#a..b"), Contains("/nonexistent/place"));
  CHECK_THAT(solve_error(program, empty), Contains(empty) && Contains("no folder packages/"));
  CHECK_THAT(plan_error(program, empty + "#a..b"), Contains(empty) && Contains("not a git"));
  CHECK_THAT(solve_error(program, empty + "/file"), Contains(empty + "/file"));
  CHECK_THAT(solve_error(program, "file:///nonexistent/place"), Contains("/nonexistent/place"));
}

TEST_CASE("an empty repository and one without packages are named") {
  const Program program;
  const oxbow::repo::ScratchRepository scratch;
  const std::string place = scratch.path().string();
  CHECK_THAT(solve_error(program, place), Contains(place) && Contains("no commits yet"));
  CHECK_THAT(plan_error(program, place + "#main..HEAD"), Contains(place));
  scratch.write("README.md", "nothing");
  scratch.commit();
  CHECK_THAT(solve_error(program, place), Contains(place) && Contains("no folder packages/"));
}

TEST_CASE("a revision that is none is named") {
  const Program program;
  const OpamRepository repository;
  repository.commit();
  CHECK_THAT(solve_error(program, repository.at("nowhere")),
             Contains("unknown revision 'nowhere'"));
  CHECK_THAT(plan_error(program, repository.at("nowhere..main")), Contains("'nowhere'"));
  CHECK_THAT(plan_error(program, repository.at("main..nowhere")), Contains("'nowhere'"));
  CHECK_THAT(plan_error(program, repository.at("main")), Contains("PATH#BASE..HEAD"));
  CHECK_THAT(plan_error(program, repository.at("..main")), Contains("PATH#BASE..HEAD"));
  CHECK_THAT(solve_error(program, repository.at("main..main")), Contains("one state is wanted"));
  CHECK_THAT(solve_error(program, "#main"), Contains("names no repository"));
  CHECK_THAT(plan_error(program, repository.at("main...main")), Contains("'.main'"));
}

TEST_CASE("a compiler that is none is named, with the versions there are") {
  const Program program;
  const OpamRepository repository;
  repository.commit();
  CHECK_THAT(solve_error(program, repository.at(), "ocaml.5.3.0"),
             Contains("there is no package 'ocaml'"));
  CHECK_THAT(solve_error(program, repository.at(), "comp.7.0"),
             Contains("'comp.7.0'") && Contains("1.0"));
  CHECK_THAT(solve_error(program, repository.at(), "comp"), Contains("NAME.VERSION"));
  CHECK_THAT(program.error({"plan", "--repo", repository.at("main..main"), "-c", "comp.7.0"}),
             Contains("'comp.7.0'"));
}

TEST_CASE("a merge conflict is named with its paths") {
  const Change change;
  change.package("a.1");
  change.propose();
  change.package("a.1", "build: [\"make\" \"this\"]");
  change.commit();
  change.git({"checkout", "-q", "main"});
  change.package("a.1", "build: [\"make\" \"that\"]");
  change.commit();
  CHECK_THAT(plan_error(change.program(), change.at("main..change")),
             Contains("conflicts in packages/a/a.1/opam") && Contains("rebase"));
}

TEST_CASE("histories without a common ancestor are named") {
  const Change change;
  change.commit();
  change.git({"checkout", "-q", "--orphan", "other"});
  change.package("a.1");
  change.commit();
  const std::string error = plan_error(change.program(), change.at("main..other"));
  CHECK_THAT(error, Contains("no common ancestor") || Contains("unrelated"));
}

TEST_CASE("a corrupt repository is named with what cannot be read") {
  const Program program;
  const OpamRepository repository;
  repository.package("a.1");
  repository.commit();
  const std::string blob = repository.git({"rev-parse", "HEAD:packages/a/a.1/opam"});
  const fs::path object = repository.path() / ".git/objects" / blob.substr(0, 2) / blob.substr(2);
  fs::permissions(object, fs::perms::owner_all);
  write_file(object, "not an object");
  CHECK_THAT(solve_error(program, repository.at()),
             Contains(repository.at()) && Contains(blob) && Contains("git fsck"));
  fs::remove(object);
  CHECK_THAT(solve_error(program, repository.at()), Contains(blob));
  fs::remove_all(repository.path() / ".git/objects");
  CHECK_THAT(solve_error(program, repository.at()), Contains(repository.at()));
  write_file(repository.path() / ".git/HEAD", "nonsense");
  CHECK_THAT(solve_error(program, repository.at()), Contains(repository.at()));
}

TEST_CASE("a dependency cycle has no build-id and is not an obstacle") {
  const Program program;
  const OpamRepository repository;
  repository.package("a.1", "depends: [\"b\"]");
  repository.package("b.1", "depends: [\"a\"]");
  repository.package("self.1", "depends: [\"self\"]");
  repository.package("never.1", "depends: [\"never\" {= \"2\"}]");
  repository.commit();
  const std::string out = program.answer(
      {"solve", "--json", "--repo", repository.at(), "--compiler", "comp.1.0", "a.1"});
  const rapidjson::Document document = json(out);
  CHECK(document["ok"].GetBool());
  CHECK(document["packages"]["a.1"]["build_id"].IsNull());
  CHECK(document["packages"]["a.1"]["day10_key"].IsNull());
  program.answer({"solve", "--repo", repository.at(), "--compiler", "comp.1.0", "--all"});
}

TEST_CASE("arguments that are none are named") {
  const Program program;
  const OpamRepository repository;
  repository.commit();
  const std::string place = repository.at();
  const auto solve = [&](Texts more) {
    more.insert(more.begin(), {"solve", "--repo", place, "--compiler", "comp.1.0"});
    return program.error(more);
  };
  program.error({});
  CHECK_THAT(program.error({"frobnicate"}), Contains("frobnicate") || Contains("subcommand"));
  CHECK_THAT(program.error({"effective"}), Contains("--repo"));
  CHECK_THAT(program.error({"effective", "--repo"}), Contains("--repo"));
  CHECK_THAT(program.error({"effective", "--repo", place, "--frob"}), Contains("--frob"));
  CHECK_THAT(program.error({"effective", "--repo", place, "--text", "a.1"}), Contains("'a.1'"));
  CHECK_THAT(program.error({"solve", "--repo", place, "--all"}), Contains("--compiler"));
  CHECK_THAT(program.error({"plan", "--repo", repository.at("main..main")}),
             Contains("--compiler"));
  CHECK_THAT(program.error({"plan", "--compiler", "comp.1.0"}), Contains("--repo"));
  CHECK_THAT(solve({}), Contains("--all, --roots FILE or NAME.VERSION"));
  CHECK_THAT(solve({"--all", "comp.1.0"}), Contains("--all, --roots FILE or NAME.VERSION"));
  CHECK_THAT(solve({"nothing.1"}), Contains("no package 'nothing.1'"));
  CHECK_THAT(solve({"nothing"}), Contains("'nothing' is not a package; write NAME.VERSION"));
  CHECK_THAT(solve({"--all", "--platform", "debian"}), Contains("'debian'"));
  CHECK_THAT(solve({"--all", "--compiler", "comp.1.0"}), Contains("name one --compiler"));
  CHECK_THAT(solve({"--roots", "/nonexistent"}), Contains("'/nonexistent'"));
  CHECK_THAT(solve({"--roots", "/tmp"}), Contains("'/tmp'"));
  const Texts plan = {"plan", "--repo", repository.at("main..main"), "--compiler", "comp.1.0"};
  for (const Texts& more : {Texts{"--scope", "all"}, Texts{"--format", "xml"}, Texts{"extra.1"}}) {
    Texts words = plan;
    words.insert(words.end(), more.begin(), more.end());
    CHECK_THAT(program.error(words), Contains(more.back()));
  }
  CHECK_THAT(
      program.error({"explain", "--repo", repository.at("main..main"), "-c", "comp.1.0", "none"}),
      Contains("'none'"));
  CHECK_THAT(program.error({"plan", "--repo", repository.at("main..main"), "-c", "comp.1.0",
                            "--cache", "/nonexistent/cache"}),
             Contains("/nonexistent/cache"));
}
