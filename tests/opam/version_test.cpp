#include "opam/version.h"

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace oxbow::opam;

namespace {

int sign(int order) { return (order > 0 ? 1 : 0) - (order < 0 ? 1 : 0); }

int compare(std::string_view x, std::string_view y) { return sign(compare_versions(x, y)); }

// Versions over a small alphabet, in which near misses are frequent.
std::vector<std::string> random_versions(std::size_t count) {
  constexpr std::string_view alphabet = "0123.~+-abZ";
  std::mt19937 generator(20240229);
  std::uniform_int_distribution<std::size_t> length(0, 6);
  std::uniform_int_distribution<std::size_t> letter(0, alphabet.size() - 1);
  std::vector<std::string> versions(count);
  for (std::string& version : versions) {
    const std::size_t wanted = length(generator);
    while (version.size() < wanted) version.push_back(alphabet[letter(generator)]);
  }
  return versions;
}

}  // namespace

TEST_CASE("versions are ordered strictly") {
  // From the oldest to the newest; every pair is compared.
  static constexpr std::array<std::string_view, 34> sorted = {
      "~~",           "~~a",           "~",      "0~rc1", "",
      "0.9",          "1~~",           "1~",     "1-0~",  "1",
      "1-1",          "1-2",           "1-10",   "1a",    "1.0~beta1",
      "1.0~beta2",    "1.0~beta10",    "1.0~rc", "1.0",   "1.0.1",
      "1.2",          "1.10",          "2.0",    "5.2.0", "5.2.0minus25",
      "5.2.0minus31", "5.2.0+ox",      "5.2.1",  "10",    "Z",
      "dev",          "v0.18~preview", "v0.18",  "+"};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t j = 0; j < sorted.size(); ++j) {
      INFO("'" << sorted[i] << "' and '" << sorted[j] << "'");
      CHECK(compare(sorted[i], sorted[j]) == (i < j ? -1 : (i > j ? 1 : 0)));
    }
  }
}

TEST_CASE("different texts can be the same version") {
  static const std::vector<std::vector<std::string_view>> groups = {
      {"1.0", "1.00", "1.", "01.0", "1.0-", "1.0-0", "1.0-00"},
      {"", "0", "00", "-", "-0", "0-0"},
      {"5.5.0+introcaml", "5.5.0+introcaml0", "5.5.0+introcaml00"},
      {"1.2.3", "01.02.03", "1.2.3-0"},
      {"a", "a0", "a00-0"},
      {"1.0~", "1.0~0", "1.0~-"},
      {"1-2-3", "01-2-03", "1-2-3"},
  };
  for (const auto& group : groups) {
    for (const std::string_view x : group) {
      for (const std::string_view y : group) {
        INFO("'" << x << "' and '" << y << "'");
        CHECK(compare(x, y) == 0);
      }
    }
  }
}

TEST_CASE("the revision is what follows the last dash") {
  CHECK(compare("1-2-3", "1-2-10") < 0);
  CHECK(compare("1-2-3", "1-10-2") < 0);
  CHECK(compare("1.0-1", "1.0.1-0") < 0);
  CHECK(compare("1-a", "1-1") > 0);
}

TEST_CASE("numbers of any length are compared as numbers") {
  const std::string nines(60, '9');
  CHECK(compare(nines, "1" + std::string(60, '0')) < 0);
  CHECK(compare(std::string(1000, '0') + "7", "7") == 0);
  CHECK(compare("1." + nines + "8", "1." + nines + "9") < 0);
}

TEST_CASE("bytes beyond ASCII sort last and do no harm") {
  CHECK(compare("1\xC3\xA9", "1+") > 0);
  CHECK(compare(std::string_view("1\0", 2), "1+") < 0);
  CHECK(compare(std::string_view("a\0", 2), "ab") > 0);
}

TEST_CASE("the order is total and each version equals itself") {
  const auto versions = random_versions(1500);
  for (const std::string& x : versions) {
    CHECK(compare(x, x) == 0);
    CHECK(compare(x, std::string(x)) == 0);
    for (const std::string& y : versions) {
      if (compare(x, y) != -compare(y, x)) FAIL_CHECK("'" << x << "' and '" << y << "'");
    }
  }
}

TEST_CASE("the order is transitive") {
  const auto versions = random_versions(220);
  const std::size_t count = versions.size();
  std::vector<std::vector<int>> order(count, std::vector<int>(count));
  for (std::size_t x = 0; x < count; ++x) {
    for (std::size_t y = 0; y < count; ++y) order[x][y] = compare(versions[x], versions[y]);
  }
  for (std::size_t x = 0; x < count; ++x) {
    for (std::size_t y = 0; y < count; ++y) {
      if (order[x][y] > 0) continue;
      for (std::size_t z = 0; z < count; ++z) {
        if (order[y][z] > 0) continue;
        const int expected = order[x][y] == 0 && order[y][z] == 0 ? 0 : -1;
        if (order[x][z] == expected) continue;
        FAIL_CHECK("'" << versions[x] << "', '" << versions[y] << "' and '" << versions[z] << "'");
      }
    }
  }
}

TEST_CASE("what may stand as a version") {
  for (const std::string_view good : {"1", "0", "dev", "1.0~beta+x_y-z", "~", "..", "-"}) {
    INFO(good);
    CHECK(is_version(good));
  }
  for (const std::string_view bad : {"", " ", "1 ", "1:0", "1/2", "1%", "a=b", "\xC3\xA9", "1\n"}) {
    INFO(bad);
    CHECK_FALSE(is_version(bad));
  }
}
