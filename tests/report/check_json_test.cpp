#include "report/check_json.h"

#include <catch2/catch.hpp>

#include "base/untrusted.h"
#include "report/build_log.h"
#include "report/json.h"
#include "tests/report/golden.h"
#include "tests/report/json_document.h"
#include "tests/report/sample_checks.h"

using namespace oxbow;
using namespace oxbow::report;

TEST_CASE("a check in JSON") {
  auto document = parsed(to_json(sample_check()));
  document.RemoveMember("plan");  // sample.json has it
  check_golden("check.json", indented(document));
}

TEST_CASE("the plan stands in a check's JSON as it stands alone") {
  const CheckReport report = sample_check();
  const auto document = parsed(to_json(report));
  CHECK(document["plan"] == parsed(to_json(report.plan)));
  CHECK(document["plan"]["targets"].Size() == document["targets"].Size());
}

TEST_CASE("the top of a check's JSON says how it went") {
  CheckReport report = sample_check();
  auto document = parsed(to_json(report));
  CHECK(document["version"].GetUint64() == 1);
  CHECK(document["bad_news"].IsTrue());
  CHECK(document["interrupted"].IsFalse());
  CHECK(document["limit"].IsNull());
  CHECK(document["seconds"].GetDouble() == 847.2);
  CHECK(text_of(document["cache"]) == "/var/cache/oxbow");
  CHECK(text_of(document["sandbox"]) == "runc");
  report.limit = 5;
  report.interrupted = true;
  document = parsed(to_json(report));
  CHECK(document["limit"].GetUint64() == 5);
  CHECK(document["interrupted"].IsTrue());
  CHECK(parsed(to_json(CheckReport{}))["bad_news"].IsFalse());
}

TEST_CASE("roots and layers have all their fields in a check's JSON") {
  const auto document = parsed(to_json(sample_check()));
  const auto& target = document["targets"][0];
  CHECK(target["verdicts"]["regressed"].GetUint64() == 3);
  CHECK(target["verdicts"]["added_failing"].GetUint64() == 1);
  CHECK(target["verdicts"]["removed"].GetUint64() == 0);
  CHECK(target["verdicts"].MemberCount() == 10);
  const auto& stdio = target["roots"][5];
  CHECK(text_of(stdio["package"]) == "stdio.0.17");
  CHECK(text_of(stdio["verdict"]) == "regressed");
  CHECK(text_of(stdio["base"]) == "success");
  CHECK(text_of(stdio["head"]) == "dependency_failed");
  CHECK(text_of(stdio["failed_key"]) == text_of(target["layers"][1]["key"]));
  CHECK(text_of(target["roots"][7]["base"]) == "absent");
  CHECK(text_of(target["roots"][8]["base"]) == "not_built");
  CHECK(target["roots"][0]["failed_key"].IsNull());
  const auto& dune = target["layers"][1];
  CHECK(text_of(dune["error"]) == "boot/dune.ml:3: Error: Unbound module Ox");
  CHECK(text_of(dune["fingerprint"]) == text_of(target["layers"][2]["fingerprint"]));
  CHECK(text_of(dune["log"]).find("- Error: Unbound module Ox\n") != std::string::npos);
  CHECK(text_of(dune["reproduce"]) == "oxbow shell dune.3.20.2+ox --repo overlay#main..x");
  CHECK(dune["trouble"].IsNull());
  const auto& astring = target["layers"][7];
  CHECK(text_of(astring["trouble"]) == "source_unavailable");
  CHECK(text_of(astring["message"]) == "https://example.org/astring.tbz: 404 Not Found");
  CHECK(astring["attempts"].GetUint64() == 3);
  CHECK(astring["log"].IsNull());
  CHECK(target["layers"][0]["in_cone"].IsFalse());
  CHECK(target["layers"][3]["cached"].IsTrue());
  CHECK(target["layers"][3]["error"].IsNull());
  CHECK(target["base_layers"].Size() == 2);
}

TEST_CASE("any text comes back out of a check's JSON as it was, and a log as text") {
  for (const std::string& attack : attacks()) {
    const CheckReport report = check_of(attack);
    const auto document = parsed(to_json(report));
    CHECK(text_of(document["cache"]) == valid_utf8(attack));
    const auto& layer = document["targets"][0]["layers"][0];
    CHECK(text_of(layer["message"]) == valid_utf8(attack));
    CHECK(text_of(layer["reproduce"]) == valid_utf8(attack));
    CHECK(text_of(layer["log"]) == plain(report.targets[0].layers[0].log_tail));
  }
}

TEST_CASE("a check's JSON leaves nothing out") {
  const auto document = parsed(to_json(large_check(2'000)));
  CHECK(document["targets"][0]["layers"].Size() == 4'000);
  CHECK(document["targets"][0]["roots"].Size() == 4'000);
}
