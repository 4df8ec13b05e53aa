#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "report/build_log.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

// The input is what a build printed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oxbow::report;
  const std::string_view log(reinterpret_cast<const char*>(data), size);
  const std::string text = plain(log);
  for (const char c : text) require(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  require(plain(text) == text);
  constexpr std::size_t lines = 20;
  require(tail(log, lines).size() <= lines);
  const std::string error = first_error_line(log);
  require(error.find('\n') == std::string::npos);
  require(fingerprint(error).find('\n') == std::string::npos);
  return 0;
}
