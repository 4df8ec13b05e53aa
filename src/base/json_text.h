#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <string_view>

namespace oxbow {

/// Bytes that are no UTF-8 pass as they stand, here and in JsonReader: an opam file may hold any.
using RawJsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

/// Writes a text as a value, whatever kind of rapidjson's writers; returns what `String` does.
template <typename Writer>
bool write_text(Writer& writer, std::string_view text) {
  return writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

/// Writes a member of an object.
template <typename Writer>
void write_member(Writer& writer, const char* name, std::string_view text) {
  writer.Key(name);
  write_text(writer, text);
}

}  // namespace oxbow
