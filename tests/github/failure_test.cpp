#include "github/failure.h"

#include <catch2/catch.hpp>

using namespace oxbow::github;
using namespace std::chrono_literals;
using Kind = Failure::Kind;

namespace {

Failure failure(int status, std::map<std::string, std::string> headers = {},
                std::string body = "{}") {
  return judge({status, std::move(headers), std::move(body), ""}, 1000s);
}

}  // namespace

TEST_CASE("what passes is tried again, and what does not is not") {
  for (const int status : {500, 502, 503, 504, 408}) CHECK(failure(status).kind == Kind::passing);
  CHECK(judge({0, {}, "", "Connection"}, 0s).kind == Kind::passing);
  CHECK(failure(404).kind == Kind::gone);
  CHECK(failure(410).kind == Kind::gone);
  CHECK(failure(422, {}, R"({"message":"No commit found for SHA: x"})").kind == Kind::gone);
  CHECK(failure(422).kind == Kind::rejected);
  CHECK(failure(400).kind == Kind::rejected);
  CHECK(failure(401).kind == Kind::refused);
  CHECK(failure(403).kind == Kind::refused);
}

TEST_CASE("limits hold everything back, for as long as GitHub says") {
  const Failure told = failure(403, {{"retry-after", "30"}});
  CHECK(told.kind == Kind::passing);
  CHECK(told.everything);
  CHECK(told.wait == 30s);
  const Failure reset =
      failure(403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1100"}});
  CHECK(reset.everything);
  CHECK(reset.wait == 101s);
  CHECK(failure(429).wait == 60s);
  const Failure secondary = failure(403, {}, "You have exceeded a secondary rate limit");
  CHECK(secondary.everything);
  CHECK(secondary.wait == 60s);
  CHECK(failure(403, {{"retry-after", "999999"}}).wait == 3600s);
  CHECK_FALSE(failure(500, {{"retry-after", "5"}}).everything);
  CHECK(failure(500, {{"retry-after", "5"}}).wait == 5s);
}

TEST_CASE("rests grow to an hour, and are never shorter than what was asked for") {
  const Failure passing = failure(500);
  CHECK(backoff(passing, 1, 0) == 2s);
  CHECK(backoff(passing, 2, 0) == 4s);
  CHECK(backoff(passing, 100, 0) == 3600s);
  CHECK(backoff(passing, 1, 1) == 2500ms);
  const Failure limit = failure(403, {{"retry-after", "30"}});
  CHECK(backoff(limit, 1, 0) >= 30s);
  CHECK(backoff(failure(500, {{"retry-after", "50"}}), 1, 0) == 50s);
}

TEST_CASE("GitHub's words steer no terminal") {
  CHECK(failure(500, {}, "a\x1b[31m\nb").message == "status 500: a\\x1b[31m b");
}
