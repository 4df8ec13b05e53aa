#include "http/transfer.h"

#include <catch2/catch.hpp>

#include <string>

#include "http/exchange.h"
#include "tests/fetch/web_server.h"

using namespace oxbow::http;
using Catch::Matchers::Contains;
using oxbow::fetch::Connection;
using oxbow::fetch::ok;
using oxbow::fetch::WebServer;

namespace {

WebServer one_answer(const std::string& bytes) {
  return WebServer([bytes](const auto&, const Connection& connection) { connection.send(bytes); });
}

}  // namespace

TEST_CASE("an answer is whole: status, headers by lower-case names, content") {
  const WebServer server = one_answer(
      "HTTP/1.1 103 Early Hints\r\nLink: early\r\n\r\n"
      "HTTP/1.1 404 Not Found\r\nX-Two: first \r\nx-two: second\r\nContent-Length: 4\r\n\r\nnone");
  const Answer answer = exchange({.url = server.url("/a?b")}, {});
  CHECK(answer.status == 404);
  CHECK(answer.header("x-two") == "first");
  CHECK(answer.header("link").empty());
  CHECK(answer.body == "none");
  CHECK(answer.trouble.empty());
}

TEST_CASE("a request is sent as it is given, and nothing is added that is not asked for") {
  const WebServer server = one_answer(ok(""));
  const std::string url = server.url("/a/../b%2F?c=d");
  for (const char* const method : {"GET", "DELETE"}) {
    CHECK(exchange({.url = url, .method = method, .headers = {{"X-A", "1"}}}, {}).status == 200);
  }
  for (const char* const method : {"POST", "PATCH"}) {
    const std::string body(2 << 20, 'x');
    CHECK(exchange({.url = url, .method = method, .headers = {}, .body = body}, {}).status == 200);
  }
  CHECK(exchange({.url = url, .method = "POST"}, {}).status == 200);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 5);
  const std::string host = "Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n";
  CHECK(requests[0] == "GET /a/../b%2F?c=d HTTP/1.1\r\n" + host + "X-A: 1\r\n\r\n");
  CHECK(requests[1] == "DELETE /a/../b%2F?c=d HTTP/1.1\r\n" + host + "X-A: 1\r\n\r\n");
  CHECK_THAT(requests[2], Contains("POST /a/../b%2F?c=d HTTP/1.1\r\n" + host +
                                   "Content-Length: 2097152\r\n\r\n"));
  CHECK_THAT(requests[3], Contains("PATCH /a/../b%2F?c=d HTTP/1.1\r\n" + host +
                                   "Content-Length: 2097152\r\n\r\n"));
  CHECK(requests[4] == "POST /a/../b%2F?c=d HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n");
}

TEST_CASE("an answer that leads elsewhere is an answer, and no other protocol is spoken") {
  const WebServer server = one_answer(oxbow::fetch::redirect("http://127.0.0.1:1/"));
  const Answer answer = exchange({.url = server.url("/")}, {});
  CHECK(answer.status == 302);
  CHECK(answer.header("location") == "http://127.0.0.1:1/");
  for (const char* const url : {"file:///etc/passwd", "ftp://127.0.0.1/", "http://", ""}) {
    const Answer none = exchange({.url = url}, {});
    CHECK(none.status == 0);
    CHECK(none.body.empty());
    CHECK_THAT(none.trouble, Contains("HTTP"));
  }
}

TEST_CASE("every address is judged right before it is connected to") {
  const WebServer server = one_answer(ok("content"));
  const std::string url = "http://localhost:" + std::to_string(server.port()) + "/";
  Receiver receiver;
  std::vector<std::string> asked;
  std::optional<std::string> verdict = "not this one";
  receiver.forbidden = [&](const std::string& address) {
    asked.push_back(address);
    return verdict;
  };
  const auto refused = transfer({.url = url}, {}, receiver);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Trouble::Kind::forbidden);
  CHECK(refused.error().message == "not this one");
  CHECK(server.connections() == 0);
  CHECK_THAT(asked, Catch::Matchers::VectorContains(std::string("127.0.0.1")));
  verdict.reset();
  const auto head = transfer({.url = url}, {}, receiver);
  REQUIRE(head);
  CHECK(head->address == "127.0.0.1");
}

TEST_CASE("content is bounded, however long it says that it is") {
  const std::string body(1001, 'x');
  for (const std::string& bytes : {ok(body), "HTTP/1.1 200 OK\r\n\r\n" + body}) {
    const WebServer server = one_answer(bytes);
    std::size_t taken = 0;
    Receiver receiver;
    receiver.take = [&](std::string_view part) {
      taken += part.size();
      return true;
    };
    const auto got = transfer({.url = server.url("/")}, {.bytes = 1000}, receiver);
    REQUIRE_FALSE(got);
    CHECK(got.error().kind == Trouble::Kind::too_large);
    CHECK(taken <= 1000);
  }
}
