#include "fetch/fetch.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <map>
#include <string>
#include <thread>

#include "base/hash.h"
#include "tests/fetch/scratch_sources.h"
#include "tests/fetch/web_server.h"

namespace oxbow::fetch {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using Kind = FetchFailure::Kind;

std::string sha256(std::string_view text) { return "sha256=" + sha256_hex(text); }
opam::Checksum checksum(HashKind kind, std::string_view text) {
  return {kind, hex_digest(kind, text)};
}

// Serves these files, and 404 for all others.
WebServer files(const std::map<std::string, std::string>& contents) {
  return WebServer([contents](const std::string& path, const Connection& connection) {
    const auto found = contents.find(path);
    connection.send(found == contents.end() ? not_found() : ok(found->second));
  });
}

std::string url_section(const std::string& src, const std::string& checksum,
                        const std::string& more = {}) {
  return "url { src: \"" + src + "\" " +
         (checksum.empty() ? "" : "checksum: [ " + checksum + " ] ") + more + " }\n";
}
std::string quoted(const std::string& text) { return "\"" + text + "\""; }

/// A cache, and what fetching yields into it.
struct Fetcher {
  ScratchSources scratch;
  SourceCache cache{scratch / "cache"};
  FetchSettings settings;

  Fetcher() { settings.policy = loopback_allowed; }

  std::expected<FetchedSources, FetchFailure> fetch(const std::string& sections) const {
    const auto definition = opam::Definition::parse("opam-version: \"2.0\"\n" + sections);
    REQUIRE(definition);
    return fetch_sources(**definition, cache, settings);
  }
  // The file that is the only source.
  CachedFile file(const std::string& sections) const {
    const auto got = fetch(sections);
    INFO((got ? std::string() : got.error().message));
    REQUIRE(got);
    REQUIRE(got->sources.size() == 1);
    return std::get<CachedFile>(got->sources.front().place);
  }
  FetchFailure failure(const std::string& sections) const {
    const auto got = fetch(sections);
    REQUIRE_FALSE(got);
    // Nothing is left, under no name.
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(cache.folder(), error)) {
      CHECK(entry.path() == "");
    }
    return got.error();
  }
  std::string text(const CachedFile& file) const { return text_of(cache.file(file.checksum)); }
};

TEST_CASE("a package without sources has nothing to fetch") {
  CHECK(Fetcher().fetch("")->sources.empty());
}

TEST_CASE("url and extra-sources are fetched once, and lie under all their checksums") {
  const WebServer server = files({{"/a.tgz", "archive"}, {"/p", "patch"}});
  const Fetcher fetcher;
  const std::string sections =
      "extra-source \"fix.patch\" { src: \"" + server.url("/p") + "\" checksum: \"" +
      sha256("patch") + "\" }\n" +
      url_section(server.url("/a.tgz"),
                  quoted("md5=" + md5_hex("archive")) +
                      quoted("sha512=" + hex_digest(HashKind::sha512, "archive")));
  for (int time = 0; time < 2; ++time) {
    const auto got = fetcher.fetch(sections);
    REQUIRE(got);
    REQUIRE(got->sources.size() == 2);
    CHECK(got->sources[0].title.empty());
    CHECK(std::get<CachedFile>(got->sources[0].place) ==
          CachedFile{checksum(HashKind::sha512, "archive")});
    CHECK(got->sources[1].title == "fix.patch");
    CHECK(std::get<CachedFile>(got->sources[1].place) ==
          CachedFile{checksum(HashKind::sha256, "patch")});
    CHECK(server.connections() == 2);
  }
  CHECK(text_of(fetcher.cache.file(checksum(HashKind::md5, "archive"))) == "archive");
}

TEST_CASE("a source without checksum lies under its own, and is fetched each time") {
  const WebServer server = files({{"/a", "archive"}});
  const Fetcher fetcher;
  for (int time = 1; time <= 2; ++time) {
    const CachedFile file = fetcher.file(url_section(server.url("/a"), ""));
    CHECK(file == CachedFile{checksum(HashKind::sha256, "archive"), true});
    CHECK(fetcher.text(file) == "archive");
    CHECK(server.connections() == time);
  }
}

TEST_CASE("mirrors are asked when the url does not give the right bytes") {
  const WebServer server = files({{"/wrong", "other"}, {"/right", "archive"}});
  const std::string mirrors =
      "mirrors: [" + quoted(server.url("/none")) + quoted(server.url("/right")) + "]";
  for (const char* const first : {"/missing", "/wrong"}) {
    const Fetcher fetcher;
    const auto file =
        fetcher.file(url_section(server.url(first), quoted(sha256("archive")), mirrors));
    CHECK(fetcher.text(file) == "archive");
  }
}

