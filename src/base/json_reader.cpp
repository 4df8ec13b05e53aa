#include "base/json_reader.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>

#include <utility>

namespace oxbow {

JsonReader::JsonReader(std::string_view json, std::string what) : what_(std::move(what)) {
  // Not by recursion, so that no depth of brackets ends us.
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag;
  document_.Parse<flags>(json.data(), json.size());
  if (document_.HasParseError()) {
    error_ = Error{fmt::format("{} is no JSON, at byte {}: {}", what_, document_.GetErrorOffset(),
                               rapidjson::GetParseError_En(document_.GetParseError()))};
  } else if (!document_.IsObject()) {
    error_ = Error{what_ + " is no JSON object"};
  }
  if (error_) document_.SetObject();
}

void JsonReader::fail_at(const char* name, std::string_view message) {
  if (!error_) error_ = Error{fmt::format("{}: member '{}' {}", what_, name, message)};
}

const rapidjson::Value* JsonReader::member(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  if (found != object.MemberEnd()) return &found->value;
  fail_at(name, "is missing");
  return nullptr;
}

namespace {

std::string_view view(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

}  // namespace

template <typename T>
T JsonReader::typed(const rapidjson::Value& object, const char* name, std::string_view kind) {
  const rapidjson::Value* const value = member(object, name);
  if (value == nullptr) return {};
  if (value->Is<T>()) return value->Get<T>();
  fail_at(name, kind);
  return {};
}

std::string JsonReader::text(const rapidjson::Value& object, const char* name) {
  const rapidjson::Value* const value = member(object, name);
  if (value == nullptr) return {};
  if (value->IsString()) return std::string(view(*value));
  fail_at(name, "is no text");
  return {};
}

bool JsonReader::boolean(const rapidjson::Value& object, const char* name) {
  return typed<bool>(object, name, "is neither true nor false");
}

double JsonReader::number(const rapidjson::Value& object, const char* name) {
  const rapidjson::Value* const value = member(object, name);
  if (value == nullptr) return 0;
  if (value->IsNumber()) return value->GetDouble();
  fail_at(name, "is no number");
  return 0;
}

std::int64_t JsonReader::integer(const rapidjson::Value& object, const char* name) {
  return typed<std::int64_t>(object, name, "is no whole number");
}

std::uint64_t JsonReader::count(const rapidjson::Value& object, const char* name) {
  return typed<std::uint64_t>(object, name, "is no count");
}

std::vector<std::string> JsonReader::texts(const rapidjson::Value& object, const char* name) {
  std::vector<std::string> texts;
  const rapidjson::Value* const list = member(object, name);
  if (list == nullptr) return texts;
  if (!list->IsArray()) fail_at(name, "is no list");
  if (error_) return texts;
  for (const rapidjson::Value& element : list->GetArray()) {
    if (!element.IsString()) {
      fail_at(name, "has an element that is no text");
      break;
    }
    texts.emplace_back(view(element));
  }
  return texts;
}

std::vector<const rapidjson::Value*> JsonReader::objects(const rapidjson::Value& object,
                                                         const char* name) {
  std::vector<const rapidjson::Value*> objects;
  const rapidjson::Value* const list = member(object, name);
  if (list == nullptr) return objects;
  if (!list->IsArray()) fail_at(name, "is no list");
  if (error_) return objects;
  for (const rapidjson::Value& element : list->GetArray()) {
    if (!element.IsObject()) {
      fail_at(name, "has an element that is no object");
      break;
    }
    objects.push_back(&element);
  }
  return objects;
}

}  // namespace oxbow
