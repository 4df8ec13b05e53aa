#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace oxbow {

/// JsonReader reads the members of JSON objects. Nothing ends it: what cannot be read is an empty
/// value, and the first error stays, with the member's name. For one thread.
class JsonReader {
 public:
  /// `what` is what errors call the text. What no parser accepts is an error at once.
  JsonReader(std::string_view json, std::string what);

  const rapidjson::Value& top() const { return document_; }

  /// A member of an object; none, and an error, if it is not there.
  const rapidjson::Value* member(const rapidjson::Value& object, const char* name);

  std::string text(const rapidjson::Value& object, const char* name);
  bool boolean(const rapidjson::Value& object, const char* name);
  double number(const rapidjson::Value& object, const char* name);
  std::int64_t integer(const rapidjson::Value& object, const char* name);
  std::uint64_t count(const rapidjson::Value& object, const char* name);
  std::vector<std::string> texts(const rapidjson::Value& object, const char* name);

  /// The elements of a list that must be objects.
  std::vector<const rapidjson::Value*> objects(const rapidjson::Value& object, const char* name);

  /// The first error stays.
  void fail_at(const char* name, std::string_view message);

  /// None as long as all went well.
  const std::optional<Error>& error() const { return error_; }

 private:
  template <typename T>
  T typed(const rapidjson::Value& object, const char* name, std::string_view kind);

  std::string what_;
  rapidjson::Document document_;
  std::optional<Error> error_;
};

}  // namespace oxbow
