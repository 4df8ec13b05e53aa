#include "fetch/download.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "tests/fetch/scratch_sources.h"
#include "tests/fetch/web_server.h"

namespace oxbow::fetch {
namespace {

using Kind = FetchFailure::Kind;
using namespace std::chrono_literals;

// What a download yields: the file's text, or the failure.
struct Download {
  ScratchSources scratch;
  FetchFailure failure;
  std::string text;
  bool done = false;

  explicit Download(const std::string& url, const AddressPolicy& policy = loopback_allowed,
                    const DownloadLimits& limits = {}) {
    const auto got = download(url, scratch / "file", policy, limits);
    done = got.has_value();
    if (done) {
      text = text_of(scratch / "file");
    } else {
      failure = got.error();
    }
    INFO(failure.message);
    CHECK(failure.message.find('\n') == std::string::npos);
  }
};

WebServer one_answer(const std::string& bytes) {
  return WebServer([bytes](const auto&, const Connection& connection) { connection.send(bytes); });
}

TEST_CASE("a file is downloaded, and asked for by its name without user and password") {
  const WebServer server = one_answer(ok("content"));
  const std::string port = std::to_string(server.port());
  const Download got("http://me:secret@127.0.0.1:" + port + "/a.tgz?x#y");
  CHECK(got.text == "content");
  REQUIRE(server.requests().size() == 1);
  const std::string request = server.requests().front();
  CHECK(request.starts_with("GET /a.tgz?x HTTP/1.1\r\n"));
  CHECK(request.find("Host: 127.0.0.1:" + port + "\r\n") != std::string::npos);
  CHECK(request.find("Accept-Encoding: identity\r\n") != std::string::npos);
  CHECK(request.find("uthorization") == std::string::npos);
  CHECK(request.find("secret") == std::string::npos);
}

TEST_CASE("a host's name is kept in the request, though an address is connected to") {
  const WebServer server = one_answer(ok("content"));
  const std::string authority = "localhost:" + std::to_string(server.port());
  CHECK(Download("http://" + authority + "/").text == "content");
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests().front().find("Host: " + authority + "\r\n") != std::string::npos);
}

TEST_CASE("an empty file and one in chunks are whole files") {
  CHECK(Download(one_answer(ok("")).url("/")).done);
  const WebServer chunks = one_answer(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  CHECK(Download(chunks.url("/")).text == "abcde");
}

TEST_CASE("a compressed archive arrives as it is") {
  const WebServer server = one_answer(
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b!!");
  CHECK(Download(server.url("/")).text == "\x1f\x8b!!");
}

TEST_CASE("redirects are followed up to ten") {
  const WebServer server([](const std::string& path, const Connection& connection) {
    const int left = std::stoi(path.substr(1));
    connection.send(left == 0 ? ok("end") : redirect("/" + std::to_string(left - 1)));
  });
  CHECK(Download(server.url("/10")).text == "end");
  CHECK(server.connections() == 11);
  const Download loop(server.url("/11"));
  CHECK(loop.failure.kind == Kind::unavailable);
  CHECK(loop.failure.message.find("more than 10 redirects") != std::string::npos);
}

TEST_CASE("nothing is connected to at an address that the policy forbids") {
  const WebServer server = one_answer(ok("secret"));
  const std::string port = std::to_string(server.port());
  for (const char* const host :
       {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1"}) {
    INFO(host);
    const Download got("http://" + std::string(host) + ":" + port + "/", {});
    CHECK_FALSE(got.done);
    CHECK(got.failure.kind == Kind::refused);
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("a redirect is checked as the first url is") {
  const WebServer forbidden = one_answer(ok("secret"));
  // 0.0.0.0 leads to this machine, too, and is forbidden even where private addresses are not.
  const std::string to = "http://0.0.0.0:" + std::to_string(forbidden.port()) + "/";
  for (const std::string& location : {to, std::string("file:///etc/passwd"),
                                      std::string("http://169.254.169.254/latest/meta-data")}) {
    INFO(location);
    const Download got(one_answer(redirect(location)).url("/"));
    CHECK_FALSE(got.done);
    CHECK(got.failure.kind == Kind::refused);
  }
  CHECK(forbidden.connections() == 0);
}

TEST_CASE("a file above the limit is refused, whether its length is said or not") {
  const DownloadLimits limits = {.bytes = 1000};
  const std::string body(1001, 'x');
  const Download said(one_answer(ok(body)).url("/"), loopback_allowed, limits);
  CHECK(said.failure.kind == Kind::refused);
  CHECK(said.failure.message.find("longer than 1000 bytes") != std::string::npos);
  const Download unsaid(one_answer("HTTP/1.1 200 OK\r\n\r\n" + body).url("/"), loopback_allowed,
                        limits);
  CHECK(unsaid.failure.kind == Kind::refused);
  CHECK(Download(one_answer(ok(body.substr(1))).url("/"), loopback_allowed, limits).done);
}

// How long it takes to give up.
template <typename Act>
std::chrono::duration<double> time_of(const Act& act) {
  const auto begin = std::chrono::steady_clock::now();
  act();
  return std::chrono::steady_clock::now() - begin;
}

WebServer dribble(const std::string& head, const std::string& drop) {
  return WebServer([head, drop](const auto&, const Connection& connection) {
    connection.send(head);
    while (!connection.stopped() && connection.send(drop)) std::this_thread::sleep_for(10ms);
  });
}

TEST_CASE("a server that goes on for ever is given up, in its body and in its headers") {
  const DownloadLimits limits = {.total = 300ms};
  for (const char* const head : {"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
                                 "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\n"}) {
    INFO(head);
    const WebServer server = dribble(head, "x");
    const auto time = time_of([&] {
      const Download got(server.url("/"), loopback_allowed, limits);
      CHECK(got.failure.kind == Kind::unavailable);
      CHECK(got.failure.message.find("not done after") != std::string::npos);
    });
    CHECK(time < 2s);
  }
  const WebServer other = dribble("HTTP", "x");
  CHECK(Download(other.url("/"), loopback_allowed, limits).failure.kind == Kind::unavailable);
}

TEST_CASE("headers without end are given up long before the time is over") {
  const WebServer server([](const auto&, const Connection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n");
    const std::string lines = "X-Y: " + std::string(8000, 'y') + "\r\n";
    while (!connection.stopped() && connection.send(lines)) std::this_thread::sleep_for(1ms);
  });
  const auto time =
      time_of([&] { CHECK(Download(server.url("/")).failure.kind == Kind::unavailable); });
  CHECK(time < 10s);
}

TEST_CASE("a status line of any length does no harm") {
  for (const std::size_t length : {1000U, 60000U, 1000000U}) {
    const std::string line = "HTTP/1.1 200 " + std::string(length, 'x') + "\r\n\r\n";
    const Download got(one_answer(line).url("/"));
    CHECK((got.done || got.failure.kind == Kind::unavailable));
  }
}

TEST_CASE("a server that says nothing is given up") {
  const WebServer server([](const auto&, const Connection& connection) {
    while (!connection.stopped()) std::this_thread::sleep_for(10ms);
  });
  const auto time = time_of([&] {
    const DownloadLimits limits = {.read = 200ms};
    CHECK(Download(server.url("/"), loopback_allowed, limits).failure.kind == Kind::unavailable);
  });
  CHECK(time < 5s);
}

TEST_CASE("what is cut short, missing or no HTTP is unavailable") {
  for (const std::string& answer :
       {std::string("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
        std::string("HTTP/1.1 200 OK\r\nContent-"), std::string("SSH-2.0-x\r\n"), std::string(),
        not_found(), std::string("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"),
        std::string("HTTP/1.1 206 Part\r\nContent-Length: 1\r\n\r\nx"),
        std::string("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")}) {
    INFO(answer);
    const Download got(one_answer(answer).url("/"));
    CHECK_FALSE(got.done);
    // A redirect to nowhere is the one that is not for us to try again.
    CHECK(got.failure.kind ==
          (answer.find("302") == std::string::npos ? Kind::unavailable : Kind::refused));
  }
  CHECK(Download(one_answer(not_found()).url("/a")).failure.message.ends_with("/a: answers 404"));
}

TEST_CASE("no server and no such host are unavailable") {
  std::string url;
  {
    const WebServer gone = one_answer(ok(""));
    url = gone.url("/");
  }
  CHECK(Download(url).failure.kind == Kind::unavailable);
  CHECK(Download("http://no-such-host.invalid/").failure.kind == Kind::unavailable);
}

TEST_CASE("a file that cannot be written is trouble of the cache") {
  const WebServer server = one_answer(ok("content"));
  const auto got = download(server.url("/"), "/nonexistent/file", loopback_allowed, {});
  REQUIRE_FALSE(got);
  CHECK(got.error().kind == Kind::cache);
  const auto full = download(server.url("/"), "/dev/full", loopback_allowed, {});
  REQUIRE_FALSE(full);
  CHECK(full.error().kind == Kind::cache);
  CHECK(full.error().message.find("No space left") != std::string::npos);
}

TEST_CASE("locating a url yields where its redirects end, and reads no content") {
  const WebServer server([](const std::string& path, const Connection& connection) {
    connection.send(path == "/a" ? redirect("/b?c") : ok(std::string(100, 'x')));
  });
  const auto end = locate(server.url("/a"), loopback_allowed, {.bytes = 10});
  REQUIRE(end);
  CHECK(end->url.to_string() == server.url("/b?c"));
  CHECK(end->address == "127.0.0.1");
}

TEST_CASE("a large answer that is not a file's content is not a hindrance") {
  const WebServer server([](const std::string& path, const Connection& connection) {
    const std::string body(2000, 'x');
    connection.send(
        path == "/a" ? "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 2000\r\n\r\n" + body
                     : ok("content"));
  });
  CHECK(Download(server.url("/a"), loopback_allowed, {.bytes = 1000}).text == "content");
}

TEST_CASE("a proxy of the environment is not asked, as it would be the one to connect") {
  const WebServer proxy = one_answer(ok("from the proxy"));
  const WebServer server = one_answer(ok("content"));
  for (const char* const name : {"http_proxy", "all_proxy", "ALL_PROXY"}) {
    REQUIRE(::setenv(name, proxy.url("").c_str(), 1) == 0);
    CHECK(Download(server.url("/")).text == "content");
    ::unsetenv(name);
  }
  CHECK(proxy.connections() == 0);
}

}  // namespace
}  // namespace oxbow::fetch