TEST_CASE("whose matter a failure is depends on all the places") {
  const WebServer server = files({{"/wrong", "other"}, {"/wrong2", "another"}});
  const Fetcher fetcher;
  const std::string sum = quoted(sha256("archive"));
  const auto kind = [&](const std::string& src, const std::string& mirror) {
    return fetcher.failure(url_section(src, sum, "mirrors: " + quoted(mirror))).kind;
  };
  const std::string forbidden = "http://169.254.169.254/x";
  CHECK(kind(server.url("/wrong"), server.url("/wrong2")) == Kind::mismatch);
  CHECK(kind(server.url("/wrong"), server.url("/none")) == Kind::unavailable);
  CHECK(kind(server.url("/none"), server.url("/wrong")) == Kind::unavailable);
  CHECK(kind(server.url("/wrong"), forbidden) == Kind::mismatch);
  CHECK(kind(forbidden, forbidden) == Kind::refused);
  const std::string message = fetcher.failure(url_section(server.url("/wrong"), sum)).message;
  CHECK(message ==
        server.url("/wrong") + ": expected " + sha256("archive") + ", got " + sha256("other"));
}

TEST_CASE("every checksum counts, not the first or strongest alone") {
  const WebServer server = files({{"/a", "archive"}});
  const Fetcher fetcher;
  const std::string right = quoted(sha256("archive"));
  const std::string wrong = quoted("md5=" + md5_hex("other"));
  CHECK(fetcher.failure(url_section(server.url("/a"), right + wrong)).kind == Kind::mismatch);
  CHECK(fetcher.failure(url_section(server.url("/a"), wrong + right)).kind == Kind::mismatch);
}

TEST_CASE("configured mirrors are asked first, whatever the policy, and are not blamed") {
  const std::string hex = sha256_hex("archive");
  const WebServer mirror = files({{"/cache/sha256/" + hex.substr(0, 2) + "/" + hex, "archive"}});
  const WebServer server = files({{"/a", "archive"}, {"/wrong", "other"}});
  const std::string sum = quoted(sha256("archive"));
  {
    Fetcher fetcher;
    fetcher.settings.policy = {};
    fetcher.settings.mirrors = {mirror.url("/none"), mirror.url("/cache")};
    CHECK(fetcher.text(fetcher.file(url_section(server.url("/a"), sum))) == "archive");
    CHECK(server.connections() == 0);
  }
  Fetcher fetcher;
  fetcher.settings.mirrors = {mirror.url("/none")};
  CHECK(fetcher.failure(url_section(server.url("/wrong"), sum)).kind == Kind::mismatch);
  CHECK(fetcher.text(fetcher.file(url_section(server.url("/a"), sum))) == "archive");
}

TEST_CASE("local files are fetched only where they are allowed") {
  Fetcher fetcher;
  const fs::path file = fetcher.scratch / "a.tgz";
  REQUIRE(write_file(file, "archive"));
  const std::string sum = quoted(sha256("archive"));
  for (const std::string& src : {"file://" + file.string(), file.string()}) {
    INFO(src);
    CHECK(fetcher.failure(url_section(src, sum)).kind == Kind::refused);
  }
  fetcher.settings.policy.local_files = true;
  CHECK(fetcher.failure(url_section(fetcher.scratch.path(), sum)).kind == Kind::refused);
  CHECK(fetcher.failure(url_section("file:///nonexistent/a", sum)).kind == Kind::unavailable);
  CHECK(fetcher.text(fetcher.file(url_section("file://" + file.string(), sum))) == "archive");
  CHECK(fs::exists(file));
}

TEST_CASE("what cannot be fetched safely is refused by name") {
  const Fetcher fetcher;
  for (const char* const src : {"ftp://h/a", "rsync://h/a", "ssh://h/a", "hg+https://h/a",
                                "darcs+https://h/a", "git@h.org:a/b.git", "git://h/a"}) {
    INFO(src);
    const auto failure = fetcher.failure(url_section(src, quoted(sha256("archive"))));
    CHECK(failure.kind == Kind::refused);
    CHECK(failure.message.find(": ") != std::string::npos);
  }
  const auto failure = fetcher.failure(url_section("ftp://me:secret@h/\x1b[1m", ""));
  CHECK(failure.message.find("secret") == std::string::npos);
  CHECK(failure.message.find('\x1b') == std::string::npos);
}

