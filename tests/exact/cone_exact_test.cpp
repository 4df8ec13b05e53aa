#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "job/plan.h"
#include "tests/exact/mirrors.h"
#include "tests/exact/reference_data.h"

using namespace oxbow;
using namespace oxbow::exact;

namespace {

using Names = std::set<std::string>;

Names build_ids(const rapidjson::Value& layers) {
  Names names;
  for (const auto& layer : layers.GetArray()) {
    names.insert(std::string(layer["package"].GetString()) + " " + layer["build_id"].GetString());
  }
  return names;
}

Names build_ids(const std::vector<plan::ConeLayer>& layers) {
  Names names;
  for (const plan::ConeLayer& layer : layers) {
    if (layer.build_id) names.insert(layer.package.to_string() + " " + *layer.build_id);
  }
  return names;
}

Names packages(const rapidjson::Value& list) {
  Names names;
  for (const auto& name : list.GetArray()) names.insert(name.GetString());
  return names;
}

Names packages(const std::vector<plan::Installability>& list) {
  Names names;
  for (const plan::Installability& one : list) names.insert(one.package.to_string());
  return names;
}

std::string first_differences(const Names& actual, const Names& expected) {
  Differences differences;
  for (const std::string& name : actual) {
    if (!expected.contains(name)) differences.add("too much: " + name);
  }
  for (const std::string& name : expected) {
    if (!actual.contains(name)) differences.add("missing: " + name);
  }
  return differences.to_string();
}

void check_same(const Names& actual, const Names& expected) {
  INFO(first_differences(actual, expected));
  CHECK(actual == expected);
}

void check_pull_request(const std::string& number) {
  rapidjson::Document expected;
  std::string text;
  each_line(data_path("reference/cone-" + number + ".json.xz"),
            [&](std::string_view line) { text.append(line).push_back('\n'); });
  expected.Parse(text.c_str());
  REQUIRE_FALSE(expected.HasParseError());

  job::NoProgress progress;
  job::RepositoryOpener opener({}, progress);
  auto change = opener.open_change(
      {mirror_of("oxcaml"), expected["merged"].GetString(), expected["base"].GetString()});
  REQUIRE(change.has_value());
  job::PlanRequest request;
  request.place = "oxcaml";
  request.change = std::move(*change);
  request.lower_places = {"opam"};
  request.lower = {tree_at("opam", opam_main)};
  request.targets = {reference_target("ocaml-variants.5.2.0+ox")};
  job::StateLoader loader(progress);
  const auto planned = job::plan(request, loader);
  REQUIRE(planned.has_value());
  REQUIRE(planned->report.targets.size() == 1);
  const report::TargetReport& target = planned->report.targets.front();
  check_same(build_ids(target.cone.added), build_ids(expected["added"]));
  check_same(build_ids(target.cone.removed), build_ids(expected["removed"]));
  check_same(packages(target.newly_uninstallable), packages(expected["lost"]));
  check_same(packages(target.newly_installable), packages(expected["gained"]));
  CHECK(target.roots.value().unsolved == expected["unsolved_after"].Size());
  CHECK(target.roots.value().solved + target.roots.value().unsolved ==
        expected["roots_after"].Size());
}

}  // namespace

TEST_CASE("pull request 19 rebuilds exactly what the reference says") { check_pull_request("19"); }
TEST_CASE("pull request 43 rebuilds exactly what the reference says") { check_pull_request("43"); }
TEST_CASE("pull request 44 rebuilds exactly what the reference says") { check_pull_request("44"); }
TEST_CASE("pull request 52 rebuilds exactly what the reference says") { check_pull_request("52"); }
