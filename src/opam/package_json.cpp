#include "opam/package_json.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace oxbow::opam {

PackageId read_package_id(JsonReader& read, std::string_view text, std::string_view name) {
  if (auto id = parse_package_id(text)) return *std::move(id);
  read.fail_at(name, fmt::format("has '{}', which is not NAME.VERSION", text));
  return {};
}

PackageId read_package(JsonReader& read, JsonValue object, std::string_view name) {
  const std::string id = read.text(object, name);
  return read.error() ? PackageId{} : read_package_id(read, id, name);
}

}  // namespace oxbow::opam
