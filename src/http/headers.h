#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/ascii.h"

namespace oxbow::http {

/// Headers by their names in lower case; of several with one name, the first.
using Headers = std::map<std::string, std::string>;

/// Empty if there is none.
inline std::string_view value_of(const Headers& headers, const std::string& name) {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

inline void add(Headers& headers, std::string_view name, std::string_view value) {
  headers.emplace(lower(name), value);
}

}  // namespace oxbow::http
