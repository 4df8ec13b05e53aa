#include "opam/effective.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace oxbow::opam;
namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// tests/data/opam/NAME.opam; NAME.effective beside it is what is expected.
std::vector<fs::path> cases() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(fs::path(OXBOW_TEST_DATA) / "opam")) {
    if (entry.path().extension() == ".opam") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

TEST_CASE("effective parts are the expected ones") {
  const bool accept = std::getenv("OXBOW_ACCEPT") != nullptr;
  const auto paths = cases();
  REQUIRE(paths.size() >= 12);
  for (const fs::path& path : paths) {
    INFO(path.filename().string());
    const auto definition = Definition::parse(text_of(path));
    REQUIRE(definition);
    const std::string effective = effective_part(**definition, path.stem().string(), "1.0");
    fs::path expected = path;
    expected.replace_extension(".effective");
    if (accept) {
      std::ofstream(expected, std::ios::binary) << effective;
    } else {
      CHECK(effective == text_of(expected));
    }
  }
  // A run that writes what it expects has tested nothing.
  if (accept) FAIL("expected files are written anew; read their difference, then run again");
}

TEST_CASE("the name and version are the caller's") {
  const auto definition =
      Definition::parse("opam-version: \"2.0\" name: \"a\" version: \"1\" name: \"b\"");
  REQUIRE(definition);
  CHECK(effective_part(**definition, "c", "2~x") ==
        "opam-version: \"2.0\"\nname: \"c\"\nversion: \"2~x\"");
  CHECK(effective_part(**definition, "d", "3") ==
        "opam-version: \"2.0\"\nname: \"d\"\nversion: \"3\"");
}

TEST_CASE("an empty x-env-path-rewrite leaves its line behind") {
  const auto definition = Definition::parse("opam-version: \"2.0\" x-env-path-rewrite: []");
  REQUIRE(definition);
  CHECK(effective_part(**definition, "a", "1") ==
        "opam-version: \"2.0\"\nname: \"a\"\nversion: \"1\"\n");
}
