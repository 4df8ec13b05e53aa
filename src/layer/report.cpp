#include "layer/report.h"

#include <cstdint>

#include "base/json_reader.h"
#include "base/json_writer.h"

namespace oxbow::layer {
namespace {

using verdict::Outcome;

constexpr std::uint64_t report_version = 1;

bool is_of_a_step(Outcome outcome) {
  return outcome != Outcome::dependency_failed && outcome != Outcome::no_solution;
}

}  // namespace

std::string to_json(const LayerReport& report) {
  const LayerResult& result = report.result;
  PlainJson json;
  json.open();
  json.field("version", report_version);
  json.field("outcome", verdict::name(result.outcome));
  json.field("trouble", verdict::name(result.trouble));
  json.field("message", result.message);
  json.field("seconds", result.seconds);
  json.field("found", result.found);
  json.field("busy", report.busy);
  json.close();
  return json.text() + "\n";
}

Result<LayerReport> parse_layer_report(std::string_view json) {
  JsonReader members(json, "the step's result");
  const JsonValue top = members.top();
  if (members.count(top, "version") != report_version) members.fail_at("version", "is not 1");
  LayerReport report;
  LayerResult& result = report.result;
  const auto outcome = verdict::parse_outcome(members.text(top, "outcome"));
  if (!outcome || !is_of_a_step(*outcome))
    members.fail_at("outcome", "is not an outcome of a step");
  result.outcome = outcome.value_or(verdict::Outcome::internal_error);
  const auto trouble = verdict::parse_trouble(members.text(top, "trouble"));
  if (!trouble) members.fail_at("trouble", "is not a kind of trouble");
  result.trouble = trouble.value_or(verdict::Trouble::none);
  result.message = members.text(top, "message");
  result.seconds = members.number(top, "seconds");
  if (result.seconds < 0) members.fail_at("seconds", "is less than 0");
  result.found = members.boolean(top, "found");
  report.busy = members.boolean(top, "busy");
  if (members.error()) return std::unexpected(*members.error());
  return report;
}

}  // namespace oxbow::layer
