#include "base/json_reader.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <utility>

#include "base/json_value.h"

namespace oxbow {

struct JsonDocument::State {
  rapidjson::Document document;
};

bool JsonValue::is_object() const { return parsed_value(*this).IsObject(); }
bool JsonValue::is_list() const { return parsed_value(*this).IsArray(); }
bool JsonValue::is_null() const { return parsed_value(*this).IsNull(); }

std::optional<std::string_view> JsonValue::text() const {
  const rapidjson::Value& value = parsed_value(*this);
  if (!value.IsString()) return std::nullopt;
  return std::string_view(value.GetString(), value.GetStringLength());
}

std::optional<bool> JsonValue::boolean() const {
  const rapidjson::Value& value = parsed_value(*this);
  return value.IsBool() ? std::optional(value.GetBool()) : std::nullopt;
}

std::optional<double> JsonValue::number() const {
  const rapidjson::Value& value = parsed_value(*this);
  return value.IsNumber() ? std::optional(value.GetDouble()) : std::nullopt;
}

std::optional<std::int64_t> JsonValue::integer() const {
  const rapidjson::Value& value = parsed_value(*this);
  return value.IsInt64() ? std::optional(value.GetInt64()) : std::nullopt;
}

std::optional<std::uint64_t> JsonValue::count() const {
  const rapidjson::Value& value = parsed_value(*this);
  return value.IsUint64() ? std::optional(value.GetUint64()) : std::nullopt;
}

std::vector<JsonValue> JsonValue::elements() const {
  std::vector<JsonValue> elements;
  if (!is_list()) return elements;
  for (const rapidjson::Value& element : parsed_value(*this).GetArray()) {
    elements.push_back(JsonValue(&element));
  }
  return elements;
}

std::optional<JsonValue> JsonValue::find(std::string_view name) const {
  if (!is_object()) return std::nullopt;
  const rapidjson::Value key(
      rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size())));
  const auto found = parsed_value(*this).FindMember(key);
  if (found == parsed_value(*this).MemberEnd()) return std::nullopt;
  return JsonValue(&found->value);
}

std::string JsonValue::to_json() const {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>> writer(buffer);
  parsed_value(*this).Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

JsonDocument::JsonDocument() : state_(std::make_unique<State>()) { state_->document.SetObject(); }
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

Result<JsonDocument> JsonDocument::parse(std::string_view json, std::string_view what) {
  // Not by recursion, so that no depth of brackets ends us.
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag;
  JsonDocument parsed;
  rapidjson::Document& document = parsed.state_->document;
  document.Parse<flags>(json.data(), json.size());
  if (document.HasParseError()) {
    return fail(fmt::format("{} is not JSON, at byte {}: {}", what, document.GetErrorOffset(),
                            rapidjson::GetParseError_En(document.GetParseError())));
  }
  return parsed;
}

JsonValue JsonDocument::top() const {
  const rapidjson::Value& top = state_->document;
  return JsonValue(&top);
}

JsonReader::JsonReader(std::string_view json, std::string what) : what_(std::move(what)) {
  auto parsed = JsonDocument::parse(json, what_);
  if (!parsed) {
    error_ = std::move(parsed).error();
  } else if (!parsed->top().is_object()) {
    error_ = Error{what_ + " is not a JSON object"};
  } else {
    document_ = *std::move(parsed);
  }
}

void JsonReader::fail_at(std::string_view name, std::string_view message) {
  if (!error_) error_ = Error{fmt::format("{}: member '{}' {}", what_, name, message)};
}

template <typename T>
T JsonReader::typed(JsonValue object, std::string_view name,
                    std::optional<T> (JsonValue::*get)() const, std::string_view is_not) {
  const auto value = object.find(name);
  if (!value) fail_at(name, "is missing");
  const std::optional<T> typed = value ? ((*value).*get)() : std::nullopt;
  if (value && !typed) fail_at(name, is_not);
  return typed.value_or(T{});
}

std::string JsonReader::text(JsonValue object, std::string_view name) {
  return std::string(typed(object, name, &JsonValue::text, "is not a string"));
}

bool JsonReader::boolean(JsonValue object, std::string_view name) {
  return typed(object, name, &JsonValue::boolean, "is neither true nor false");
}

double JsonReader::number(JsonValue object, std::string_view name) {
  return typed(object, name, &JsonValue::number, "is not a number");
}

std::int64_t JsonReader::integer(JsonValue object, std::string_view name) {
  return typed(object, name, &JsonValue::integer, "is not a whole number");
}

std::uint64_t JsonReader::count(JsonValue object, std::string_view name) {
  return typed(object, name, &JsonValue::count, "is not a count");
}

std::vector<JsonValue> JsonReader::list(JsonValue object, std::string_view name) {
  const auto value = object.find(name);
  if (!value) fail_at(name, "is missing");
  if (value && !value->is_list()) fail_at(name, "is not a list");
  return error_ ? std::vector<JsonValue>() : value->elements();
}

std::vector<std::string> JsonReader::texts(JsonValue object, std::string_view name) {
  std::vector<std::string> texts;
  for (const JsonValue element : list(object, name)) {
    const auto text = element.text();
    if (!text) {
      fail_at(name, "has an element that is not a string");
      break;
    }
    texts.emplace_back(*text);
  }
  return texts;
}

std::vector<JsonValue> JsonReader::objects(JsonValue object, std::string_view name) {
  std::vector<JsonValue> objects = list(object, name);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (objects[i].is_object()) continue;
    fail_at(name, "has an element that is not an object");
    objects.resize(i, objects[i]);
  }
  return objects;
}

}  // namespace oxbow
