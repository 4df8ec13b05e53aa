#include "fetch/socket_guard.h"

#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "base/descriptor.h"
#include "tests/fetch/web_server.h"

using namespace oxbow;
using namespace oxbow::fetch;
using namespace std::chrono_literals;

namespace {

Descriptor connected(const WebServer& server) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(server.port()));
  REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
          0);
  return socket;
}

void ask(const Descriptor& socket) {
  constexpr std::string_view request = "GET / HTTP/1.1\r\n\r\n";
  REQUIRE(::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size()));
}

// Reads to the end, slowly; how many bytes that were.
std::size_t read_all(const Descriptor& socket) {
  std::size_t all = 0;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::recv(socket.get(), buffer, sizeof buffer, 0)) > 0;) {
    all += static_cast<std::size_t>(got);
    if (all % (1U << 20U) < sizeof buffer) std::this_thread::sleep_for(20ms);
  }
  return all;
}

}  // namespace

TEST_CASE("what comes faster than it is read is no flood of headers") {
  const std::string answer = ok(std::string(200'000, 'x'));
  const WebServer server(
      [&](const std::string&, const Connection& connection) { connection.send(answer); });
  SocketGuard guard(std::chrono::steady_clock::now() + 60s);
  const Descriptor socket = connected(server);
  guard.take(socket.get());
  ask(socket);
  std::this_thread::sleep_for(100ms);  // the guard looks several times
  guard.headers_are_in();
  CHECK(read_all(socket) == answer.size());
}

TEST_CASE("headers that do not end are a flood") {
  const std::string line = "X: " + std::string(1000, 'x') + "\r\n";
  const WebServer server([&](const std::string&, const Connection& connection) {
    while (!connection.stopped() && connection.send(line)) {
    }
  });
  SocketGuard guard(std::chrono::steady_clock::now() + 60s);
  const Descriptor socket = connected(server);
  guard.take(socket.get());
  ask(socket);
  CHECK(read_all(socket) < 64U << 20U);
}
