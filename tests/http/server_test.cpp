#include "http/server.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "http/exchange.h"
#include "tests/webhook/raw_client.h"

using namespace oxbow::http;
using oxbow::webhook::RawClient;
using namespace std::chrono_literals;

namespace {

// A server that answers on a thread of its own while this lives.
struct Running {
  explicit Running(Handler handler, ServerSettings settings = {})
      : server(local(std::move(settings)), std::move(handler)) {
    const auto bound = server.bind();
    REQUIRE(bound);
    port = *bound;
    thread = std::jthread([this](const std::stop_token& token) { result = server.run(token); });
  }

  static ServerSettings local(ServerSettings settings) {
    settings.address.host = "127.0.0.1";
    return settings;
  }

  std::string url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(port) + std::string(path);
  }

  Server server;
  int port = 0;
  oxbow::Result<void> result;
  std::jthread thread;  // the last one: it uses the others
};

Handler answering(const std::string& body) {
  return {.answer = [body](const IncomingRequest&) { return Response{.body = body}; }};
}

// Waits for what must come to be true.
template <typename Condition>
bool becomes_true(const Condition& condition) {
  for (int i = 0; i < 6000 && !condition(); ++i) std::this_thread::sleep_for(10ms);
  return condition();
}

}  // namespace

TEST_CASE("what came is told whole, and what is answered is sent whole") {
  IncomingRequest got;
  Running running({.answer = [&](const IncomingRequest& request) {
    got = request;
    return Response{.status = 418, .type = "text/x", .body = "tea", .headers = {{"X-B", "2"}}};
  }});
  const Answer answer =
      exchange({.url = running.url("/a%20b?c=d%26e&f="), .headers = {{"X-A", "1"}}}, {});
  CHECK(got.method == "GET");
  CHECK(got.path == "/a b");
  CHECK(got.query == std::map<std::string, std::string>{{"c", "d&e"}, {"f", ""}});
  CHECK(value_of(got.headers, "x-a") == "1");
  CHECK(got.client == "127.0.0.1");
  CHECK(answer.status == 418);
  CHECK(answer.header("content-type") == "text/x");
  CHECK(answer.header("x-b") == "2");
  CHECK(answer.header("connection") == "close");
  CHECK(answer.body == "tea");
}

TEST_CASE("a stop ends it, also one that came before it began") {
  std::stop_source stop;
  stop.request_stop();
  Server server({.address = {"127.0.0.1", 0, {}}}, answering("x"));
  REQUIRE(server.bind());
  CHECK(server.run(stop.get_token()));

  Running running(answering("x"));
  CHECK(exchange({.url = running.url("/")}, {}).body == "x");
  running.thread.request_stop();
  running.thread.join();
  CHECK(running.result);
  CHECK(exchange({.url = running.url("/")}, {}).status == 0);
}

TEST_CASE("a request that stops the server is answered") {
  std::stop_source stop;
  Server server({.address = {"127.0.0.1", 0, {}}}, {.answer = [&](const IncomingRequest&) {
                  stop.request_stop();
                  return Response{.body = "the last"};
                }});
  const auto port = server.bind();
  REQUIRE(port);
  const std::jthread thread([&] { CHECK(server.run(stop.get_token())); });
  CHECK(exchange({.url = "http://127.0.0.1:" + std::to_string(*port) + "/"}, {}).body ==
        "the last");
}

TEST_CASE("bodies are read up to a number of bytes at once, and are not counted afterwards") {
  Handler handler;
  handler.answer = [](const IncomingRequest&) { return std::nullopt; };
  handler.answer_body = [&](const IncomingRequest&, std::expected<std::string, BodyTrouble> body) {
    if (body) return Response{.body = *std::move(body)};
    return Response{.status = body.error() == BodyTrouble::too_much_at_once ? 503 : 400};
  };
  Running running(std::move(handler), {.most_bytes = 600, .most_bytes_at_once = 1000});
  const auto post = [&](std::size_t size) {
    return exchange({.url = running.url("/"), .method = "POST", .body = std::string(size, 'x')},
                    {});
  };
  CHECK(post(600).body == std::string(600, 'x'));
  CHECK(post(601).status >= 400);
  {
    RawClient slow(running.port);
    slow.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nhalf");
    CHECK(becomes_true([&] { return post(600).status == 503; }));
    CHECK(post(500).status == 200);
  }
  CHECK(becomes_true([&] { return post(600).status == 200; }));
}

TEST_CASE("a body that is not as long as it says is cut off") {
  std::atomic<int> cut_off = 0;
  Handler handler;
  handler.answer = [](const IncomingRequest&) { return std::nullopt; };
  handler.answer_body = [&](const IncomingRequest&, std::expected<std::string, BodyTrouble> body) {
    if (!body && body.error() == BodyTrouble::cut_off) ++cut_off;
    return Response{};
  };
  Running running(std::move(handler), {.most_bytes = 100});
  int expected = 0;
  for (const char* const head : {"Content-Length: 10\r\n\r\nhalf", "Content-Length: x\r\n\r\n",
                                 "\r\n", "Content-Length: 101\r\n\r\n"}) {
    INFO(head);
    ++expected;
    RawClient client(running.port);
    client.send("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(head));
    client.finish_sending();
    CHECK(becomes_true([&] { return cut_off == expected; }));
  }
}

TEST_CASE("no more connections are taken than it may have") {
  const auto open_files = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  constexpr int clients = 8;  // those that are not taken fit into the kernel's queue
  Running running(answering("x"), {.threads = 1, .most_connections = 2});
  // While its threads begin, and a first connection goes, more is open for moments.
  REQUIRE(exchange({.url = running.url("/")}, {}).body == "x");
  auto before = open_files();
  for (int i = 0; i < 50; ++i) {
    std::this_thread::sleep_for(10ms);
    before = std::min(before, open_files());
  }
  std::vector<RawClient> silent;
  for (int i = 0; i < clients; ++i) silent.emplace_back(running.port);
  REQUIRE(becomes_true([&] { return open_files() >= before + clients + 2; }));
  std::this_thread::sleep_for(100ms);           // in which it could take the others
  CHECK(open_files() <= before + clients + 3);  // one waits for its turn
}
