#include "base/json_writer.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>
#include <variant>

#include "base/json_value.h"
#include "base/untrusted.h"

namespace oxbow {
namespace {

using Buffer = rapidjson::StringBuffer;
using BytesWriter = rapidjson::Writer<Buffer>;
using AsciiWriter = rapidjson::Writer<Buffer, rapidjson::UTF8<>, rapidjson::ASCII<>>;

rapidjson::SizeType length(std::string_view text) {
  return static_cast<rapidjson::SizeType>(text.size());
}

}  // namespace

struct JsonOutput::State {
  explicit State(JsonText how) {
    if (how == JsonText::escaped) {
      writer.emplace<AsciiWriter>(buffer);
    } else {
      writer.emplace<BytesWriter>(buffer);
    }
  }

  template <typename Write>
  void write(const Write& action) {
    std::visit(
        [&](auto& to) {
          if constexpr (!std::is_same_v<decltype(to), std::monostate&>) action(to);
        },
        writer);
  }

  Buffer buffer;
  std::variant<std::monostate, AsciiWriter, BytesWriter> writer;
};

JsonOutput::JsonOutput(JsonText how) : state_(std::make_unique<State>(how)) {}
JsonOutput::JsonOutput(JsonOutput&&) noexcept = default;
JsonOutput& JsonOutput::operator=(JsonOutput&&) noexcept = default;
JsonOutput::~JsonOutput() = default;

void JsonOutput::put_text(std::string_view text) {
  if (std::holds_alternative<AsciiWriter>(state_->writer)) {
    const std::string valid = valid_utf8(text);
    std::get<AsciiWriter>(state_->writer).String(valid.data(), length(valid));
  } else {
    // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): its length is the next argument.
    std::get<BytesWriter>(state_->writer).String(text.data(), length(text));
  }
}

void JsonOutput::put_key(std::string_view name) {
  // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): its length is the next argument.
  state_->write([&](auto& to) { to.Key(name.data(), length(name)); });
}
void JsonOutput::put_count(std::uint64_t number) {
  state_->write([&](auto& to) { to.Uint64(number); });
}
void JsonOutput::put_integer(std::int64_t number) {
  state_->write([&](auto& to) { to.Int64(number); });
}
void JsonOutput::put_number(double number) {
  state_->write([&](auto& to) { to.Double(std::isfinite(number) ? number : 0); });
}
void JsonOutput::put_boolean(bool truth) {
  state_->write([&](auto& to) { to.Bool(truth); });
}
void JsonOutput::put_null() {
  state_->write([](auto& to) { to.Null(); });
}
void JsonOutput::put_json(std::string_view json) {
  while (json.ends_with('\n')) json.remove_suffix(1);
  state_->write([&](auto& to) { to.RawValue(json.data(), json.size(), rapidjson::kObjectType); });
}
void JsonOutput::put_members(JsonValue object) {
  if (!object.is_object()) return;
  for (const auto& member : parsed_value(object).GetObject()) {
    put_key({member.name.GetString(), member.name.GetStringLength()});
    state_->write([&](auto& to) { member.value.Accept(to); });
  }
}
void JsonOutput::open_object() {
  state_->write([](auto& to) { to.StartObject(); });
}
void JsonOutput::close_object() {
  state_->write([](auto& to) { to.EndObject(); });
}
void JsonOutput::open_array() {
  state_->write([](auto& to) { to.StartArray(); });
}
void JsonOutput::close_array() {
  state_->write([](auto& to) { to.EndArray(); });
}

std::string JsonOutput::text() const {
  return {state_->buffer.GetString(), state_->buffer.GetSize()};
}

}  // namespace oxbow
