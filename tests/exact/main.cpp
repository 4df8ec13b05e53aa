#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <cstdlib>
#include <iostream>
#include <string_view>

// Without the reference's answers nothing is tested, and that is no success: 77 is CTest's
// "skipped".
int main(int count, char** arguments) {
  constexpr int skipped = 77;
  bool lists = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    lists = lists || argument.starts_with("--list") || argument == "-l" || argument == "-h";
  }
  if (!lists && std::getenv("OXBOW_DATA") == nullptr) {
    std::cerr << "SKIPPED: set OXBOW_DATA to the folder that has the reference's answers\n";
    return skipped;
  }
  const int result = Catch::Session().run(count, arguments);
  return lists || result == 0 ? result : 1;  // never 77, however many fail
}
