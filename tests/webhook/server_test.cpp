#include "webhook/server.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "base/file.h"
#include "tests/repo/scratch_repository.h"
#include "tests/webhook/raw_client.h"
#include "webhook/writer.h"

using namespace oxbow;
using namespace oxbow::webhook;
using Catch::Matchers::Contains;

namespace {

// A listener with a store in a scratch folder.
struct Listener {
  explicit Listener(const std::string& address = "127.0.0.1:0") {
    auto database = store::Database::open(folder / "store", store::Database::Access::read_write);
    REQUIRE(database);
    writer.emplace(std::move(*database));
    auto parsed = http::parse_listen_address(address);
    REQUIRE(parsed);
    server.emplace(
        ServerSettings{*parsed, {"secret"}, 1000, 2000},
        [this](store::Delivery delivery) {
          if (store_fails) return 503;
          return writer->store(std::move(delivery)) ? 202 : 503;
        },
        [this](int status, std::string_view line) {
          const std::lock_guard lock(mutex);
          lines.push_back(std::to_string(status) + " " + std::string(line));
        });
    auto bound = server->bind();
    INFO((bound ? "" : bound.error().message));
    REQUIRE(bound);
    port = *bound;
    thread = std::jthread([this](const std::stop_token& stop) { served = server->run(stop); });
    while (!answers()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ~Listener() {
    thread.request_stop();
    thread.join();
    CHECK(served);
  }

  bool answers() const { return port == 0 || ask("GET /healthz HTTP/1.1\r\n\r\n") == 200; }

  int ask(const std::string& request) const {
    RawClient client(port);
    client.send(request);
    return client.status();
  }

  std::size_t stored() const {
    auto database = store::Database::open(folder / "store", store::Database::Access::read_write);
    REQUIRE(database);
    const auto counts = store::Deliveries(*database).counts();
    REQUIRE(counts);
    return counts->front();
  }

  ScratchFolder folder;
  std::optional<Writer> writer;
  std::optional<Server> server;
  std::atomic<bool> store_fails = false;
  std::mutex mutex;
  std::vector<std::string> lines;
  int port = 0;
  Result<void> served;
  std::jthread thread;
};

const std::string post =
    "POST /webhook HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    "X-GitHub-Event: ping\r\nX-GitHub-Delivery: g\r\n"
    "X-Hub-Signature-256: sha256=0\r\n";

}  // namespace

TEST_CASE("what was signed is stored once, and all else is refused") {
  Listener listener;
  CHECK(listener.ask(signed_delivery("secret", "a")) == 202);
  CHECK(listener.ask(signed_delivery("secret", "a")) == 202);
  CHECK(listener.ask(signed_delivery("secret", "b")) == 202);
  CHECK(listener.ask(signed_delivery("other", "c")) == 403);
  CHECK(listener.stored() == 2);
  CHECK(listener.ask(post + "Content-Length: 1001\r\n\r\n") == 413);
  CHECK(listener.ask(post + "\r\n") == 411);
  CHECK(listener.ask(post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n") == 411);
  CHECK(listener.ask(post + "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n") == 411);
  CHECK(listener.ask(signed_delivery("secret", "d", "{}", "Content-Encoding: gzip\r\n")) == 415);
  CHECK(listener.ask("GET /webhook HTTP/1.1\r\n\r\n") == 405);
  CHECK(listener.ask("DELETE / HTTP/1.1\r\n\r\n") == 404);
  CHECK(listener.stored() == 2);
}

TEST_CASE("a store that fails is told as such, and nothing is said to be stored") {
  Listener listener;
  listener.store_fails = true;
  CHECK(listener.ask(signed_delivery("secret", "a")) == 503);
  listener.store_fails = false;
  CHECK(listener.ask(signed_delivery("secret", "a")) == 202);
}

TEST_CASE("a body that is cut off is not stored") {
  Listener listener;
  RawClient client(listener.port);
  client.send(post + "Content-Length: 500\r\n\r\n{\"a\":");
  client.finish_sending();
  CHECK(client.status() != 202);
  CHECK(listener.stored() == 0);
}

TEST_CASE("what is logged of a stranger steers no terminal, and no secret is in it") {
  Listener listener;
  listener.ask(
      "POST /webhook HTTP/1.1\r\nX-GitHub-Event: \x1b[31m\r\nContent-Length: 0\r\n"
      "Content-Type: application/json\r\n\r\n");
  listener.ask(signed_delivery("other", "c"));
  const std::lock_guard lock(listener.mutex);
  REQUIRE(listener.lines.size() == 2);
  CHECK(listener.lines[0].find('\x1b') == std::string::npos);
  for (const std::string& line : listener.lines) CHECK_THAT(line, !Contains("secret="));
}

TEST_CASE("many deliveries at once are all stored") {
  Listener listener;
  std::atomic<int> accepted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 20; ++j) {
        const std::string guid = std::to_string(i) + "-" + std::to_string(j);
        if (listener.ask(signed_delivery("secret", guid)) == 202) ++accepted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(accepted == 320);
  CHECK(listener.stored() == 320);
}

TEST_CASE("it listens on a unix socket, which its group may use") {
  const ScratchFolder folder;
  const Listener listener("unix:" + (folder / "socket").string());
  const auto permissions = std::filesystem::status(folder / "socket").permissions();
  CHECK((permissions & std::filesystem::perms::others_all) == std::filesystem::perms::none);
  CHECK(std::filesystem::is_socket(folder / "socket"));
}

TEST_CASE("it takes the place of an old socket, and of nothing else") {
  const ScratchFolder folder;
  const std::string path = (folder / "here").string();
  {
    const Listener first("unix:" + path);
  }
  {
    const Listener second("unix:" + path);
  }
  std::filesystem::remove(path);
  REQUIRE(write_file(path, "kept"));
  Server server(
      {*http::parse_listen_address("unix:" + path), {"secret"}, 1000, 2000},
      [](const store::Delivery&) { return 503; }, [](int, std::string_view) {});
  const auto bound = server.bind();
  REQUIRE_FALSE(bound);
  CHECK_THAT(bound.error().message, Contains(path) && Contains("is not a socket"));
  CHECK(read_file(path).value_or("") == "kept");
}

TEST_CASE("the bodies that are being read at once are bounded") {
  Listener listener;
  std::vector<RawClient> slow;
  for (int i = 0; i < 2; ++i) {
    slow.emplace_back(listener.port);
    slow.back().send(post + "Content-Length: 1000\r\n\r\n{");
  }
  const auto becomes = [&](int status) {
    for (int i = 0; i < 6000; ++i) {
      if (listener.ask(signed_delivery("secret", std::to_string(i))) == status) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  };
  CHECK(becomes(503));
  {
    const std::lock_guard lock(listener.mutex);
    CHECK_THAT(listener.lines.back(), Contains("too much at once"));
  }
  slow.clear();
  CHECK(becomes(202));
}
