#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

#include "tests/e2e/change.h"

// What is wrong with packages: within a change it is a finding, and the rest goes on.

using namespace oxbow::e2e;
using Catch::Matchers::Contains;
using Names = std::set<std::string>;
namespace fs = std::filesystem;

namespace {

// A change that breaks something else also does this, which the plan must still have.
void write_sound(const Change& change, std::string_view fields = "") {
  change.package("sound.1", fields);
}

void check_sound(const Plan& plan) { CHECK(plan.rebuilt().contains("sound.1")); }

Plan::Finding finding_at(const Plan& plan, const std::string& path) {
  const auto found = std::ranges::find(plan.findings, path, &Plan::Finding::path);
  INFO("no finding at " << path);
  REQUIRE(found != plan.findings.end());
  return *found;
}

bool has_control_characters(const std::string& text) {
  return std::ranges::any_of(text,
                             [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; });
}

std::string of_100_megabytes() {
  return "opam-version: \"2.0\"\n#" + std::string(std::size_t{100} << 20U, 'x') + "\n";
}

}  // namespace

TEST_CASE("an opam file that does not parse is a finding with a caret") {
  const Change change;
  change.package("broken.1");
  change.package("above.1", "depends: [\"broken\"]");
  write_sound(change);
  change.propose();
  change.package("broken.1", "depends: [\"sound\" &&]");
  write_sound(change, "build: [\"make\"]");
  const Plan plan = change.plan();
  const auto finding = finding_at(plan, "packages/broken/broken.1/opam");
  CHECK(finding.level == "error");
  CHECK(finding.line == 2);
  CHECK_THAT(finding.message, Contains("opam cannot read this file"));
  CHECK_THAT(finding.excerpt, Contains("depends: [\"sound\" &&]\n") && Contains("^"));
  CHECK(texts(plan.target()["newly_uninstallable"], "package").size() >= 1);
  check_sound(plan);
  CHECK_THAT(change.text(), Contains("packages/broken/broken.1/opam:2: error: "));
}

TEST_CASE("an opam file that did not parse before and does now is a change like any") {
  const Change change;
  change.package("broken.1", "depends: [");
  write_sound(change);
  change.propose();
  change.package("broken.1");
  write_sound(change, "build: [\"make\"]");
  const Ended ended = change.program().run([&] {
    Texts words = change.arguments({"--json"});
    words.insert(words.begin(), "plan");
    return words;
  }());
  CHECK(ended.code == 0);
  const Plan plan(ended.out);
  CHECK(plan.findings.empty());
  CHECK(plan.rebuilt() == Names{"broken.1", "sound.1"});
}

TEST_CASE("an opam file of 100 MB is a finding in a head, and left out in a base") {
  const Change change;
  change.package("a.1");
  write_sound(change);
  change.propose();
  change.write("packages/a/a.1/opam", of_100_megabytes());
  write_sound(change, "build: [\"make\"]");
  const Plan plan = change.plan();
  const auto finding = finding_at(plan, "packages/a/a.1/opam");
  CHECK(finding.level == "error");
  CHECK_THAT(finding.message, Contains("larger than 8 MiB"));
  check_sound(plan);

  const Ended ended = change.program().run({"effective", "--repo", change.at("change")});
  CHECK(ended.code == 2);
  CHECK_THAT(ended.out, Contains("sound.1\t") && !Contains("a.1\t"));
  CHECK_THAT(ended.err, Contains("packages/a/a.1/opam:1:1: larger than 8 MiB"));

  // The other way around: the base has it.
  const Ended back = change.program().run(
      {"plan", "--json", "--repo", change.at("change..main"), "--compiler", "comp.1.0"});
  CHECK(back.code == 0);
  CHECK(Plan(back.out).findings.empty());
  CHECK_THAT(back.err, Contains("packages/a/a.1/opam:1:1: larger than 8 MiB"));
}

TEST_CASE("packages that a plan must leave out below the change are warned of") {
  const OpamRepository lower("lower");
  lower.package("torn.1", "depends: [");
  lower.write("packages/odd/nodot/opam", "opam-version: \"2.0\"\n");
  lower.commit();
  const Change change;
  write_sound(change);
  change.propose();
  write_sound(change, "build: [\"make\"]");
  Texts words = change.arguments({"--json", "--repo", lower.at()});
  words.insert(words.begin(), "plan");
  const Ended ended = change.program().run(words);
  CHECK(ended.code == 0);
  check_sound(Plan(ended.out));
  CHECK_THAT(ended.err, Contains("oxbow: warning: packages/torn/torn.1/opam:3:1: ") &&
                            Contains("oxbow: warning: packages/odd/nodot: not NAME.VERSION"));
}

