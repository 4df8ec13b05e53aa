#pragma once

#include <string>
#include <string_view>

#include "http/transfer.h"

namespace oxbow::http {

/// Answer is a whole answer, content and all.
struct Answer {
  int status = 0;  ///< 0: none came
  Headers headers;
  std::string body;
  std::string trouble;  ///< why none came

  std::string_view header(const std::string& name) const { return value_of(headers, name); }
};

/// A `transfer` to any address, with its content kept.
Answer exchange(const Request& request, const Limits& limits);

}  // namespace oxbow::http
