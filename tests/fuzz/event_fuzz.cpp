#include <cstddef>
#include <cstdint>
#include <string_view>

#include "github/event.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view payload(reinterpret_cast<const char*>(data), size);
  for (const char* const event : {"pull_request", "push", "merge_group", "check_run", "check_suite",
                                  "issue_comment", "installation", "ping"}) {
    [[maybe_unused]] const auto parsed = oxbow::github::parse_event(event, payload);
  }
  return 0;
}
