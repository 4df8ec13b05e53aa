#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <string_view>

// Without root or what tests/world/prepare makes nothing is tested, and that is no success: 77 is
// CTest's "skipped".
int main(int count, char** arguments) {
  constexpr int skipped = 77;
  bool lists = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    lists = lists || argument.starts_with("--list") || argument == "-l" || argument == "-h";
  }
  const bool ready = std::filesystem::exists(OXBOW_WORLD "/cache/debian-12-x86_64/base/fs") &&
                     std::filesystem::exists(OXBOW_WORLD "/sources");
  if (!lists && (!ready || geteuid() != 0)) {
    std::cerr << "SKIPPED: run tests/world/prepare, and this, as root\n";
    return skipped;
  }
  const int result = Catch::Session().run(count, arguments);
  return lists || result == 0 ? result : 1;  // never 77, however many fail
}
