#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_reader.h"

namespace oxbow {

/// As a field has it that is null where there is nothing to say.
inline std::optional<std::string_view> unless_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

/// How a text is written that is not ASCII.
enum class JsonText : std::uint8_t {
  escaped,  ///< in ASCII, U+FFFD in place of what is not UTF-8: a terminal may take a C1 control
            ///< character for the start of a sequence
  as_it_is  ///< its bytes, UTF-8 or not, which JsonReader gives back: an opam file may hold any
};

/// JsonOutput is the text that a JsonWriter writes.
class JsonOutput {
 public:
  explicit JsonOutput(JsonText how);
  JsonOutput(JsonOutput&&) noexcept;
  JsonOutput& operator=(JsonOutput&&) noexcept;
  ~JsonOutput();

  void put_text(std::string_view text);
  void put_key(std::string_view name);
  void put_count(std::uint64_t number);
  void put_integer(std::int64_t number);
  void put_number(double number);
  void put_boolean(bool truth);
  void put_null();
  void put_json(std::string_view json);
  void put_members(JsonValue object);
  void open_object();
  void close_object();
  void open_array();
  void close_array();
  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// JsonWriter writes what every format is made of. A format derives from it, and has for each type
/// of its own a function that is named `value`, too.
template <typename Format>
class JsonWriter {
 public:
  Format& value(std::string_view text) {
    return put([&] { output_.put_text(text); });
  }
  // Not for what merely converts to a number or a boolean, as a pointer does.
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  Format& value(T number) {
    return put([&] { output_.put_count(number); });
  }
  template <std::signed_integral T>
    requires(!std::same_as<T, char>)
  Format& value(T number) {
    return put([&] { output_.put_integer(number); });
  }
  /// What is not finite is written as 0; JSON has no word for it.
  Format& value(std::same_as<double> auto number) {
    return put([&] { output_.put_number(number); });
  }
  Format& value(std::same_as<bool> auto truth) {
    return put([&] { output_.put_boolean(truth); });
  }

  /// What has one form as text, such as a package's id, is written in it.
  template <typename T>
    requires requires(const T& named) {
      { named.to_string() } -> std::same_as<std::string>;
    }
  void value(const T& named) {
    value(std::string_view(named.to_string()));
  }

  template <typename T>
  void value(const std::optional<T>& optional) {
    if (optional) {
      format().value(*optional);
    } else {
      output_.put_null();
    }
  }

  template <typename T>
  void value(const std::vector<T>& list) {
    open_list();
    for (const T& element : list) format().value(element);
    close_list();
  }

  Format& key(std::string_view name) {
    return put([&] { output_.put_key(name); });
  }

  template <typename T>
  Format& field(std::string_view name, const T& content) {
    key(name);
    format().value(content);
    return format();
  }

  Format& null() {
    return put([&] { output_.put_null(); });
  }

  /// A value that another format has written, in the same way.
  Format& raw_field(std::string_view name, std::string_view json) {
    key(name);
    return put([&] { output_.put_json(json); });
  }

  /// All members of an object that was read.
  Format& members(JsonValue object) {
    return put([&] { output_.put_members(object); });
  }

  Format& open() {
    return put([&] { output_.open_object(); });
  }
  Format& close() {
    return put([&] { output_.close_object(); });
  }
  Format& open_list() {
    return put([&] { output_.open_array(); });
  }
  Format& close_list() {
    return put([&] { output_.close_array(); });
  }

  std::string text() const { return output_.text(); }

 private:
  friend Format;
  explicit JsonWriter(JsonText how = JsonText::escaped) : output_(how) {}

  Format& format() { return static_cast<Format&>(*this); }

  template <typename Put>
  Format& put(const Put& write) {
    write();
    return format();
  }

  JsonOutput output_;
};

/// For what has no types of its own to write.
class PlainJson : public JsonWriter<PlainJson> {
 public:
  explicit PlainJson(JsonText how = JsonText::escaped) : JsonWriter(how) {}
};

}  // namespace oxbow
