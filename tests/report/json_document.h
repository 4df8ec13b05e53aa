#pragma once

#include <catch2/catch.hpp>
#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <string>

/// JSON that was printed, as those see it who read it.
namespace oxbow::report {

/// Checks that it is one line of ASCII.
inline rapidjson::Document parsed(const std::string& text) {
  CHECK(std::ranges::count(text, '\n') == 1);
  CHECK(text.ends_with("}\n"));
  CHECK(std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= 0x20 && c <= 0x7f); }));
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(text.c_str());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

inline std::string text_of(const rapidjson::Value& value) {
  REQUIRE(value.IsString());
  return {value.GetString(), value.GetStringLength()};
}

inline std::string indented(const rapidjson::Document& document) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 1);
  document.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace oxbow::report
