#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace oxbow {

/// JsonValue is a value in a JsonDocument, and may be used as long as that.
class JsonValue {
 public:
  bool is_object() const;
  bool is_list() const;
  bool is_null() const;

  // What it is; none if it is of another kind.
  std::optional<std::string_view> text() const;
  std::optional<bool> boolean() const;
  std::optional<double> number() const;
  std::optional<std::int64_t> integer() const;
  std::optional<std::uint64_t> count() const;

  /// A list's elements; of what is not a list, none.
  std::vector<JsonValue> elements() const;

  /// An object's member, be it null; none if it is not there, or this is not an object.
  std::optional<JsonValue> find(std::string_view name) const;

  /// The whole as JSON, in ASCII; its texts must be UTF-8.
  std::string to_json() const;

  const void* parsed() const { return parsed_; }

 private:
  friend class JsonDocument;
  explicit JsonValue(const void* parsed) : parsed_(parsed) {}
  const void* parsed_;
};

/// JsonDocument is a JSON text that was read. Texts in it may hold any bytes; nesting has no bound.
class JsonDocument {
 public:
  /// `what` is what the error calls the text.
  static Result<JsonDocument> parse(std::string_view json, std::string_view what);

  JsonDocument();  ///< an object without members
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  JsonValue top() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// JsonReader reads the members of JSON objects. Nothing ends it: what cannot be read is an empty
/// value, and the first error stays, with the member's name. For one thread.
class JsonReader {
 public:
  /// `what` is what errors call the text. What no parser accepts, or is not an object, is an error
  /// at once.
  JsonReader(std::string_view json, std::string what);

  JsonValue top() const { return document_.top(); }

  // A member of an object; an error if it is not there or of another kind.
  std::string text(JsonValue object, std::string_view name);
  bool boolean(JsonValue object, std::string_view name);
  double number(JsonValue object, std::string_view name);
  std::int64_t integer(JsonValue object, std::string_view name);
  std::uint64_t count(JsonValue object, std::string_view name);
  std::vector<std::string> texts(JsonValue object, std::string_view name);

  /// The elements of a list that must be objects.
  std::vector<JsonValue> objects(JsonValue object, std::string_view name);

  /// The first error stays.
  void fail_at(std::string_view name, std::string_view message);

  /// None as long as all went well.
  const std::optional<Error>& error() const { return error_; }

 private:
  template <typename T>
  T typed(JsonValue object, std::string_view name, std::optional<T> (JsonValue::*get)() const,
          std::string_view is_not);
  std::vector<JsonValue> list(JsonValue object, std::string_view name);

  std::string what_;
  JsonDocument document_;
  std::optional<Error> error_;
};

}  // namespace oxbow
