#include "cache/record.h"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace oxbow;
using cache::LayerRecord;
using cache::parse_layer_record;
using Catch::Matchers::Contains;

namespace {

constexpr std::string_view of_day10 =
    R"({"package":"fmt.0.9.0","exit_status":0,"deps":["ocamlbuild.0.14.2","ocaml.5.3.0"],)"
    R"("hashes":["0f9e5a2bb19ba2ab4a2fbb4b9b7f57d6","b2a7d1a13a1a6f4bd8e4c8b75de3c2c1"],)"
    R"("created":1757000000.0})";

constexpr std::string_view ours =
    R"({"package":"a.1","exit_status":137,"deps":[],"hashes":[],"created":1757000000.25,)"
    R"("oxbow":{"version":1,"outcome":"timed_out","seconds":1.5,"time_limit":600,"bytes":12,)"
    R"("files":2,"digest":""}})";

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  const std::size_t at = result.find(from);
  REQUIRE(at != std::string::npos);
  return result.replace(at, from.size(), to);
}

std::string error_of(std::string_view json) {
  const auto record = parse_layer_record(json);
  return record ? "" : record.error().message;
}

}  // namespace

TEST_CASE("a record of day10 is read") {
  const auto record = parse_layer_record(of_day10);
  REQUIRE(record);
  CHECK(record->package == opam::PackageId{"fmt", "0.9.0"});
  CHECK(record->exit_status == 0);
  CHECK(record->deps == std::vector<opam::PackageId>{{"ocamlbuild", "0.14.2"}, {"ocaml", "5.3.0"}});
  CHECK(record->hashes == std::vector<std::string>{"0f9e5a2bb19ba2ab4a2fbb4b9b7f57d6",
                                                   "b2a7d1a13a1a6f4bd8e4c8b75de3c2c1"});
  CHECK(record->created == 1757000000);
  CHECK(record->outcome == verdict::Outcome::success);
  CHECK(record->digest.empty());
  const auto failed =
      parse_layer_record(replaced(of_day10, R"("exit_status":0)", R"("exit_status":31)"));
  REQUIRE(failed);
  CHECK(failed->exit_status == 31);
  CHECK(failed->outcome == verdict::Outcome::failure);
}

TEST_CASE("a record of ours is read, and written as it is read") {
  const auto record = parse_layer_record(ours);
  REQUIRE(record);
  CHECK(record->outcome == verdict::Outcome::timed_out);
  CHECK(record->exit_status == 137);
  CHECK(record->seconds == 1.5);
  CHECK(record->time_limit == 600);
  CHECK(record->bytes == 12);
  CHECK(record->files == 2);

  LayerRecord full;
  full.package = {"ocaml-variants", "5.2.0+ox"};
  full.deps = {{"a", "1"}, {"b", "2~x"}};
  full.hashes = {std::string(64, 'a')};
  full.created = 1757000000.123456;
  full.message = "needs more than 64 MiB of disk";
  full.memory_limit = 512;
  full.disk_limit = 64;
  full.seconds = 0.1;
  full.bytes = UINT64_MAX;
  full.files = 3;
  full.digest = std::string(64, '0');
  for (const auto outcome :
       {verdict::Outcome::success, verdict::Outcome::failure, verdict::Outcome::timed_out}) {
    full.outcome = outcome;
    const auto again = parse_layer_record(to_json(full));
    REQUIRE(again);
    CHECK(*again == full);
  }
}

TEST_CASE("a bad record is an error that names the member") {
  CHECK(error_of(of_day10).empty());
  CHECK_THAT(error_of(""), Contains("not JSON"));
  CHECK_THAT(error_of(of_day10.substr(0, 90)), Contains("not JSON"));
  CHECK_THAT(error_of("[]"), Contains("not a JSON object"));
  CHECK_THAT(error_of(std::string(1'000'000, '[')), Contains("not JSON"));
  const std::vector<std::pair<std::string, std::string>> of_members = {
      {R"("fmt.0.9.0")", "7"},
      {R"("fmt.0.9.0")", R"("fmt")"},
      {R"("fmt.0.9.0")", R"("../../x.1")"},
      {R"("exit_status":0)", R"("exit_status":"0")"},
      {R"("exit_status":0)", R"("exit_status":0.5)"},
      {R"("exit_status":0)", R"("exit_status":4294967296)"},
      {R"("ocaml.5.3.0")", "null"},
      {R"("ocaml.5.3.0")", R"("ocaml")"},
      {R"(["ocamlbuild.0.14.2","ocaml.5.3.0"])", "{}"},
      {R"("b2a7d1a13a1a6f4bd8e4c8b75de3c2c1")", R"("../b")"},
      {R"("b2a7d1a13a1a6f4bd8e4c8b75de3c2c1")", "1"},
      {"1757000000.0", R"("yesterday")"}};
  const std::vector<std::string> names = {"package",     "package",     "package", "exit_status",
                                          "exit_status", "exit_status", "deps",    "deps",
                                          "deps",        "hashes",      "hashes",  "created"};
  for (std::size_t i = 0; i < of_members.size(); ++i) {
    INFO(of_members[i].second);
    CHECK_THAT(error_of(replaced(of_day10, of_members[i].first, of_members[i].second)),
               Contains("member '" + names[i] + "'"));
  }
  for (const std::string name : {"package", "exit_status", "deps", "hashes", "created"}) {
    CHECK_THAT(error_of(replaced(of_day10, "\"" + name + "\"", "\"x\"")),
               Contains("member '" + name + "' is missing"));
  }
}

TEST_CASE("a bad member of ours is an error that names it") {
  CHECK(error_of(ours).empty());
  CHECK_THAT(error_of(replaced(of_day10, "}", R"(,"oxbow":1})")), Contains("member 'oxbow'"));
  CHECK_THAT(error_of(replaced(ours, R"("version":1)", R"("version":2)")),
             Contains("member 'version' is 2"));
  for (const std::string outcome : {"cancelled", "internal_error", "dependency_failed", "fine"}) {
    CHECK_THAT(error_of(replaced(ours, "timed_out", outcome)),
               Contains("member 'outcome' is '" + outcome + "'"));
  }
  for (const std::string wrong : {R"("message":1)", R"("memory_limit":-1)", R"("disk_limit":"")"}) {
    const std::string member = wrong.substr(1, wrong.find(':') - 2);
    CHECK_THAT(error_of(replaced(ours, R"("bytes":12)", wrong + R"(,"bytes":12)")),
               Contains("'" + member + "'"));
  }
  CHECK_THAT(error_of(replaced(ours, R"("bytes":12)", R"("bytes":-1)")), Contains("'bytes'"));
  CHECK_THAT(error_of(replaced(ours, R"("files":2)", R"("files":"2")")), Contains("'files'"));
  CHECK_THAT(error_of(replaced(ours, R"("seconds":1.5)", R"("seconds":null)")),
             Contains("'seconds'"));
  CHECK_THAT(error_of(replaced(ours, R"("time_limit":600)", R"("time_limit":[])")),
             Contains("'time_limit'"));
  CHECK_THAT(error_of(replaced(ours, R"("digest":"")", R"("digest":"abc")")), Contains("'digest'"));
  for (const std::string name :
       {"version", "outcome", "seconds", "time_limit", "bytes", "files", "digest"}) {
    CHECK_THAT(error_of(replaced(ours, "\"" + name + "\"", "\"x\"")),
               Contains("member '" + name + "'"));
  }
}
