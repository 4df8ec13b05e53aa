#pragma once

#include <rapidjson/document.h>

#include "base/json_reader.h"

namespace oxbow {

/// What a JsonValue stands for; only for the two sources that know who parses.
inline const rapidjson::Value& parsed_value(const JsonValue& value) {
  return *static_cast<const rapidjson::Value*>(value.parsed());
}

}  // namespace oxbow
