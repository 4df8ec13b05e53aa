#include "opam/url.h"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace oxbow::opam;

namespace {

std::string respelt(std::string_view text, std::optional<Backend> backend = std::nullopt) {
  const auto url = parse_url(text, backend);
  return url ? url->to_string() : "refused";
}

}  // namespace

TEST_CASE("a url is taken apart") {
  const auto url = parse_url("git+ssh://git@example.org:2222/some/where.git#v1.0");
  REQUIRE(url);
  CHECK(url->backend == Backend::git);
  CHECK(url->transport == "ssh");
  CHECK(url->path == "git@example.org:2222/some/where.git");
  CHECK(url->hash == "v1.0");
}

TEST_CASE("opam's own spelling of urls") {
  struct Row {
    std::string_view text;
    std::string_view spelt;
  };
  static const std::vector<Row> rows = {
      {"https://example.org/a.tgz", "https://example.org/a.tgz"},
      {"http://example.org/a.tgz#frag", "http://example.org/a.tgz#frag"},
      {"http://example.org/a.tgz#", "http://example.org/a.tgz"},
      {"ftp://example.org/a", "ftp://example.org/a"},
      {"https://example.org/a.git", "https://example.org/a.git"},
      {"git+https://example.org/a", "git+https://example.org/a"},
      {"git://example.org/a#b", "git://example.org/a#b"},
      {"git+git://example.org/a", "git://example.org/a"},
      {"hg+ssh://example.org/a", "hg+ssh://example.org/a"},
      {"darcs+http://example.org/a", "darcs+http://example.org/a"},
      {"ssh://example.org/a", "ssh://example.org/a"},
      {"file:///tmp/a", "file:///tmp/a"},
      {"/tmp/a", "file:///tmp/a"},
      {"a/b", "file:///a/b"},
      {"git@example.org:a/b.git", "ssh://git@example.org/a/b.git"},
      {"git://git@example.org:a/b.git", "git+ssh://git@example.org/a/b.git"},
      {"git://git@example.org:/a/b.git", "git+ssh://git@example.org/a/b.git"},
      {"git://example.org:9418/a", "git://example.org:9418/a"},
      {"git://example.org:9418x/a", "git+ssh://example.org/9418x/a"},
      {"hg://a/b", "hg+file:///a/b"},
      {"git+file:///a/b", "git+file:///a/b"},
      {"c:/a", "file:///c:/a"},
      {"", "file:///"},
      {"magic://a", "refused"},
      {"cvs+https://a", "refused"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(respelt(row.text) == row.spelt);
  }
}

TEST_CASE("a url is read for the backend that a deprecated field names") {
  CHECK(respelt("https://example.org/a", Backend::git) == "git+https://example.org/a");
  CHECK(respelt("git@example.org:a", Backend::git) == "git+ssh://git@example.org/a");
  CHECK(respelt("git://example.org/a", Backend::git) == "git://example.org/a");
  CHECK(respelt("example.org/a", Backend::http) == "http://example.org/a");
  CHECK(respelt("a/b", Backend::hg) == "hg+file:///a/b");
  CHECK(respelt("a/b", Backend::rsync) == "file:///a/b");
}

TEST_CASE("what was spelt is read as the same url") {
  for (const std::string_view text :
       {"git+ssh://a@b.c/d#e", "https://x", "git://x/y", "file:///x"}) {
    INFO(text);
    REQUIRE(parse_url(text));
    CHECK(parse_url(parse_url(text)->to_string()) == parse_url(text));
  }
}

TEST_CASE("the file that a url names") {
  CHECK(basename(*parse_url("https://example.org/a/b.tgz")) == "b.tgz");
  CHECK(basename(*parse_url("https://example.org/a/b.tgz//")) == "b.tgz");
  CHECK(basename(*parse_url("https://example.org")) == "example.org");
  CHECK(basename(*parse_url("/")).empty());
}

TEST_CASE("only whole commit ids cannot change") {
  CHECK(is_commit(std::string(40, 'a')));
  CHECK(is_commit(std::string(39, '0') + "F"));
  CHECK(is_commit(std::string(64, '9')));
  CHECK_FALSE(is_commit(std::string(39, 'a')));
  CHECK_FALSE(is_commit(std::string(41, 'a')));
  CHECK_FALSE(is_commit(std::string(39, 'a') + "g"));
  CHECK_FALSE(is_commit("main"));
  CHECK_FALSE(is_commit(""));
}
