#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/json_reader.h"

namespace oxbow::github {

/// Payload reads members of a JSON text by their paths. Nothing ends the reading: what is missing
/// or of another type is an empty value, and the first error stays, with the path. For one thread.
class Payload {
 public:
  /// What no parser accepts, or is not an object, is an error at once.
  explicit Payload(std::string_view json);

  using Path = std::initializer_list<const char*>;

  /// A text; an error where it is missing.
  std::string text(Path path);
  /// The same, or empty where it is missing or null.
  std::string text_or_empty(Path path) const;
  std::int64_t integer(Path path);
  std::int64_t integer_or_zero(Path path) const;
  bool flag_or_false(Path path) const;
  bool has(Path path) const { return find(path).has_value(); }

  /// A commit's id: 40 or 64 hexadecimal digits.
  std::string commit(Path path);
  /// "OWNER/NAME", of what GitHub lets such names be made of.
  std::string repository(Path path);

  /// None where it is missing or null.
  std::optional<JsonValue> find(Path path) const;

  void fail_at(Path path, std::string_view message);
  const std::optional<Error>& error() const { return error_; }

 private:
  JsonReader reader_;
  std::optional<Error> error_;
};

}  // namespace oxbow::github
