#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/time.h"

struct sqlite3_stmt;

namespace oxbow::store {

/// Columns is one row of an answer, read from its first column to its last, and valid until the
/// next row. A text that does not say what it should is the row's error, and reads as a default.
class Columns {
 public:
  explicit Columns(sqlite3_stmt* statement) : statement_(statement) {}

  std::int64_t integer();
  std::size_t count();  ///< not negative
  bool flag() { return integer() != 0; }
  double real();
  std::string text();
  Time time() { return to_time(integer()); }
  std::optional<Time> optional_time();

  template <typename Id>
    requires std::is_enum_v<Id>
  Id id() {
    return static_cast<Id>(integer());
  }
  template <typename Id>
    requires std::is_enum_v<Id>
  std::optional<Id> optional_id() {
    if (skip_null()) return std::nullopt;
    return id<Id>();
  }

  /// What `parse` makes of a text: a std::optional or a std::expected.
  template <typename Parse>
  auto parsed(const Parse& parse) {
    return parsed_text(text(), parse);
  }

  /// The same, and nothing for the empty text.
  template <typename Parse>
  auto optional_parsed(const Parse& parse) {
    const std::string text = this->text();
    std::optional<decltype(parsed_text(text, parse))> value;
    if (!text.empty()) value = parsed_text(text, parse);
    return value;
  }

  /// For a column that only names the row in an error.
  void skip() { ++at_; }

  /// "run = 1 and target = 0, outcome is 'x'": the first column that could not be read.
  const std::optional<std::string>& error() const { return error_; }

 private:
  template <typename Parse>
  auto parsed_text(const std::string& text, const Parse& parse) {
    auto value = parse(std::string_view(text));
    using Type = std::remove_cvref_t<decltype(*value)>;
    if (value) return Type(*std::move(value));
    refuse(text);
    return Type();
  }

  bool skip_null();
  void refuse(std::string_view text);

  sqlite3_stmt* statement_;
  int at_ = 0;
  std::optional<std::string> error_;
};

}  // namespace oxbow::store
