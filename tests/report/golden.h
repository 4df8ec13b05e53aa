#pragma once

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace oxbow::report {

/// Checks that `actual` is what the file of this name under tests/data/report holds. Where
/// OXBOW_ACCEPT=1 is set it becomes that, and the test fails: it would agree with itself.
inline void check_golden(const std::string& name, const std::string& actual) {
  const auto data = std::filesystem::path(OXBOW_TEST_DATA) / "report";
  const char* const accept = std::getenv("OXBOW_ACCEPT");
  if (accept != nullptr && std::string(accept) == "1") {
    std::filesystem::create_directories(data);
    std::ofstream(data / name, std::ios::binary) << actual;
    FAIL_CHECK("wrote " << name << "; read its difference, then run again without OXBOW_ACCEPT");
    return;
  }
  std::ifstream file(data / name, std::ios::binary);
  INFO("golden file " << name);
  REQUIRE(file);
  CHECK(actual == std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace oxbow::report
