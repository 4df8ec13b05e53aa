#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/e2e/program.h"

using namespace oxbow::e2e;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using oxbow::ScratchFolder;
using oxbow::repo::write_file;
namespace fs = std::filesystem;

namespace {

std::string with(std::string text, const std::string& what, const std::string& instead) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), instead);
}

// A configuration with nothing wrong, in a folder of its own.
struct Configured {
  ScratchFolder folder;
  fs::path file = folder / "oxbow.toml";
  Program program;
  std::string good =
      "version = 1\n"
      "[store]\n"
      "file = \"" +
      (folder / "store").string() +
      "\"\n"
      "[github]\n"
      "app = \"1\"\n"
      "key_file = \"" +
      (folder / "app.pem").string() +
      "\"\n"
      "[worker]\n"
      "mirrors = \"" +
      (folder / "mirrors").string() +
      "\"\n"
      "build = false\n"
      "[[repository]]\n"
      "name = \"o/r\"\n"
      "branches = [\"main\"]\n"
      "  [[repository.target]]\n"
      "  compiler = \"ocaml.5.2.0\"\n"
      "  platform = \"debian-12-x86_64\"\n";

  // What is said of a configuration, its file's name left out. That nothing is wrong with it shows
  // by what is said of a delivery that there is not.
  std::string told(const std::string& text) const {
    write_file(file, text);
    std::string error = program.error({"replay", "--config", file.string(), "nothing"});
    const std::string name = file.string();
    if (error.starts_with(name)) error.erase(0, name.size());
    return error;
  }
};

}  // namespace

TEST_CASE("a configuration of the bot with nothing wrong is taken, as is the one for oxcaml") {
  const Configured configured;
  CHECK_THAT(configured.told(configured.good), StartsWith("there is no file and no delivery"));
  std::ifstream shipped(OXBOW_CONFIG "/oxcaml.toml");
  std::string oxcaml{std::istreambuf_iterator<char>(shipped), {}};
  oxcaml = with(oxcaml, "/var/lib/oxbow/oxbow.sqlite", (configured.folder / "store").string());
  CHECK_THAT(configured.told(oxcaml), StartsWith("there is no file and no delivery"));
}

TEST_CASE("what is wrong in the bot's configuration is told with its line and the way out") {
  const Configured configured;
  const auto& good = configured.good;
  const std::vector<std::array<std::string, 3>> mistakes = {
      {"version = 1", "version = 2", ":1"},
      {"version = 1", "version = ", ":1"},
      {"app = \"1\"", "ap = \"1\"", ":5"},
      {"app = \"1\"", "app = 1", ":5"},
      {"[worker]", "[wroker]", ":7"},
      {"build = false", "build = \"no\"", ":9"},
      {"build = false", "build = true", ":7"},
      {"build = false", "build = false\njobs = 0", ":10"},
      {"build = false", "build = false\nsandbox = \"chroot\"", ":10"},
      {"name = \"o/r\"", "name = \"r\"", ":11"},
      {"app = \"1\"", "app = \"1\"\napi = \"ftp://x\"", ":6"},
      {"compiler = \"ocaml.5.2.0\"", "compiler = \"ocaml\"", ":14"},
  };
  for (const auto& [what, instead, line] : mistakes) {
    INFO(instead);
    CHECK_THAT(configured.told(with(good, what, instead)), StartsWith(line + ":"));
  }
}

TEST_CASE("a key that everybody may read, and none at all, are refused without a word of it") {
  const Configured configured;
  write_file(configured.file, configured.good);
  const std::vector<std::string> worker = {"worker", "--config", configured.file.string()};
  CHECK_THAT(configured.program.error(worker), Contains("app.pem"));
  write_file(configured.folder / "app.pem", "-----BEGIN secret");
  fs::permissions(configured.folder / "app.pem", fs::perms(0644));
  CHECK_THAT(configured.program.error(worker),
             Contains("everybody may read") && !Contains("secret"));
  fs::permissions(configured.folder / "app.pem", fs::perms(0640));
  CHECK_THAT(configured.program.error(worker), Contains("app.pem") && !Contains("secret"));
  write_file(configured.file, with(configured.good, "key_file", "login"));
  CHECK_THAT(configured.program.error(worker), Contains("oxbow setup") && Contains("dry_run"));
}
