#include "github/check_run.h"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

using namespace oxbow::github;

namespace {

rapidjson::Document json(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.c_str());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

CheckRun completed() {
  CheckRun check;
  check.name = "oxbow / analysis";
  check.head = std::string(40, 'a');
  check.external_id = "7";
  check.status = CheckRun::Status::completed;
  check.conclusion = "success";
  check.title = "t";
  check.summary = "s";
  return check;
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("a check run that goes on has no conclusion and no buttons") {
  CheckRun check = completed();
  check.status = CheckRun::Status::in_progress;
  check.buttons = {{"Run again", "d", "rerun"}};
  const auto bodies = check_requests(check);
  REQUIRE(bodies.size() == 1);
  const auto body = json(bodies[0]);
  CHECK(std::string(body["status"].GetString()) == "in_progress");
  CHECK(std::string(body["external_id"].GetString()) == "7");
  CHECK_FALSE(body.HasMember("conclusion"));
  CHECK_FALSE(body.HasMember("actions"));
  check.status = CheckRun::Status::completed;
  CHECK(json(check_requests(check)[0])["actions"].Size() == 1);
}

TEST_CASE("whatever the size, GitHub's limits are kept, and no character is cut in two") {
  CheckRun check = completed();
  for (int i = 0; i < 70'000; ++i) check.summary += "é";
  check.text = std::string(100'000, 'x');
  check.title = std::string(1000, 't');
  for (int i = 0; i < 5; ++i) {
    check.buttons.push_back({std::string(50, 'l'), std::string(100, 'd'), std::string(50, 'i')});
  }
  for (std::size_t i = 0; i < 120; ++i) {
    check.annotations.push_back(
        {"packages/a/a.1/opam", i + 1, Annotation::Level::failure, std::string(100'000, 'm')});
  }
  const auto bodies = check_requests(check);
  REQUIRE(bodies.size() == 3);
  const auto body = json(bodies[0]);
  const auto& output = body["output"];
  CHECK(characters(output["summary"].GetString()) == output_characters);
  CHECK(std::string(output["summary"].GetString()).ends_with("as much as GitHub takes."));
  CHECK(characters(output["text"].GetString()) == output_characters);
  CHECK(output["annotations"].Size() == 50);
  CHECK(body["actions"].Size() == 3);
  CHECK(characters(body["actions"][0]["label"].GetString()) == 20);
  CHECK(body["actions"][0]["identifier"].GetStringLength() == 20);
  const auto last = json(bodies[2]);
  CHECK(last["output"]["annotations"].Size() == 20);
  CHECK(last["output"]["annotations"][19]["start_line"].GetUint() == 120);
  CHECK_FALSE(last.HasMember("conclusion"));
}

TEST_CASE("bodies are kept as one text and come back") {
  const std::vector<std::string> bodies = check_requests(completed());
  CHECK(split_requests(join_requests(bodies)) == bodies);
  CHECK_FALSE(split_requests("{}"));
  CHECK_FALSE(split_requests("["));
}
