#include "opam/checksum.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace oxbow;
using namespace oxbow::opam;

TEST_CASE("a checksum without a kind is md5's") {
  const std::string hex(32, '7');
  const auto sum = parse_checksum(hex);
  REQUIRE(sum);
  CHECK(sum->kind == HashKind::md5);
  CHECK(sum->to_string() == "md5=" + hex);
  CHECK(parse_checksum("md5=" + hex) == sum);
}

TEST_CASE("checksums are in lower case, whatever the file's") {
  CHECK(parse_checksum("SHA256=" + std::string(64, 'A'))->to_string() ==
        "sha256=" + std::string(64, 'a'));
  CHECK(parse_checksum("Sha512=" + std::string(128, 'F'))->hex == std::string(128, 'f'));
}

TEST_CASE("what is not a checksum") {
  for (const std::string& bad :
       {std::string(), std::string("md5="), std::string(31, '0'), std::string(33, '0'),
        std::string(31, '0') + "g", "sha256=" + std::string(32, '0'),
        "sha512=" + std::string(64, '0'), "sha1=" + std::string(40, '0'),
        "=" + std::string(32, '0'), "md5==" + std::string(31, '0'), " " + std::string(32, '0')}) {
    INFO(bad);
    CHECK_FALSE(parse_checksum(bad));
  }
}
