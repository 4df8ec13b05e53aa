#include <catch2/catch.hpp>

#include <filesystem>

#include "tests/cache/scratch_cache.h"
#include "tests/e2e/change.h"

using namespace oxbow;
using namespace oxbow::e2e;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

// A change of low, below top, and a cache. Without --sandbox it would matter which is installed.
struct Checked : Change {
  Checked() {
    package("low.1", "build: [\"old\"]");
    package("top.1", "depends: [\"low\"]");
    propose();
    package("low.1", "build: [\"new\"]");
  }

  Texts words(const Texts& more = {}) const {
    Texts words = {"check", "--cache", cache.path().string(), "--sandbox", "runc"};
    std::ranges::copy(more, std::back_inserter(words));
    return arguments(words);
  }
  Texts arguments(Texts first) const {
    for (const std::string& word : Change::arguments()) first.push_back(word);
    return first;
  }

  /// The keys of what the change adds or removes.
  std::map<std::string, std::string> keys(const char* side) const {
    std::map<std::string, std::string> keys;
    const Plan planned = plan();
    for (const auto& layer : planned.target()["build_ids"][side].GetArray()) {
      keys[layer["package"].GetString()] = layer["key"].GetString();
    }
    return keys;
  }

  void have(const char* side, const std::string& id,
            verdict::Outcome outcome = verdict::Outcome::success) const {
    cache::LayerRecord record = cache::record_of("", outcome);
    record.package = *opam::parse_package_id(id);
    REQUIRE(commit_layer(cache.store, keys(side).at(id), record));
  }

  std::string error(const Texts& words) const { return program().error(words); }

  // The user's own configuration, which the program finds in its home.
  fs::path configure(std::string_view text) const {
    const fs::path file = program().home() / ".config/oxbow/oxbow.toml";
    repo::write_file(file, text);
    return file;
  }

  cache::ScratchCache cache;
};

}  // namespace

TEST_CASE("check has help with an example and its exit codes") {
  const Program program;
  const std::string help = program.answer({"check", "--help"});
  CHECK_THAT(help, Contains("Example:\n  oxbow check --repo") && Contains("Exit codes: 0") &&
                       Contains("--rebuild-failed") && Contains("--stop-at-failure"));
  CHECK_THAT(program.answer({"build-layer", "--help"}), Contains("Example:\n  oxbow build-layer"));
  CHECK_THAT(program.answer({"shell", "--help"}), Contains("Example:\n  oxbow shell"));
  CHECK_THAT(program.answer({"--help"}),
             Contains("check") && Contains("build-layer") && Contains("shell"));
}

TEST_CASE("check refuses arguments that make no sense") {
  const Checked change;
  const auto error = [&](const Texts& words) {
    const Ended ended = change.program().run(change.arguments(words));
    CHECK(ended.code == 2);
    CHECK(ended.out.empty());
    return ended.err;
  };
  const std::string cache = change.cache.path().string();
  CHECK_THAT(error({"check"}), Contains("--cache is required"));
  CHECK_THAT(error({"check", "--cache", cache, "--sandbox", "chroot"}),
             Contains("--sandbox") && Contains("chroot"));
  CHECK_THAT(error({"check", "--cache", cache, "-j", "0"}), Contains("--jobs"));
  CHECK_THAT(error({"check", "--cache", cache, "--timeout", "0"}), Contains("--timeout"));
  CHECK_THAT(error({"check", "--cache", cache, "--memory", "much"}), Contains("--memory"));
}

TEST_CASE("check of a change that rebuilds nothing needs no base and makes no cache") {
  Checked change;
  change.package("low.1", "build: [\"old\"]\nsynopsis: \"Low\"");
  const Ended ended = change.program().run(change.words());
  CHECK(ended.code == 0);
  CHECK(ended.err.empty());
  CHECK_THAT(ended.out, Contains("rebuilds nothing") || Contains("Nothing regressed"));
  CHECK_FALSE(fs::exists(change.cache.store.folder()));
}

TEST_CASE("check without a base says how to make one") {
  const Checked change;
  CHECK(change.error(change.words()) ==
        "there is no base layer at " + change.cache.store.base().string() +
            "; make one by: oxbow base create --cache " + change.cache.path().string() +
            " --platform debian-12-x86_64");
}

TEST_CASE("check of what the cache has needs neither a base nor a sandbox") {
  const Checked change;
  change.have("added", "low.1");
  change.have("added", "top.1");
  const std::string json_text = change.program().answer(change.words({"--json"}));
  const auto document = json(json_text);
  CHECK(document["version"].GetInt() == 1);
  CHECK_FALSE(document["bad_news"].GetBool());
  CHECK_FALSE(document["interrupted"].GetBool());
  CHECK(document["limit"].IsNull());
  CHECK(document["sandbox"].GetString() == std::string("runc"));
  CHECK(document["cache"].GetString() == change.cache.path().string());
  CHECK(document["plan"]["version"].GetInt() == 1);
  const auto& target = document["targets"][0];
  CHECK(texts(target["roots"], "package") == Texts{"low.1", "top.1"});
  CHECK(texts(target["roots"], "verdict") == Texts{"unchanged", "unchanged"});
  CHECK(texts(target["layers"], "package") == Texts{"low.1", "top.1"});
  CHECK(target["layers"][0]["cached"].GetBool());
  CHECK(target["base_layers"].Empty());

  CHECK_THAT(change.program().answer(change.words()), Contains("0 built, 2 cached"));
  CHECK_THAT(change.program().answer(change.words({"--format", "markdown"})),
             Contains("Nothing regressed") && Contains("**2 packages**"));
}

