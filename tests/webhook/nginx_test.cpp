#include <catch2/catch.hpp>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/free_port.h"
#include "tests/repo/scratch_repository.h"
#include "tests/webhook/raw_client.h"

using namespace oxbow;
using namespace oxbow::webhook;
namespace fs = std::filesystem;

namespace {

[[maybe_unused]] constexpr std::size_t most_kilobytes = 64 * 1024;

// A program that ends with the test.
class Running {
 public:
  explicit Running(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    process_ = ::fork();
    REQUIRE(process_ >= 0);
    if (process_ == 0) {
      ::setenv("OXBOW_WEBHOOK_SECRET", "secret", 1);
      ::freopen("/dev/null", "w", stderr);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }

  // The most memory it ever had.
  std::size_t most_memory() const {
    std::ifstream status("/proc/" + std::to_string(process_) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6));
    }
    return 0;
  }

 private:
  pid_t process_;
};

// The shipped limits and zones, with the test's ports in place of the site's.
std::string nginx_configuration(const fs::path& folder, int port, int webhook) {
  std::ifstream site(OXBOW_CONFIG "/nginx/oxbow.conf");
  std::stringstream text;
  text << "daemon off;\nmaster_process off;\npid " << (folder / "pid").string() << ";\nerror_log "
       << (folder / "error").string()
       << ";\nevents { worker_connections 512; }\nhttp {\naccess_log off;\n";
  for (const char* const kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text << kind << "_temp_path " << (folder / kind).string() << ";\n";
  }
  for (std::string line; std::getline(site, line);) {
    if (line.starts_with("limit_")) text << line << "\n";
  }
  text << "upstream oxbow_webhook { server 127.0.0.1:" << webhook << "; }\n"
       << "upstream oxbow_pages { server 127.0.0.1:" << webhook << "; }\n"
       << "server { listen 127.0.0.1:" << port << ";\ninclude " OXBOW_CONFIG
       << "/nginx/limits.conf;\n}\n}\n";
  return text.str();
}

struct Site {
  Site() {
    repo::write_file(folder / "oxbow.toml",
                     "version = 1\n[store]\nfile = \"" + (folder / "store").string() +
                         "\"\n[webhook]\nlisten = \"127.0.0.1:" + std::to_string(webhook_port) +
                         "\"\n");
    repo::write_file(folder / "nginx.conf", nginx_configuration(folder.path(), port, webhook_port));
    webhook.emplace(std::vector<std::string>{OXBOW_WEBHOOK_PROGRAM, "--config",
                                             (folder / "oxbow.toml").string()});
    nginx.emplace(
        std::vector<std::string>{"/usr/sbin/nginx", "-c", (folder / "nginx.conf").string()});
    for (int i = 0; i < 15'000 && deliver() != 202; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  int deliver() {
    RawClient client(port);
    client.send(signed_delivery("secret", "honest-" + std::to_string(++delivered)));
    return client.status();
  }

  // After an attack, and during one: honest deliveries are taken, and memory is bounded.
  void stands() {
    CHECK(deliver() == 202);
    CHECK(webhook->most_memory() > 0);
#ifndef __SANITIZE_ADDRESS__  // which has memory of its own
    CHECK(webhook->most_memory() < most_kilobytes);
#endif
  }

  ScratchFolder folder;
  int port = tests::free_port();
  int webhook_port = tests::free_port();
  std::optional<Running> webhook;
  std::optional<Running> nginx;
  int delivered = 0;
};

}  // namespace

TEST_CASE("behind the shipped site no attack takes memory or holds honest deliveries up") {
  if (!fs::exists("/usr/sbin/nginx")) {
    FAIL("nginx is missing; scripts/setup --test installs it");
  }
  Site site;
  site.stands();
  const std::string start = "POST /webhook HTTP/1.1\r\nHost: a\r\n";
  const std::string megabyte(1'000'000, 'a');

  SECTION("headers without end") {
    RawClient client(site.port);
    client.send(start);
    client.flood("X-Filler: " + std::string(1000, 'a') + "\r\n", 200'000);
    site.stands();
  }
  SECTION("one header without end") {
    RawClient client(site.port);
    client.send(start + "X: ");
    client.flood(megabyte, 200);
    site.stands();
  }
  SECTION("chunks without end") {
    RawClient client(site.port);
    client.send(start + "Transfer-Encoding: chunked\r\n\r\n");
    client.flood("f4240\r\n" + megabyte + "\r\n", 200);
    site.stands();
  }
  SECTION("a chunk of negative size") {
    RawClient client(site.port);
    client.send(start + "Transfer-Encoding: chunked\r\n\r\n-2\r\nabc\r\n0\r\n\r\n");
    CHECK(client.status() == 400);
    site.stands();
  }
  SECTION("a body without a length") {
    RawClient client(site.port);
    client.send(start + "\r\n");
    client.flood(megabyte, 50);
    site.stands();
  }
  SECTION("bodies as large as GitHub's, many at once and none of them signed") {
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&] {
        RawClient client(site.port);
        client.send(
            "POST /webhook HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            "X-GitHub-Event: push\r\nX-GitHub-Delivery: x\r\n"
            "X-Hub-Signature-256: sha256=0\r\nContent-Length: 25000000\r\n\r\n");
        client.flood(megabyte, 25);
        client.status();
      });
    }
    site.stands();
    for (std::thread& thread : threads) thread.join();
    site.stands();
  }
  SECTION("thirty that never come to an end") {
    std::vector<std::unique_ptr<RawClient>> slow;
    for (int i = 0; i < 30; ++i) {
      slow.push_back(std::make_unique<RawClient>(site.port));
      slow.back()->send(start + "X: ");
    }
    for (int second = 0; second < 3; ++second) {
      for (const auto& client : slow) client->send("a");
      site.stands();
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  }
}
