#include <catch2/catch.hpp>

#include <algorithm>

#include "base/hash.h"
#include "tests/e2e/change.h"

using namespace oxbow::e2e;
using Catch::Matchers::Contains;
using oxbow::ScratchFolder;
using oxbow::repo::write_file;

namespace {

// Each line of a text.
Texts lines(const std::string& text) {
  Texts lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    REQUIRE(end != std::string::npos);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

void write_chain(const OpamRepository& repository) {
  repository.package("low.1");
  repository.package("low.2");
  repository.package("top.1", "depends: [\"low\"]");
  repository.package("only-bsd.1", "available: os = \"freebsd\"");
  repository.package("stuck.1", "depends: [\"low\" {> \"2\"}]");
  repository.commit();
}

}  // namespace

TEST_CASE("effective prints a hash for every package, in opam's order") {
  const OpamRepository repository;
  repository.package("a.10", "synopsis: \"Not part of it\"");
  repository.package("a.9");
  repository.commit();
  const Program program;
  const std::string text =
      program.answer({"effective", "--repo", repository.at(), "--text", "a.10"});
  CHECK(text == "opam-version: \"2.0\"\nname: \"a\"\nversion: \"10\"");
  const Texts printed = lines(program.answer({"effective", "--repo", repository.at()}));
  REQUIRE(printed.size() == 3);
  CHECK(printed[0].starts_with("a.9\t"));
  CHECK(printed[1] == "a.10\t" + oxbow::sha256_hex(text));
  CHECK(printed[2].starts_with("comp.1.0\t"));
}

TEST_CASE("solve names packages as arguments, in a file and all at once") {
  const OpamRepository repository;
  write_chain(repository);
  const Program program;
  const auto solve = [&](Texts more) {
    Texts words = {"solve", "--repo", repository.at(), "--compiler", "comp.1.0"};
    std::ranges::copy(more, std::back_inserter(words));
    return program.answer(words);
  };
  const rapidjson::Document one = json(solve({"--json", "top.1"}));
  CHECK(one["root"] == "top.1");
  CHECK(one["ok"].GetBool());
  CHECK(texts(one["packages"]["top.1"]["deps"]) == Texts{"low.2"});
  CHECK(one["packages"]["low.2"]["build_id"].GetStringLength() == 64);
  CHECK(one["packages"]["low.2"]["day10_key"].GetStringLength() == 32);

  const ScratchFolder folder;
  write_file(folder / "roots", "low.1\r\n\ntop.1\n");
  const Texts two = lines(solve({"--json", "--roots", (folder / "roots").string()}));
  REQUIRE(two.size() == 2);
  CHECK(json(two[0])["root"] == "low.1");
  CHECK(json(two[1])["root"] == "top.1");

  const Texts all = lines(solve({"--json", "--all"}));
  REQUIRE(all.size() == 4);
  CHECK(json(all[2])["root"] == "stuck.1");
  CHECK_FALSE(json(all[2])["ok"].GetBool());
  CHECK(json(all[2])["explanation"][0]["name"] == "low");

  CHECK(solve({"top.1"}) == "top.1: 2 packages\n  low.2\n  top.1\n");
  CHECK_THAT(solve({"stuck.1"}),
             Contains("stuck.1: no solution\n  low\n    stuck.1 requires low > 2"));
  CHECK_THAT(solve({"--all"}), Contains("3 of 4 have a solution\n"));
}

TEST_CASE("solve has what is available on the platform") {
  const OpamRepository repository;
  write_chain(repository);
  const Program program;
  const Texts words = {"solve",    "--repo", repository.at(), "--compiler",
                       "comp.1.0", "--json", "--all",         "--platform"};
  const auto roots_on = [&](const std::string& platform) {
    Texts all = words;
    all.push_back(platform);
    return lines(program.answer(all)).size();
  };
  CHECK(roots_on("debian-12-x86_64") == 4);
  CHECK(roots_on("freebsd-14-x86_64") == 5);
  CHECK(roots_on("ubuntu-24.04-arm64") == 4);
}

TEST_CASE("plan prints text, Markdown and JSON") {
  const Change change;
  change.package("a.1");
  change.propose();
  change.package("a.1", "build: [\"make\"]");
  const Texts words = change.arguments();
  const auto plan = [&](const Texts& more) {
    Texts all = {"plan"};
    std::ranges::copy(words, std::back_inserter(all));
    std::ranges::copy(more, std::back_inserter(all));
    return change.program().answer(all);
  };
  const std::string text = plan({});
  CHECK(text.starts_with("This change rebuilds 1 package in 1 layer.\n\nChanges\n  changed a.1"));
  CHECK_THAT(text, !Contains("\x1b"));
  CHECK(plan({"--format", "text"}) == text);
  CHECK_THAT(plan({"--format", "markdown"}), Contains("**") && Contains("a.1"));
  const std::string as_json = plan({"--format", "json"});
  CHECK(plan({"--json"}) == as_json);
  const rapidjson::Document document = json(as_json);
  CHECK(document["version"].GetInt() == 1);
  CHECK(document["repositories"][0]["path"].GetString() == change.path().string());
  CHECK(document["base"].GetString() == change.id("main").hex());
  CHECK(document["head"].GetString() == change.id("change").hex());
  CHECK(document["targets"][0]["compiler"] == "comp.1.0");
  CHECK(document["targets"][0]["platform"] == "debian-12-x86_64");
}

TEST_CASE("plan compares the base with the head merged into it") {
  const Change change;
  change.package("a.1");
  change.package("b.1");
  change.propose();
  change.package("a.1", "build: [\"make\"]");
  change.commit();
  change.git({"checkout", "-q", "main"});
  change.package("b.1", "build: [\"make\"]");
  change.commit();
  const Plan plan(change.program().answer(
      {"plan", "--json", "--repo", change.at("main..change"), "--compiler", "comp.1.0"}));
  CHECK(plan.changes() == Texts{"changed a.1"});
}

TEST_CASE("plan solves for the packages of the first repository, or of all") {
  const OpamRepository lower("lower");
  lower.package("user.1", "depends: [\"a\"]");
  lower.commit();
  const Change change;
  change.package("a.1");
  change.propose();
  change.package("a.1", "build: [\"make\"]");
  const std::string under = lower.at("main");
  CHECK(change.plan({"--repo", under}).rebuilt() == std::set<std::string>{"a.1"});
  CHECK(change.plan({"--repo", under, "--scope", "overlay"}).rebuilt() ==
        std::set<std::string>{"a.1"});
  CHECK(change.plan({"--repo", under, "--scope", "stack"}).rebuilt() ==
        std::set<std::string>{"a.1", "user.1"});
}

TEST_CASE("plan is for several compilers") {
  const Change change;
  change.package("comp.2.0", "flags: compiler");
  change.package("a.1", "depends: [\"comp\" {>= \"2\"}]");
  change.propose();
  change.package("a.1", "depends: [\"comp\" {>= \"1\"}]");
  const Plan plan = change.plan({"--compiler", "comp.2.0"});
  REQUIRE(plan.document["targets"].Size() == 2);
  CHECK(plan.target(0)["compiler"] == "comp.1.0");
  CHECK(texts(plan.target(0)["newly_installable"], "package") == Texts{"a.1"});
  CHECK(plan.target(1)["compiler"] == "comp.2.0");
  CHECK(plan.target(1)["newly_installable"].Empty());
  CHECK_THAT(change.text({"-c", "comp.2.0"}), Contains("on 2 targets"));
}

TEST_CASE("plan says how many layers a cache holds") {
  const Change change;
  change.package("a.1");
  change.package("b.1", "depends: [\"a\"]");
  change.propose();
  change.package("a.1", "build: [\"make\"]");
  const Plan without = change.plan();
  CHECK(without.target()["cached"].IsNull());
  const rapidjson::Value& first = without.target()["build_ids"]["added"][0];
  CHECK(first["cached"].IsNull());

  const ScratchFolder cache;
  const std::string key = first["key"].GetString();
  const std::string record = R"({"package": "a.1", "exit_status": 1, "deps": [], "hashes": [],
      "created": 1})";
  write_file(cache / ("debian-12-x86_64/" + key + "/layer.json"), record);
  write_file(cache / ("debian-11-x86_64/" + key + "/layer.json"), record);
  const Plan with = change.plan({"--cache", cache.path().string()});
  CHECK(with.target()["cached"].GetInt() == 1);
  CHECK(with.target()["build_ids"]["added"][0]["cached"].GetBool());
  CHECK_FALSE(with.target()["build_ids"]["added"][1]["cached"].GetBool());
  CHECK_THAT(change.text({"--cache", cache.path().string()}),
             Contains("2 packages in 2 layers, 1 of them in the cache"));
}
