#include "base/hash.h"

#include <catch2/catch.hpp>

using namespace oxbow;

TEST_CASE("digests of the empty text are the published ones") {
  CHECK(md5_hex("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex_digest(HashKind::sha512, "").size() == hex_length(HashKind::sha512));
}

TEST_CASE("a digest of pieces is that of the whole, and the next begins anew") {
  Hasher hasher(HashKind::sha256);
  hasher.add("ab");
  hasher.add("c");
  CHECK(hasher.hex() == sha256_hex("abc"));
  CHECK(hasher.hex() == sha256_hex(""));
}

TEST_CASE("bytes become lower-case hexadecimal digits") {
  constexpr std::array<std::uint8_t, 4> bytes = {0x00, 0x0f, 0xa0, 0xff};
  CHECK(to_hex(bytes) == "000fa0ff");
  CHECK(to_hex({}).empty());
}
