#include "base/json_reader.h"

#include <fmt/format.h>
#include <rapidjson/encodedstream.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <system_error>
#include <utility>

#include "base/json_value.h"

namespace oxbow {
namespace {

/// Fills a document with what a parser finds, and reads the numbers itself: RapidJSON's exact way
/// of reading takes 0e100 for whatever number, and its other way is not exact.
class Filler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Filler> {
 public:
  explicit Filler(rapidjson::Document& document) : document_(&document) {}

  bool Null() { return document_->Null(); }
  bool Bool(bool value) { return document_->Bool(value); }
  bool String(const char* text, rapidjson::SizeType size, bool copy) {
    return document_->String(text, size, copy);
  }
  bool StartObject() { return document_->StartObject(); }
  bool Key(const char* text, rapidjson::SizeType size, bool copy) {
    return document_->Key(text, size, copy);
  }
  bool EndObject(rapidjson::SizeType members) { return document_->EndObject(members); }
  bool StartArray() { return document_->StartArray(); }
  bool EndArray(rapidjson::SizeType elements) { return document_->EndArray(elements); }

  // False where it is too big.
  bool RawNumber(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    const std::string_view number(text, size);
    const bool is_whole = number.find_first_of(".eE") == std::string_view::npos;
    if (is_whole && number.starts_with('-')) {
      if (const auto value = read<std::int64_t>(number)) return document_->Int64(*value);
    } else if (is_whole) {
      if (const auto value = read<std::uint64_t>(number)) return document_->Uint64(*value);
    }
    if (const auto value = read<double>(number)) return document_->Double(*value);
    const std::size_t exponent = number.find_first_of("eE");
    const bool is_tiny =
        exponent != std::string_view::npos && number.substr(exponent).contains('-');
    return is_tiny && document_->Double(0);
  }

 private:
  template <typename Number>
  static std::optional<Number> read(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  }

  rapidjson::Document* document_;
};

}  // namespace

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
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  JsonDocument parsed;
  rapidjson::MemoryStream bytes(json.data(), json.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
  rapidjson::Reader reader;
  const auto fill = [&](rapidjson::Document& document) {
    Filler filler(document);
    return !reader.Parse<flags>(stream, filler).IsError();
  };
  parsed.state_->document.Populate(fill);
  if (reader.HasParseError()) {
    const auto code = reader.GetParseErrorCode() == rapidjson::kParseErrorTermination
                          ? rapidjson::kParseErrorNumberTooBig
                          : reader.GetParseErrorCode();
    return fail(fmt::format("{} is not JSON, at byte {}: {}", what, reader.GetErrorOffset(),
                            rapidjson::GetParseError_En(code)));
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