TEST_CASE("a download that breaks off leaves nothing") {
  const WebServer server([](const std::string&, const Connection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\narchive");
  });
  const Fetcher fetcher;
  CHECK(fetcher.failure(url_section(server.url("/a"), quoted(sha256("archive")))).kind ==
        Kind::unavailable);
}

TEST_CASE("all of a package's sources have their time together") {
  const WebServer server([](const std::string&, const Connection& connection) {
    while (!connection.stopped()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  });
  Fetcher fetcher;
  fetcher.settings.total = std::chrono::milliseconds(300);
  std::string mirrors;
  for (int i = 0; i < 100; ++i) mirrors += quoted(server.url("/" + std::to_string(i)));
  CHECK(fetcher.failure(url_section(server.url("/a"), "", "mirrors: [" + mirrors + "]")).kind ==
        Kind::unavailable);
  CHECK(server.connections() < 12);
}

TEST_CASE("a local file above the limit is refused before it is copied") {
  Fetcher fetcher;
  fetcher.settings.policy.local_files = true;
  fetcher.settings.limits.bytes = 1000;
  const fs::path file = fetcher.scratch / "local";
  REQUIRE(write_file(file, std::string(1000, 'x')));
  CHECK(fetcher.text(fetcher.file(url_section(file.string(), ""))) == std::string(1000, 'x'));
  REQUIRE(write_file(file, std::string(1001, 'x')));
  fs::remove_all(fetcher.cache.folder());
  const FetchFailure failure = fetcher.failure(url_section(file.string(), ""));
  CHECK(failure.kind == Kind::refused);
  CHECK(failure.message.find("longer than 1000 bytes") != std::string::npos);
}

TEST_CASE("several may fetch the same file at once") {
  const std::string body(200000, 'x');
  const WebServer server = files({{"/a", body}});
  const Fetcher fetcher;
  const std::string sections =
      url_section(server.url("/a"), quoted("md5=" + md5_hex(body)) + quoted(sha256(body)));
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        const auto definition = opam::Definition::parse("opam-version: \"2.0\"\n" + sections);
        const auto got = fetch_sources(**definition, fetcher.cache, fetcher.settings);
        right += got && fetcher.cache.find({checksum(HashKind::sha256, body)}) ? 1 : 0;
      });
    }
  }
  CHECK(right == 8);
  for (const auto& entry : fs::directory_iterator(fetcher.cache.folder())) {
    CHECK_FALSE(entry.path().filename().string().starts_with(".new-"));
  }
}

TEST_CASE("a git source is a commit, from a mirror where its own place has none") {
  const WebServer server = files({});
  const Fetcher fetcher;
  const auto failure = fetcher.failure(
      url_section("git+" + server.url("/r") + "#" + std::string(40, 'a'), "",
                  "mirrors: " + quoted("git+" + server.url("/m") + "#" + std::string(40, 'a'))));
  CHECK(failure.kind == Kind::unavailable);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].starts_with("GET /r/info/refs?service=git-upload-pack "));
  CHECK(requests[1].starts_with("GET /m/info/refs?service=git-upload-pack "));
}

TEST_CASE("a source that contradicts itself is refused before anybody is asked") {
  const WebServer server = files({{"/p", "content"}});
  const Fetcher fetcher;
  const std::string git = "git+" + server.url("/r") + "#" + std::string(40, 'a');
  const std::string checksum = quoted(sha256("content"));
  for (const auto& [section, words] : {
           std::pair(url_section(git, checksum), "a commit and no checksum"),
           {url_section(git, "", "mirrors: " + quoted("git+" + server.url("/m") + "#main")),
            "does not name the same commit"},
           {url_section(git, "", "mirrors: " + quoted(server.url("/p"))), "is an archive"},
           {url_section(server.url("/p"), checksum, "mirrors: " + quoted(git)), "is a repository"},
       }) {
    INFO(section);
    const auto failure = fetcher.failure(section);
    CHECK(failure.kind == Kind::refused);
    CHECK_THAT(failure.message, Contains(words));
  }
  CHECK(server.requests().empty());
}

TEST_CASE("a cache that cannot be made is neither the author's matter nor the network's") {
  const Fetcher fetcher;
  REQUIRE(write_file(fetcher.scratch / "cache", "a file"));
  const auto got = fetcher.fetch(url_section("http://127.0.0.1:1/", ""));
  REQUIRE_FALSE(got);
  CHECK(got.error().kind == Kind::cache);
}

}  // namespace
}  // namespace oxbow::fetch
