#pragma once

#include <string>

#include "base/json_writer.h"

namespace oxbow::github {

/// JsonBody is the body of a request: one object, in ASCII.
class JsonBody : public JsonWriter<JsonBody> {
 public:
  using JsonWriter::value;

  JsonBody() { open(); }

  /// The whole; nothing may be written after.
  std::string text() {
    close();
    return JsonWriter::text();
  }
};

}  // namespace oxbow::github
