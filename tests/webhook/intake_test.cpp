#include "webhook/intake.h"

#include <catch2/catch.hpp>

#include "base/signature.h"

using namespace oxbow;
using namespace oxbow::webhook;

namespace {

Head honest() {
  Head head;
  head.method = "POST";
  head.path = "/webhook";
  head.content_type = "application/json; charset=utf-8";
  head.content_length = "2";
  head.event = "ping";
  head.guid = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
  head.signature = "sha256=" + hmac_sha256_hex("new", "{}");
  return head;
}

int status(const Head& head, std::size_t most = 100) {
  const auto refusal = refuse(head, most);
  return refusal ? refusal->status : 202;
}

int status_of_body(const Head& head, std::string_view body,
                   const std::vector<std::string>& secrets = {"new", "old"}) {
  const auto refusal = refuse(head, body, secrets);
  return refusal ? refusal->status : 202;
}

}  // namespace

TEST_CASE("GitHub's own example of a signature") {
  CHECK(hmac_sha256_hex("It's a Secret to Everybody", "Hello, World!") ==
        "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
}

TEST_CASE("what is wrong with a head is told before the body is read") {
  CHECK(status(honest()) == 202);
  const auto with = [](auto Head::* member, const char* value) {
    Head head = honest();
    head.*member = value;
    return status(head);
  };
  CHECK(with(&Head::method, "GET") == 405);
  CHECK(with(&Head::path, "/") == 404);
  CHECK(with(&Head::path, "/webhook/") == 404);
  CHECK(with(&Head::content_type, "application/x-www-form-urlencoded") == 415);
  CHECK(with(&Head::content_type, "") == 415);
  CHECK(with(&Head::content_encoding, "gzip") == 415);
  CHECK(with(&Head::transfer_encoding, "chunked") == 411);
  CHECK(with(&Head::content_length, "") == 411);
  CHECK(with(&Head::content_length, "-1") == 411);
  CHECK(with(&Head::content_length, "1e3") == 411);
  CHECK(with(&Head::content_length, "99999999999999999999999") == 411);
  CHECK(with(&Head::content_length, "101") == 413);
  CHECK(with(&Head::event, "") == 400);
  CHECK(with(&Head::event, "pi ng") == 400);
  CHECK(with(&Head::guid, "") == 400);
  CHECK(with(&Head::guid, "<script>") == 400);
  CHECK(with(&Head::signature, "") == 401);
  Head long_guid = honest();
  long_guid.guid = std::string(101, 'a');
  CHECK(status(long_guid) == 400);
}

TEST_CASE("a body counts that one of the secrets signed") {
  Head head = honest();
  CHECK(status_of_body(head, "{}") == 202);
  CHECK(status_of_body(head, "{} ") == 403);
  CHECK(status_of_body(head, "{}", {"old"}) == 403);
  CHECK(status_of_body(head, "{}", {}) == 403);
  head.signature = "sha256=" + hmac_sha256_hex("old", "{}");
  CHECK(status_of_body(head, "{}") == 202);
  head.signature = hmac_sha256_hex("new", "{}");
  CHECK(status_of_body(head, "{}") == 403);
  head.signature = "sha1=" + hmac_sha256_hex("new", "{}");
  CHECK(status_of_body(head, "{}") == 403);
  CHECK(refuse(head, "{}", {"new"})->why.find(hmac_sha256_hex("new", "{}")) == std::string::npos);
}
