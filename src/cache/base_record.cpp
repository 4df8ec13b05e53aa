#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include "base/json_text.h"
#include "cache/base_layer.h"

namespace oxbow::cache {
namespace {

using Value = rapidjson::Value;

Result<std::string> text_of(const Value& object, const char* key) {
  const auto member = object.FindMember(key);
  if (member == object.MemberEnd() || !member->value.IsString()) {
    return fail(std::string(key) + ": expected a text");
  }
  return std::string(member->value.GetString(), member->value.GetStringLength());
}

Result<BaseOrigin> origin_of(const Value& object) {
  BaseOrigin origin;
  const bool by_command = object.HasMember("command");
  TRY_ASSIGN(auto text, text_of(object, by_command ? "command" : "suite"));
  (by_command ? origin.command : origin.suite) = std::move(text);
  if (by_command) return origin;
  const auto packages = object.FindMember("packages");
  if (packages == object.MemberEnd() || !packages->value.IsArray()) {
    return fail("packages: expected a list");
  }
  for (const Value& package : packages->value.GetArray()) {
    if (!package.IsString()) return fail("packages: expected texts");
    origin.packages.emplace_back(package.GetString(), package.GetStringLength());
  }
  return origin;
}

}  // namespace

std::string to_json(const BaseRecord& record) {
  rapidjson::StringBuffer buffer;
  RawJsonWriter writer(buffer);
  writer.StartObject();
  writer.Key("version");
  writer.Int(1);
  write_member(writer, "platform", record.platform);
  writer.Key("created");
  writer.Int64(record.created);
  if (record.origin.command.empty()) {
    write_member(writer, "suite", record.origin.suite);
    writer.Key("packages");
    writer.StartArray();
    for (const std::string& package : record.origin.packages) {
      writer.String(package.data(), static_cast<rapidjson::SizeType>(package.size()));
    }
    writer.EndArray();
  } else {
    write_member(writer, "command", record.origin.command);
  }
  write_member(writer, "opam", record.opam);
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

Result<BaseRecord> parse_base_record(std::string_view json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError()) {
    return fail(std::string("no JSON: ") + rapidjson::GetParseError_En(document.GetParseError()));
  }
  if (!document.IsObject()) return fail("expected an object");
  const auto version = document.FindMember("version");
  if (version == document.MemberEnd() || !version->value.IsInt() || version->value.GetInt() != 1) {
    return fail("version: expected 1");
  }
  const auto created = document.FindMember("created");
  if (created == document.MemberEnd() || !created->value.IsInt64()) {
    return fail("created: expected seconds since 1970");
  }
  TRY_ASSIGN(auto platform, text_of(document, "platform"));
  TRY_ASSIGN(auto opam, text_of(document, "opam"));
  TRY_ASSIGN(auto origin, origin_of(document));
  return BaseRecord{std::move(platform), created->value.GetInt64(), std::move(origin),
                    std::move(opam)};
}

}  // namespace oxbow::cache
