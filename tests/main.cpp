#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <iostream>
#include <string_view>

#include "tests/needs.h"

// Without what they need no tests are run, and that is not a success: 77 is CTest's "skipped".
int main(int count, char** arguments) {
  constexpr int skipped = 77;
  bool lists = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    lists = lists || argument.starts_with("--list") || argument == "-l" || argument == "-h";
  }
  const char* const missing = oxbow::tests::missing();
  if (!lists && missing != nullptr) {
    std::cerr << "SKIPPED: " << missing << '\n';
    return skipped;
  }
  const int result = Catch::Session().run(count, arguments);
  return lists || result == 0 ? result : 1;  // never 77, however many fail
}
