#include "cache/record.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/json_reader.h"
#include "base/json_writer.h"
#include "cache/key.h"
#include "opam/package_json.h"

namespace oxbow::cache {
namespace {

constexpr std::uint64_t record_version = 1;

bool is_digest(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, is_hex_digit);
}

void read_ours(JsonReader& read, JsonValue ours, LayerRecord& record) {
  if (!ours.is_object()) return read.fail_at("oxbow", "is not an object");
  if (const std::uint64_t version = read.count(ours, "version"); version != record_version) {
    return read.fail_at(
        "version",
        fmt::format("is {}, which this oxbow does not know; use the one that made it", version));
  }
  const std::string outcome = read.text(ours, "outcome");
  const auto parsed = verdict::parse_outcome(outcome);
  if (!parsed || !verdict::is_lasting(*parsed)) {
    return read.fail_at("outcome", fmt::format("is '{}', which no layer has", outcome));
  }
  record.outcome = *parsed;
  record.seconds = read.number(ours, "seconds");
  record.time_limit = read.number(ours, "time_limit");
  if (ours.find("message")) record.message = read.text(ours, "message");
  if (ours.find("memory_limit")) record.memory_limit = read.count(ours, "memory_limit");
  if (ours.find("disk_limit")) record.disk_limit = read.count(ours, "disk_limit");
  record.bytes = read.count(ours, "bytes");
  record.files = read.count(ours, "files");
  record.digest = read.text(ours, "digest");
  if (!record.digest.empty() && !is_digest(record.digest)) {
    read.fail_at("digest", "is not a SHA-256 in hexadecimal digits");
  }
}

}  // namespace

std::string to_json(const LayerRecord& record) {
  PlainJson json(JsonText::as_it_is);
  json.open();
  json.field("package", record.package);
  json.field("exit_status", record.exit_status);
  json.field("deps", record.deps);
  json.field("hashes", record.hashes);
  json.field("created", record.created);
  json.key("oxbow").open();
  json.field("version", record_version);
  json.field("outcome", name(record.outcome));
  json.field("seconds", record.seconds);
  json.field("time_limit", record.time_limit);
  if (!record.message.empty()) json.field("message", record.message);
  if (record.memory_limit != 0) json.field("memory_limit", record.memory_limit);
  if (record.disk_limit != 0) json.field("disk_limit", record.disk_limit);
  json.field("bytes", record.bytes);
  json.field("files", record.files);
  json.field("digest", record.digest);
  json.close().close();
  return json.text();
}

Result<LayerRecord> parse_layer_record(std::string_view json) {
  JsonReader read(json, "the layer's record");
  const JsonValue top = read.top();
  LayerRecord record;
  record.package = opam::read_package(read, top, "package");
  const std::int64_t status = read.integer(top, "exit_status");
  record.exit_status = static_cast<int>(status);
  if (record.exit_status != status) read.fail_at("exit_status", "is out of bounds");
  for (const std::string& dep : read.texts(top, "deps")) {
    record.deps.push_back(opam::read_package_id(read, dep, "deps"));
  }
  record.hashes = read.texts(top, "hashes");
  if (!std::ranges::all_of(record.hashes, is_layer_key)) {
    read.fail_at("hashes", "has an element that is not a layer's key");
  }
  record.created = read.number(top, "created");
  record.outcome = status == 0 ? verdict::Outcome::success : verdict::Outcome::failure;
  if (const auto ours = top.find("oxbow")) read_ours(read, *ours, record);
  if (read.error()) return std::unexpected(*read.error());
  return record;
}

}  // namespace oxbow::cache
