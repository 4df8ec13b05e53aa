#include "http/listen_address.h"

#include <catch2/catch.hpp>

using namespace oxbow::http;

TEST_CASE("addresses to listen on are read, and known to be of this machine or not") {
  for (const char* const local : {"127.0.0.1:80", "[::1]:80", "localhost:80", "unix:/run/x"}) {
    CHECK(parse_listen_address(local)->is_local());
  }
  CHECK_FALSE(parse_listen_address("0.0.0.0:80")->is_local());
  for (const char* const wrong : {"", "80", ":80", "127.0.0.1:x", "127.0.0.1:70000", "unix:x"}) {
    CHECK_FALSE(parse_listen_address(wrong));
  }
}
