#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/untrusted.h"

namespace oxbow {

/// As a field has it that is null where there is nothing to say.
inline std::optional<std::string_view> unless_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

/// JsonWriter writes what every format is made of, in ASCII: a terminal may take a C1 control
/// character for the start of a sequence. A format derives from it, and has for each type of its
/// own a function that is named `value`, too.
template <typename Format>
class JsonWriter {
 public:
  void value(std::string_view text) {
    const std::string valid = valid_utf8(text);
    writer_.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
  }
  // Not for what merely converts to a number or a boolean, as a pointer does.
  void value(std::same_as<std::size_t> auto number) { writer_.Uint64(number); }
  void value(std::same_as<double> auto number) { writer_.Double(number); }
  void value(std::same_as<bool> auto truth) { writer_.Bool(truth); }

  /// What has one form as text, such as a package's id, is written in it.
  template <typename T>
    requires requires(const T& named) {
      { named.to_string() } -> std::same_as<std::string>;
    }
  void value(const T& named) {
    value(named.to_string());
  }

  template <typename T>
  void value(const std::optional<T>& optional) {
    if (optional) {
      format().value(*optional);
    } else {
      writer_.Null();
    }
  }

  template <typename T>
  void value(const std::vector<T>& list) {
    open_list();
    for (const T& element : list) format().value(element);
    close_list();
  }

  void key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }

  template <typename T>
  void field(std::string_view name, const T& content) {
    key(name);
    format().value(content);
  }

  /// An object that another format has written, in ASCII as well.
  void raw_field(std::string_view name, std::string_view object) {
    key(name);
    while (object.ends_with('\n')) object.remove_suffix(1);
    writer_.RawValue(object.data(), object.size(), rapidjson::kObjectType);
  }

  void open() { writer_.StartObject(); }
  void close() { writer_.EndObject(); }
  void open_list() { writer_.StartArray(); }
  void close_list() { writer_.EndArray(); }

  std::string text() const { return std::string(buffer_.GetString(), buffer_.GetSize()); }

 private:
  friend Format;
  JsonWriter() : writer_(buffer_) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  Format& format() { return static_cast<Format&>(*this); }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>> writer_;
};

}  // namespace oxbow
