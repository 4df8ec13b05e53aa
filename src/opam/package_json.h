#pragma once

#include <string_view>

#include "base/json_reader.h"
#include "opam/package_id.h"

namespace oxbow::opam {

/// NAME.VERSION as a text, or an error of `read` that blames the member `name`.
PackageId read_package_id(JsonReader& read, std::string_view text, std::string_view name);

/// A member of `object` that is such a text.
PackageId read_package(JsonReader& read, JsonValue object, std::string_view name);

}  // namespace oxbow::opam
