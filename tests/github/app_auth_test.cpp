#include "github/app_auth.h"

#include <catch2/catch.hpp>

#include "base/base64.h"
#include "base/process.h"
#include "tests/repo/scratch_repository.h"

using namespace oxbow;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

TEST_CASE("the app signs in with a token that openssl verifies") {
  const ScratchFolder folder;
  const std::string pem = (folder / "key.pem").string();
  const std::string pub = (folder / "key.pub").string();
  REQUIRE(run_process({{"openssl", "genrsa", "-out", pem, "2048"}, {}, {}, {}})->status == 0);
  REQUIRE(
      run_process({{"openssl", "rsa", "-in", pem, "-pubout", "-out", pub}, {}, {}, {}})->status ==
      0);
  std::ifstream file(pem);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto key = RsaKey::parse(text, "the key");
  REQUIRE(key);
  const auto token = github::app_token(*key, "12345", 1'700'000'000s);
  REQUIRE(token);
  const std::size_t dot = token->rfind('.');
  CHECK(token->substr(0, dot) ==
        to_base64url(R"({"alg":"RS256","typ":"JWT"})") + "." +
            to_base64url(R"({"iat":1699999940,"exp":1700000540,"iss":12345})"));
  CHECK_THAT(*github::app_token(*key, "Iv1.abc", 100s),
             Contains(to_base64url(R"({"iat":40,"exp":640,"iss":"Iv1.abc"})")));

  const auto signature = key->sign(token->substr(0, dot));
  REQUIRE(signature);
  CHECK(token->substr(dot + 1) == to_base64url(*signature));
  repo::write_file(folder / "signature", *signature);
  repo::write_file(folder / "text", token->substr(0, dot));
  const auto verified = run_process({{"openssl", "dgst", "-sha256", "-verify", pub, "-signature",
                                      (folder / "signature").string(), (folder / "text").string()},
                                     {},
                                     {},
                                     {}});
  CHECK_THAT(verified->output, Contains("Verified OK"));
}

TEST_CASE("what is not a key is refused without a word of it") {
  const auto key = RsaKey::parse("-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n", "app.pem");
  REQUIRE_FALSE(key);
  CHECK_THAT(key.error().message, Contains("app.pem") && !Contains("c2VjcmV0"));
}
