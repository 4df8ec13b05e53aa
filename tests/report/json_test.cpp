#include "report/json.h"

#include <catch2/catch.hpp>

#include "base/untrusted.h"
#include "tests/report/golden.h"
#include "tests/report/json_document.h"
#include "tests/report/sample_reports.h"

using namespace oxbow;
using namespace oxbow::report;

TEST_CASE("a report in JSON") {
  check_golden("sample.json", indented(parsed(to_json(sample_report()))));
}

TEST_CASE("the top of the JSON says what was compared") {
  const auto document = parsed(to_json(sample_report()));
  CHECK(document["version"].GetUint64() == 1);
  CHECK(document["repositories"].Size() == 2);
  CHECK(text_of(document["repositories"][0]["path"]) == "oxcaml/opam-repository");
  CHECK(document["repositories"][1]["commit"].IsNull());
  CHECK(text_of(document["base"]) == "d57b5d4000000000000000000000000000000000");
  CHECK(document["other_paths"].GetUint64() == 2);
  const auto empty = parsed(to_json(Report{}));
  CHECK(empty["base"].IsNull());
  CHECK(empty["head"].IsNull());
  CHECK(empty["changes"].Empty());
  CHECK(empty["targets"].Empty());
}

TEST_CASE("changes and findings have all their fields in JSON") {
  const auto document = parsed(to_json(sample_report()));
  const auto& dune = document["changes"][0];
  CHECK(text_of(dune["package"]) == "dune.3.20.2+ox");
  CHECK(text_of(dune["kind"]) == "changed");
  CHECK(dune["former"].IsNull());
  CHECK(text_of(dune["fields"][1]) == "depends");
  CHECK(text_of(dune["files"][1]["path"]) == "old.patch");
  CHECK(text_of(dune["files"][1]["kind"]) == "removed");
  CHECK(dune["affects_build"].IsTrue());
  CHECK(dune["generated"].IsFalse());
  CHECK(document["changes"][1]["affects_build"].IsFalse());
  CHECK(document["changes"][2]["generated"].IsTrue());
  CHECK(text_of(document["changes"][3]["former"]) == "topkg.1.0");
  const auto& finding = document["findings"][0];
  CHECK(text_of(finding["path"]) == "packages/dune/dune.3.20.2+ox/opam");
  CHECK(finding["line"].GetUint64() == 12);
  CHECK(text_of(finding["level"]) == "error");
  CHECK(text_of(finding["excerpt"]) == sample_report().findings[0].excerpt);
  CHECK(document["findings"][1]["excerpt"].IsNull());
}

TEST_CASE("roots that were not solved for are not counted in JSON") {
  Report report;
  report.targets.emplace_back();
  const auto document = parsed(to_json(report));
  const auto& roots = document["targets"][0]["roots"];
  CHECK(roots["solved"].IsNull());
  CHECK(roots["unsolved"].IsNull());
}

TEST_CASE("build-ids and layers without one stand apart in JSON") {
  const auto document = parsed(to_json(sample_report()));
  const auto& target = document["targets"][0];
  CHECK(text_of(target["compiler"]) == "ocaml-variants.5.2.0+ox");
  CHECK(target["roots"]["solved"].GetUint64() == 4751);
  CHECK(target["roots"]["unsolved"].GetUint64() == 5);
  CHECK(target["packages_rebuilt"].GetUint64() == 7);
  CHECK(target["layers"].GetUint64() == 7);
  CHECK(target["cached"].GetUint64() == 1);
  const auto& ids = target["build_ids"];
  REQUIRE(ids["added"].Size() == 6);
  CHECK(ids["removed"].Size() == 1);
  CHECK(text_of(ids["removed"][0]["build_id"]) == text_of(ids["removed"][0]["key"]));
  CHECK(ids["undefined"]["added"].Size() == 1);
  CHECK(text_of(ids["undefined"]["removed"][0]["package"]) == "zed.3.2.3");
  CHECK(ids["undefined"]["removed"][0]["build_id"].IsNull());
  const auto& zed = ids["undefined"]["added"][0];
  CHECK(zed["build_id"].IsNull());
  CHECK(zed["key"].GetStringLength() == 64);
  CHECK(text_of(zed["deps"][1]) == "stdio.0.17");
  const auto& because = ids["added"][1]["because"];
  CHECK(text_of(because["cause"]) == "choice");
  CHECK(text_of(because["packages"][0]["package"]) == "topkg.1.1");
  CHECK(text_of(because["packages"][0]["former"]) == "topkg.1.0");
  CHECK(because["packages"][1]["former"].IsNull());
  CHECK(text_of(because["packages"][2]["former"]) == "base.1");
  CHECK(text_of(because["text"]) ==
        "the solver now chooses topkg.1.1 instead of topkg.1.0, cmdliner.2.0 and no longer base.1");
}

TEST_CASE("explanations are lists of constraints by name in JSON") {
  const auto document = parsed(to_json(sample_report()));
  const auto& utop = document["targets"][0]["newly_uninstallable"][0];
  CHECK(text_of(utop["package"]) == "utop.2.16.0");
  CHECK(text_of(utop["explanation"][0]["name"]) == "zed");
  CHECK(text_of(utop["explanation"][0]["constraints"][0]) == "utop.2.16.0 requires zed >= 3.2.0");
  CHECK(text_of(document["targets"][0]["newly_installable"][0]["package"]) == "merlin.5.5");
  CHECK(text_of(document["targets"][0]["added_uninstallable"][0]["package"]) == "eio.2.0");
}

TEST_CASE("what is cached is null in JSON where no cache was looked at") {
  Report report = sample_report();
  report.cache_known = false;
  const auto document = parsed(to_json(report));
  CHECK(document["targets"][0]["cached"].IsNull());
  CHECK(document["targets"][0]["build_ids"]["added"][0]["cached"].IsNull());
}

TEST_CASE("any text comes back out of the JSON as it was, as far as it is UTF-8") {
  for (const std::string& attack : attacks()) {
    const auto document = parsed(to_json(report_of(attack)));
    CHECK(text_of(document["repositories"][0]["path"]) == valid_utf8(attack));
    CHECK(text_of(document["findings"][0]["message"]) == valid_utf8(attack));
    CHECK(text_of(document["changes"][0]["files"][0]["path"]) == valid_utf8(attack));
    const auto& explanation = document["targets"][0]["newly_uninstallable"][0]["explanation"];
    CHECK(text_of(explanation[0]["constraints"][0]) == valid_utf8(attack));
  }
}

TEST_CASE("JSON leaves nothing out") {
  const auto document = parsed(to_json(large_report(10'000)));
  CHECK(document["targets"][0]["build_ids"]["added"].Size() == 10'000);
  CHECK(document["findings"].Size() == 20'003);
}
