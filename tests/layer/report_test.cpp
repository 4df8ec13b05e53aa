#include "layer/report.h"

#include <catch2/catch.hpp>

using namespace oxbow;
using namespace oxbow::layer;
using Catch::Matchers::Contains;

namespace {

LayerReport parsed(const std::string& json) {
  auto report = parse_layer_report(json);
  INFO((report ? "" : report.error().message));
  REQUIRE(report);
  return *report;
}

std::string report_error(const std::string& json) {
  const auto report = parse_layer_report(json);
  REQUIRE_FALSE(report);
  return report.error().message;
}

/// A report with one member replaced, or left out where `value` is empty.
std::string with(const std::string& member, const std::string& value) {
  std::string text = "{";
  for (const auto& [name, usual] : {std::pair{"version", "1"},
                                    {"outcome", "\"success\""},
                                    {"trouble", "\"none\""},
                                    {"message", "\"\""},
                                    {"seconds", "1.5"},
                                    {"found", "false"},
                                    {"busy", "false"}}) {
    const std::string& wanted = member == name ? value : usual;
    if (!wanted.empty())
      text += (text.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":" + wanted;
  }
  return text + "}";
}

}  // namespace

TEST_CASE("a step report is one line of JSON") {
  LayerReport report;
  report.result.outcome = verdict::Outcome::internal_error;
  report.result.trouble = verdict::Trouble::disk_full;
  report.result.message = "no space\nleft: \"é\"";
  report.result.seconds = 2.25;
  CHECK(to_json(report) ==
        R"({"version":1,"outcome":"internal_error","trouble":"disk_full",)"
        R"("message":"no space\nleft: \"\u00E9\"","seconds":2.25,"found":false,"busy":false})"
        "\n");
}

TEST_CASE("a step report is read as it was written") {
  LayerReport report;
  report.result.outcome = verdict::Outcome::timed_out;
  report.result.message = "after 3600 s";
  report.result.seconds = 3600.5;
  report.result.found = true;
  report.busy = true;
  const LayerReport back = parsed(to_json(report));
  CHECK(back.result.outcome == verdict::Outcome::timed_out);
  CHECK(back.result.trouble == verdict::Trouble::none);
  CHECK(back.result.message == "after 3600 s");
  CHECK(back.result.seconds == 3600.5);
  CHECK(back.result.found);
  CHECK(back.busy);
}

TEST_CASE("a message that is not UTF-8 does not spoil a step report") {
  LayerReport report;
  report.result.message = "caf\xe9 \"x\"";
  CHECK(parsed(to_json(report)).result.message == "caf\xEF\xBF\xBD \"x\"");
}

TEST_CASE("every member of a step report is checked") {
  CHECK(parsed(with("", "")).result.outcome == verdict::Outcome::success);
  CHECK_THAT(report_error(""), Contains("is not JSON"));
  CHECK_THAT(report_error("[]"), Contains("is not a JSON object"));
  CHECK_THAT(report_error(with("", "") + " x"), Contains("is not JSON"));
  CHECK_THAT(report_error(std::string(1'000'000, '[')), Contains("is not JSON"));
  CHECK_THAT(report_error(with("version", "2")), Contains("'version' is not 1"));
  CHECK_THAT(report_error(with("version", "")), Contains("'version' is missing"));
  CHECK_THAT(report_error(with("outcome", "\"dependency_failed\"")),
             Contains("'outcome' is not an outcome of a step"));
  CHECK_THAT(report_error(with("outcome", "")), Contains("'outcome' is missing"));
  CHECK_THAT(report_error(with("trouble", "\"bad\"")),
             Contains("'trouble' is not a kind of trouble"));
  CHECK_THAT(report_error(with("message", "null")), Contains("'message' is not a string"));
  CHECK_THAT(report_error(with("seconds", "-1")), Contains("'seconds' is less than 0"));
  CHECK_THAT(report_error(with("seconds", "\"1\"")), Contains("'seconds' is not a number"));
  CHECK_THAT(report_error(with("found", "0")), Contains("'found' is neither"));
  CHECK_THAT(report_error(with("busy", "")), Contains("'busy' is missing"));
}
