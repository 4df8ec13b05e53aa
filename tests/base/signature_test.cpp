#include "base/signature.h"

#include <catch2/catch.hpp>

#include <string>

#include "base/file.h"
#include "base/process.h"
#include "tests/scratch_folder.h"

using namespace oxbow;
using Catch::Matchers::Contains;

namespace {

/// A key in PEM that openssl has made.
struct KeyFixture {
  std::string openssl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "openssl");
    const auto end = run_process({.arguments = std::move(arguments)});
    REQUIRE(end);
    INFO(end->output);
    REQUIRE(end->status == 0);
    return end->output;
  }

  ScratchFolder scratch;
  std::string pem = (scratch.path() / "key.pem").string();
};

}  // namespace

TEST_CASE("an HMAC is that of RFC 4231") {
  CHECK(hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hmac_sha256_hex(std::string(131, '\xAA'),
                        "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("texts are compared in constant time as they are otherwise") {
  CHECK(is_equal_in_constant_time("", ""));
  CHECK(is_equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(is_equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(is_equal_in_constant_time("abc", "ab"));
  CHECK_FALSE(is_equal_in_constant_time(std::string("a\0b", 3), std::string("a\0c", 3)));
}

TEST_CASE_METHOD(KeyFixture, "a signature is one that openssl accepts, and always the same") {
  openssl({"genrsa", "-out", pem, "2048"});
  const auto key = RsaKey::parse(*read_file(pem), pem);
  REQUIRE(key);
  const auto signature = key->sign("text");
  REQUIRE(signature);
  CHECK(*key->sign("text") == *signature);
  CHECK(*key->sign("texts") != *signature);
  const std::string file = (scratch.path() / "signature").string();
  const std::string text = (scratch.path() / "text").string();
  const std::string open = (scratch.path() / "public.pem").string();
  REQUIRE(write_file(file, *signature));
  REQUIRE(write_file(text, "text"));
  openssl({"rsa", "-in", pem, "-pubout", "-out", open});
  CHECK_THAT(openssl({"dgst", "-sha256", "-verify", open, "-signature", file, text}),
             Contains("Verified OK"));
}

TEST_CASE_METHOD(KeyFixture, "what is not an RSA key is refused, and asks nobody for a password") {
  openssl({"ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", pem});
  CHECK_THAT(RsaKey::parse(*read_file(pem), "the key").error().message,
             Contains("the key is not an RSA private key"));
  CHECK_FALSE(RsaKey::parse("", "the key"));
  openssl({"genrsa", "-aes128", "-passout", "pass:word", "-out", pem, "2048"});
  const auto locked = RsaKey::parse(*read_file(pem), "the key");
  REQUIRE_FALSE(locked);
  CHECK_THAT(locked.error().message, !Contains("PRIVATE"));
}
