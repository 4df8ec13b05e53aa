#include "fetch/http_url.h"

#include <catch2/catch.hpp>

namespace oxbow::fetch {
namespace {

std::string parsed(std::string_view text) {
  const auto url = parse_http_url(text);
  return url ? url->to_string() : "none";
}

TEST_CASE("a url loses user, password and fragment") {
  CHECK(parsed("https://example.org/a/b.tgz?x=1#part") == "https://example.org/a/b.tgz?x=1");
  CHECK(parsed("HTTPS://Example.ORG") == "https://example.org/");
  CHECK(parsed("http://example.org:80/a") == "http://example.org/a");
  CHECK(parsed("http://example.org:8080?q") == "http://example.org:8080/?q");
  CHECK(parsed("https://me:secret@example.org/a@b") == "https://example.org/a@b");
  CHECK(parsed("https://a@b@example.org/") == "https://example.org/");
  CHECK(parsed("http://[::1]:81/a") == "http://[::1]:81/a");
  CHECK(parse_http_url("http://[::1]/")->host == "::1");
}

TEST_CASE("nothing in a target ends the line that asks for it") {
  CHECK(parsed("http://h/a\r\nHost: b c\x7f\xc3") == "http://h/a%0D%0AHost:%20b%20c%7F%C3");
}

TEST_CASE("what programs read differently is not a URL") {
  for (const char* const text : {"",
                                 "example.org",
                                 "ftp://h/",
                                 "file:///etc/passwd",
                                 "http://",
                                 "http:///a",
                                 "http://h:0/",
                                 "http://h:65536/",
                                 "http://h:x/",
                                 "http://h:80:80/",
                                 "http://0x7f.1/",
                                 "http://127.1/",
                                 "http://2130706433/",
                                 "http://127.0.0.1./",
                                 "http://[fe80::1%25eth0]/",
                                 "http://[1.2.3.4]/",
                                 "http://h\\@i/",
                                 "http://h\\a",
                                 "http://a b/",
                                 "http://h%2e/",
                                 "http://h./",
                                 "http://-h/",
                                 "http://[::1]x/"}) {
    INFO(text);
    CHECK(parsed(text) == "none");
  }
}

TEST_CASE("a redirect's location is read from where it was met") {
  const auto from = *parse_http_url("https://h:444/a/b?q#f");
  const auto to = [&](std::string_view location) {
    const auto url = redirected(from, location);
    return url ? url->to_string() : "none";
  };
  CHECK(to("http://i/x") == "http://i/x");
  CHECK(to("//i/x") == "https://i/x");
  CHECK(to("/x?y") == "https://h:444/x?y");
  CHECK(to("x") == "https://h:444/a/x");
  CHECK(to("?z") == "https://h:444/a/b?z");
  CHECK(to("") == "none");
  CHECK(to("ftp://i/x") == "none");
  CHECK(to("file:/etc/passwd") == "none");
  CHECK(to("javascript:x") == "none");
}

TEST_CASE("a message shows no secret of a url, and nothing that steers a terminal") {
  CHECK(shown_url("https://me:secret@h/a?token=t") == "https://h/a?...");
  CHECK(shown_url("https://me:p@ss@h/a") == "https://h/a");
  CHECK(shown_url("me:secret@h/a") == "h/a");
  CHECK(shown_url("https://h/\x1b[2J\n\xe2\x80\xae") == "https://h/\\x1b[2J\\n\\u{202e}");
  CHECK(shown_url("https://h/" + std::string(5000, 'a')).size() < 210);
}

}  // namespace
}  // namespace oxbow::fetch
