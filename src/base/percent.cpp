#include "base/percent.h"

#include <fmt/format.h>

#include "base/ascii.h"

namespace oxbow {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view marks = "-._~";
  std::string encoded;
  for (const char c : text) {
    if (is_alphanumeric(c) || marks.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace oxbow
