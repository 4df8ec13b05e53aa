#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <concepts>
#include <string>
#include <string_view>

namespace oxbow::github {

/// JsonBody writes the body of a request, in ASCII. Texts that are no UTF-8 must not come here.
class JsonBody {
 public:
  JsonBody() : writer_(buffer_) { writer_.StartObject(); }

  JsonBody& key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    return *this;
  }
  JsonBody& value(std::string_view text) {
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return *this;
  }
  JsonBody& value(std::same_as<std::size_t> auto number) {
    writer_.Uint64(number);
    return *this;
  }
  template <typename T>
  JsonBody& field(std::string_view name, const T& content) {
    return key(name).value(content);
  }
  JsonBody& open() { return writer_.StartObject(), *this; }
  JsonBody& close() { return writer_.EndObject(), *this; }
  JsonBody& open_list() { return writer_.StartArray(), *this; }
  JsonBody& close_list() { return writer_.EndArray(), *this; }

  /// The whole; nothing may be written after.
  std::string text() {
    writer_.EndObject();
    return {buffer_.GetString(), buffer_.GetSize()};
  }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>> writer_;
};

}  // namespace oxbow::github