TEST_CASE("check of a failure that is in the cache tells whose it is") {
  const Checked change;
  change.have("added", "low.1", verdict::Outcome::failure);
  change.have("removed", "low.1");
  change.have("removed", "top.1");
  const Ended regressed = change.program().run(change.words());
  CHECK(regressed.code == 1);
  CHECK_THAT(regressed.out, Contains("1 regressed"));
  const Ended as_json = change.program().run(change.words({"--json"}));
  CHECK(as_json.code == 1);
  const auto document = json(as_json.out);
  CHECK(document["bad_news"].GetBool());
  CHECK(texts(document["targets"][0]["roots"], "verdict") == Texts{"regressed", "regressed"});
  CHECK(document["targets"][0]["layers"][0]["reproduce"].GetString() ==
        "oxbow shell --cache " + change.cache.path().string() + " --platform debian-12-x86_64 " +
            change.keys("added").at("low.1"));

  change.have("removed", "low.1", verdict::Outcome::failure);
  fs::remove_all(change.cache.store.path(change.keys("removed").at("top.1")));
  const Ended still = change.program().run(change.words());
  CHECK(still.code == 0);
  CHECK_THAT(still.out, Contains("2 still failing"));
}

TEST_CASE("build-layer refuses what is not a spec") {
  const Program program;
  const std::string cache = (program.home() / "cache").string();
  const fs::path file = program.home() / "spec.json";
  const auto error = [&] {
    return program.error({"build-layer", "--cache", cache, "--spec", file.string()});
  };
  CHECK_THAT(error(), StartsWith(file.string() + ": "));
  repo::write_file(file, "{");
  CHECK_THAT(error(), StartsWith(file.string() + ": "));
  repo::write_file(file, R"({"version": 1})");
  CHECK_THAT(error(), StartsWith(file.string() + ": ") && Contains("must be 2"));
  repo::write_file(file, R"({"version": 2, "settings": {},
                            "recipe": {"version": 1, "platform": "../..", "package": "a.1",
                                       "key": "aa", "opam": "", "files": [], "deps": [],
                                       "below": [], "system_packages": []}})");
  CHECK_THAT(error(), StartsWith(file.string() + ": ") && Contains("platform"));
  CHECK_FALSE(fs::exists(cache));
}

TEST_CASE("shell says what there is no layer of") {
  const Checked change;
  const Texts shell = {"shell", "--cache", change.cache.path().string(), "--sandbox", "runc"};
  const auto error = [&](const std::string& package) {
    Texts words = shell;
    words.push_back(package);
    return change.error(words);
  };
  CHECK(error("low") == "the cache has no failed layer of 'low', and no layer with that key");
  change.have("added", "low.1");
  CHECK(error("low.1") == "the cache has no failed layer of 'low.1', and no layer with that key");
  // One that another program made has no spec.
  change.have("added", "low.1", verdict::Outcome::failure);
  CHECK_THAT(error("low.1"), Contains("spec.json") && Contains("--rebuild-failed"));
  CHECK_THAT(error(change.keys("added").at("low.1").substr(0, 10)), Contains("spec.json"));
}

TEST_CASE("mistakes in the user's configuration are told with file and line") {
  const Checked change;
  const auto error = [&](std::string_view text) {
    const std::string file = change.configure(text).string();
    std::string message = change.error(change.words());
    REQUIRE(message.starts_with(file + ":"));
    return message.substr(file.size() + 1);
  };
  CHECK(error("version = 1\n[cache]\nkey = \"md5\"\n") == "3: 'key' is build-id or day10");
  CHECK(error("version = 1\n[cache]\nfolder = \"/tmp\"\n") ==
        "3: there is no setting 'folder' here");
  CHECK(error("version = 1\n[fetch]\nprivate_addresses = \"yes\"\n") ==
        "3: 'private_addresses' must be true or false");
  CHECK(error("version = 1\n[fetch]\n\nlocal_files = 1\n") ==
        "4: 'local_files' must be true or false");
  CHECK(error("version = 1\n[fetch]\nmirrors = \"https://example.org\"\n") ==
        "3: 'mirrors' must be a list of texts");
  CHECK(error("version = 1\nfetch = true\n") == "2: write [fetch]");
  CHECK(error("version = 2\n") == "1: version must be 1");
  CHECK_THAT(error("version = 1\n[fetch\n"), StartsWith("2: "));
}

TEST_CASE("the user's configuration says how layers are named, and a repository does not") {
  const Checked change;
  change.have("added", "low.1");
  change.have("added", "top.1");
  // Were this asked for the machine, [fetch] would be an error, and by these keys nothing be found.
  change.git({"checkout", "-q", "main"});
  change.write("oxbow.toml",
               "version = 1\n[cache]\nkey = \"day10\"\n[fetch]\nprivate_addresses = \"yes\"\n"
               "local_files = 1\n[[target]]\ncompiler = \"comp.1.0\"\n");
  change.commit("configuration");
  change.git({"checkout", "-q", "change"});
  change.git({"rebase", "-q", "main"});
  change.git({"branch", "-q", "-u", "main", "change"});
  const Texts words = {"check", "--cache", change.cache.path().string(), "--sandbox", "runc"};
  const Around inside{.folder = change.path()};
  CHECK_THAT(change.program().answer(words, inside), Contains("2 cached"));

  change.configure("version = 1\n[cache]\nkey = \"day10\"\n");
  CHECK_THAT(change.program().error(words, inside), Contains("there is no base layer"));
}
