#include "layer/report.h"

#include <cmath>

#include "base/json_reader.h"
#include "base/json_text.h"

namespace oxbow::layer {
namespace {

using verdict::Outcome;

using AsciiWriter =
    rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>,
                      rapidjson::CrtAllocator, rapidjson::kWriteValidateEncodingFlag>;

std::string write(const LayerReport& report, std::string_view message) {
  const LayerResult& result = report.result;
  rapidjson::StringBuffer buffer;
  AsciiWriter writer(buffer);
  writer.StartObject();
  writer.Key("version");
  writer.Int(1);
  write_member(writer, "outcome", verdict::name(result.outcome));
  write_member(writer, "trouble", verdict::name(result.trouble));
  write_member(writer, "message", message);
  writer.Key("seconds");
  writer.Double(std::isfinite(result.seconds) ? result.seconds : 0);
  writer.Key("found");
  writer.Bool(result.found);
  writer.Key("busy");
  writer.Bool(report.busy);
  writer.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

// Whether the writer above can write it.
bool is_utf8(std::string_view text) {
  rapidjson::StringBuffer buffer;
  AsciiWriter writer(buffer);
  return write_text(writer, text);
}

bool is_of_a_step(Outcome outcome) {
  return outcome != Outcome::dependency_failed && outcome != Outcome::no_solution;
}

}  // namespace

std::string to_json(const LayerReport& report) {
  std::string message = report.result.message;
  if (!is_utf8(message)) {
    for (char& letter : message) {
      if (static_cast<unsigned char>(letter) >= 0x80) letter = '?';
    }
  }
  return write(report, message);
}

Result<LayerReport> parse_layer_report(std::string_view json) {
  JsonReader members(json, "the step's result");
  const rapidjson::Value& top = members.top();
  if (members.number(top, "version") != 1) members.fail_at("version", "is not 1");
  LayerReport report;
  LayerResult& result = report.result;
  const auto outcome = verdict::parse_outcome(members.text(top, "outcome"));
  if (!outcome || !is_of_a_step(*outcome)) members.fail_at("outcome", "is no outcome of a step");
  result.outcome = outcome.value_or(verdict::Outcome::internal_error);
  const auto trouble = verdict::parse_trouble(members.text(top, "trouble"));
  if (!trouble) members.fail_at("trouble", "is no trouble");
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
