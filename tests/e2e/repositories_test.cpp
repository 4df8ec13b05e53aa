#include <catch2/catch.hpp>

#include <filesystem>

#include "tests/e2e/change.h"

using namespace oxbow::e2e;
using Catch::Matchers::Contains;
using oxbow::ScratchFolder;
using oxbow::repo::write_file;
namespace fs = std::filesystem;

namespace {

// The line that `effective` prints of one package.
std::string line_of(const std::string& printed, const std::string& package) {
  const std::size_t begin = printed.find(package + "\t");
  if (begin == std::string::npos) return "";
  return printed.substr(begin, printed.find('\n', begin) - begin);
}

// A clone that is one commit ahead of its upstream, which has an oxbow.toml if there is one.
struct Clone {
  explicit Clone(const std::string& configuration) {
    upstream.package("a.1");
    if (!configuration.empty()) upstream.write("oxbow.toml", configuration);
    upstream.commit();
    upstream.git({"clone", "-q", upstream.path().string(), path().string()});
    git({"checkout", "-q", "-b", "work", "--track", "origin/main"});
    write_file(path() / "packages/a/a.1/opam", "opam-version: \"2.0\"\nbuild: [\"make\"]\n");
    git({"add", "-A"});
    git({"commit", "-q", "-m", "change"});
  }

  fs::path path() const { return folder / "clone"; }
  void git(const Texts& words) const {
    Texts all = {"-C", path().string()};
    all.insert(all.end(), words.begin(), words.end());
    upstream.git(all);
  }

  OpamRepository upstream{"upstream"};
  ScratchFolder folder;
};

}  // namespace

TEST_CASE("a plain directory is a repository of one state") {
  const OpamRepository repository;
  repository.package("a.1");
  repository.commit();
  const ScratchFolder folder;
  fs::copy(repository.path() / "packages", folder / "packages", fs::copy_options::recursive);
  const Program program;
  CHECK(program.answer({"effective", "--repo", folder.path().string()}) ==
        program.answer({"effective", "--repo", repository.at()}));
  CHECK_THAT(program.error({"effective", "--repo", folder.path().string() + "#main"}),
             Contains("is a plain directory"));

  const Change change;
  change.package("b.1", "depends: [\"a\"]");
  change.propose();
  change.package("b.1", "depends: [\"a\" {>= \"1\"}]");
  const Plan plan = change.plan({"--repo", folder.path().string()});
  CHECK(plan.document["repositories"][1]["commit"].IsNull());
  CHECK(plan.rebuilt() == std::set<std::string>{"b.1"});
}

TEST_CASE("a revision and a bare repository are read") {
  const OpamRepository repository;
  repository.package("a.1");
  repository.commit();
  repository.git({"tag", "v1"});
  repository.package("a.2");
  repository.commit();
  const fs::path bare = repository.folder() / "bare.git";
  repository.git({"clone", "-q", "--bare", repository.path().string(), bare.string()});
  const Program program;
  const auto printed = [&](const std::string& place) {
    return program.answer({"effective", "--repo", place});
  };
  CHECK(printed(repository.at("v1")) == printed(repository.at("main~1")));
  CHECK(printed(repository.at("v1")) == printed(bare.string() + "#v1"));
  CHECK(line_of(printed(repository.at("v1")), "a.2").empty());
  CHECK_FALSE(line_of(printed(repository.at()), "a.2").empty());
}

TEST_CASE("of several repositories the first that has a package counts") {
  const OpamRepository upper("upper");
  upper.package("a.1", "build: [\"make\"]");
  upper.commit();
  const OpamRepository lower("lower");
  lower.package("a.1");
  lower.package("b.1");
  lower.commit();
  const Program program;
  const std::string both = program.answer({"effective", "-r", upper.at(), "-r", lower.at()});
  CHECK(program.answer({"effective", "--repo", upper.at(), lower.at()}) == both);
  CHECK(line_of(both, "a.1") == line_of(program.answer({"effective", "-r", upper.at()}), "a.1"));
  CHECK_FALSE(line_of(both, "b.1").empty());
  const std::string turned = program.answer({"effective", "-r", lower.at(), upper.at()});
  CHECK(line_of(both, "a.1") != line_of(turned, "a.1"));
}