TEST_CASE("bytes that are not UTF-8 are replaced where they are shown") {
  const Change change;
  write_sound(change);
  change.propose();
  change.package("latin.1", "synopsis: \"caf\xe9\"\ndepends: [\"sound\" {>= \"\xff\"}]");
  change.package("torn.1", "depends: [\xff\xfe");
  write_sound(change, "build: [\"make\"]");
  const Plan plan = change.plan();
  CHECK_THAT(finding_at(plan, "packages/torn/torn.1/opam").excerpt, Contains("depends: [??\n"));
  check_sound(plan);
  const std::string text = change.text();
  CHECK_THAT(text, Contains("depends: [??\n") && !Contains("\xff"));
}

TEST_CASE("control characters of packages reach nobody") {
  const Change change;
  write_sound(change);
  change.propose();
  change.package("a.1", "depends: [\"sound\" {>= \"\x1b[31m2\"}]\ndepends: [\x1b]5;title\x07");
  change.package("b.1", "depends: [\"sound\" {>= \"\x1b[31m2\"}]");
  change.package("c.1", "url {\n  src: \"git+https://example.org/\x1b[2J.git\"\n}");
  change.file("sound.1", "\x1b]0;x\x07.patch", "x\n");
  change.write("packages/odd/\x1b[1modd/opam", "x");
  write_sound(change, "build: [\"make\"]");
  for (const Texts& more : {Texts{}, Texts{"--format", "markdown"}, Texts{"--json"}}) {
    const std::string text = change.text(more);
    CHECK_FALSE(has_control_characters(text));
    CHECK_THAT(text, Contains("sound.1"));
  }
  CHECK_FALSE(has_control_characters(change.explain("b")));
  const Texts words = {"--repo", change.at("change"), "--compiler", "comp.1.0", "b.1"};
  for (const Texts& start : {Texts{"solve"}, Texts{"solve", "--json"}}) {
    Texts all = start;
    all.insert(all.end(), words.begin(), words.end());
    const Ended ended = change.program().run(all);
    CHECK(ended.code == 0);
    CHECK_FALSE(has_control_characters(ended.out + ended.err));
  }
}

TEST_CASE("what is laid out wrongly is a finding each") {
  const Change change;
  write_sound(change);
  const std::string sound = "opam-version: \"2.0\"\n";
  change.propose();
  change.write("packages/name/name/opam", sound);
  change.write("packages/name/name./opam", sound);
  change.write("packages/name/other.1/opam", sound);
  change.write("packages/name/name.1!/opam", sound);
  change.write("packages/name/name.2/README", "no opam file here");
  change.write("packages/name/name.3/opam/folder", "");
  fs::create_directory_symlink("name.2", change.path() / "packages/name/name.4");
  fs::create_directories(change.path() / "packages/name/name.5");
  fs::create_symlink("../../sound/sound.1/opam", change.path() / "packages/name/name.5/opam");
  write_sound(change, "build: [\"make\"]");
  const Plan plan = change.plan();
  const auto message = [&](const std::string& path) {
    return finding_at(plan, "packages/name/" + path).message;
  };
  CHECK_THAT(message("name"), Contains("not NAME.VERSION: no dot"));
  CHECK_THAT(message("name."), Contains("no version after the dot"));
  CHECK_THAT(message("other.1"), Contains("is expected under packages/other"));
  CHECK_THAT(message("name.1!"), Contains("is not a version"));
  CHECK_THAT(message("name.2"), Contains("no opam file in it"));
  CHECK_THAT(message("name.3/opam"), Contains("a directory where a file is expected"));
  CHECK_THAT(message("name.4"), Contains("a symlink where a directory is expected"));
  CHECK_THAT(message("name.5/opam"), Contains("a symlink where a file is expected"));
  check_sound(plan);
}

TEST_CASE("submodules and symlinks among the packages are findings") {
  const Change change;
  write_sound(change);
  change.propose();
  write_sound(change, "build: [\"make\"]");
  change.write("packages/sound/sound.1/files/kept", "");
  fs::create_symlink("/etc/passwd", change.path() / "packages/sound/sound.1/files/link");
  change.git({"add", "-A"});
  const std::string commit = change.id("main").hex();
  for (const char* const path :
       {"packages/sub", "packages/sound/sound.2", "packages/sound/sound.1/files/sub"}) {
    change.git({"update-index", "--add", "--cacheinfo", "160000," + commit + "," + path});
  }
  change.git({"commit", "-q", "-m", "submodules"});
  const Plan plan(change.program().answer(
      {"plan", "--json", "--repo", change.at("main..change"), "--compiler", "comp.1.0"}));
  CHECK_THAT(finding_at(plan, "packages/sub").message, Contains("a submodule"));
  CHECK_THAT(finding_at(plan, "packages/sound/sound.2").message, Contains("a submodule"));
  const std::string files = "packages/sound/sound.1/files/";
  CHECK_THAT(finding_at(plan, files + "sub").message, Contains("submodule"));
  CHECK_THAT(finding_at(plan, files + "link").message, Contains("symlink"));
  check_sound(plan);
}
