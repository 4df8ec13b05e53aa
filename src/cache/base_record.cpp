#include <string>
#include <utility>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "cache/base_layer.h"

namespace oxbow::cache {
namespace {

constexpr std::uint64_t base_record_version = 1;

}  // namespace

std::string to_json(const BaseRecord& record) {
  PlainJson json(JsonText::as_it_is);
  json.open();
  json.field("version", base_record_version);
  json.field("platform", record.platform);
  json.field("created", record.created);
  if (record.origin.command.empty()) {
    json.field("suite", record.origin.suite);
    json.field("packages", record.origin.packages);
  } else {
    json.field("command", record.origin.command);
  }
  json.field("opam", record.opam);
  json.close();
  return json.text();
}

Result<BaseRecord> parse_base_record(std::string_view json) {
  JsonReader read(json, "the base's record");
  const JsonValue top = read.top();
  if (read.count(top, "version") != base_record_version) read.fail_at("version", "is not 1");
  BaseRecord record;
  record.platform = read.text(top, "platform");
  record.created = read.integer(top, "created");
  if (top.find("command")) {
    record.origin.command = read.text(top, "command");
  } else {
    record.origin.suite = read.text(top, "suite");
    record.origin.packages = read.texts(top, "packages");
  }
  record.opam = read.text(top, "opam");
  if (read.error()) return std::unexpected(*read.error());
  return record;
}

}  // namespace oxbow::cache
