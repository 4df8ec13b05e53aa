#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "github/command.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view comment(reinterpret_cast<const char*>(data), size);
  const auto commands = oxbow::github::parse_commands(comment);
  // Whoever does not name us asks for nothing.
  if (commands.size() > 10) std::abort();
  if (!commands.empty() && comment.find('/') == std::string_view::npos) std::abort();
  return 0;
}