TEST_CASE("a URL is mirrored below the cache directory and fetched again") {
  const OpamRepository repository;
  repository.package("a.1");
  repository.commit();
  const std::string url = "file://" + repository.path().string();
  const Program program;
  const auto packages = [&](const std::vector<std::string>& settings) {
    return program.answer({"effective", "--repo", url}, {.settings = settings});
  };
  CHECK_FALSE(line_of(packages({}), "a.1").empty());
  CHECK(fs::exists(program.home() / ".cache/oxbow/mirrors"));
  repository.package("a.2");
  repository.commit();
  CHECK_FALSE(line_of(packages({}), "a.2").empty());

  const fs::path other = program.home() / "other";
  CHECK_FALSE(line_of(packages({"XDG_CACHE_HOME=" + other.string()}), "a.2").empty());
  CHECK(fs::exists(other / "oxbow/mirrors"));
}

TEST_CASE("plan takes a clone's repositories and targets from the oxbow.toml of its base") {
  const OpamRepository lower("lower");
  lower.package("helper.1");
  lower.commit();
  const Clone clone("version = 1\n[[repository]]\nplace = \"" + lower.at() +
                    "\"\nrevision = \"main\"\n[[target]]\ncompiler = \"comp.1.0\"\n");
  const Program program;
  const Around inside{.folder = clone.path() / "packages"};
  const Plan plan(program.answer({"plan", "--json"}, inside));
  CHECK(plan.rebuilt() == std::set<std::string>{"a.1"});
  REQUIRE(plan.document["repositories"].Size() == 2);
  CHECK(plan.document["repositories"][1]["path"].GetString() == lower.at());
  CHECK_THAT(program.answer({"explain", "a"}, inside), Contains("a.1: changed directly"));
}

TEST_CASE("plan takes them from the user's configuration where the base has none") {
  const Clone clone("");
  const Program program;
  const Around inside{.folder = clone.path()};
  CHECK_THAT(program.error({"plan"}, inside), Contains("there is no oxbow.toml"));
  const std::string target = "version = 1\n[[target]]\nplatform = \"ubuntu-24.04-arm64\"\n";
  write_file(program.home() / ".config/oxbow/oxbow.toml", target + "compiler = \"comp.1.0\"\n");
  const Plan plan(program.answer({"plan", "--json"}, inside));
  CHECK(plan.target()["platform"] == "ubuntu-24.04-arm64");
  CHECK(plan.rebuilt() == std::set<std::string>{"a.1"});

  const fs::path other = program.home() / "other";
  write_file(other / "oxbow/oxbow.toml", target + "compiler = \"comp.7.0\"\n");
  const Around elsewhere{.folder = clone.path(), .settings = {"XDG_CONFIG_HOME=" + other.string()}};
  CHECK_THAT(program.error({"plan"}, elsewhere), Contains("comp.7.0"));
}

TEST_CASE("an oxbow.toml that is wrong is reported with its place") {
  const auto complaint = [](const std::string& configuration) {
    const Clone clone(configuration);
    return Program().error({"plan"}, {.folder = clone.path()});
  };
  CHECK_THAT(complaint("version = 1\n[[target]]\ncompiler = \"comp\"\n"),
             Contains("oxbow.toml of ") && Contains(":3: 'comp' is not a compiler"));
  CHECK_THAT(complaint("version = 1\n[[target]\n"), Contains(":2: "));
  CHECK_THAT(complaint("version = 2\n[[target]]\ncompiler = \"comp.1.0\"\n"),
             Contains(":1: version must be 1"));
  CHECK_THAT(complaint("version = 1\ncolour = 3\n"), Contains(":2: there is no setting 'colour'"));
  CHECK_THAT(complaint("version = 1\n"), Contains("has no [[target]]"));
}

TEST_CASE("outside a clone, and on a branch without upstream, plan says what to name") {
  const Program program;
  CHECK_THAT(program.error({"plan"}, {.folder = program.home()}),
             Contains("not inside a git clone") && Contains("--repo PATH#BASE..HEAD"));
  const Clone clone("version = 1\n[[target]]\ncompiler = \"comp.1.0\"\n");
  clone.git({"branch", "--unset-upstream"});
  CHECK_THAT(program.error({"plan"}, {.folder = clone.path()}), Contains("has no upstream"));
  clone.git({"checkout", "-q", "--detach"});
  CHECK_THAT(program.error({"plan"}, {.folder = clone.path()}), Contains("HEAD is on no branch"));
}
