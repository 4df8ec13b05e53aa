#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "base/file.h"
#include "store/database.h"
#include "tests/e2e/program.h"

using namespace oxbow;
using namespace oxbow::e2e;
using Catch::Matchers::Contains;

namespace {

sockaddr_in local_address(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int free_port() {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = local_address(0);
  socklen_t size = sizeof address;
  REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin_port);
}

/// A program that goes on until it is told to end.
class Service {
 public:
  Service(std::vector<std::string> words, const std::filesystem::path& log,
          const char* preloaded = nullptr)
      : log_(log) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    process_ = ::fork();
    REQUIRE(process_ >= 0);
    if (process_ == 0) {
      ::setenv("OXBOW_WEBHOOK_SECRET", "secret", 1);
      ::setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
      if (preloaded != nullptr) ::setenv("LD_PRELOAD", preloaded, 1);
      const int descriptor = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
      ::dup2(descriptor, STDOUT_FILENO);
      ::dup2(descriptor, STDERR_FILENO);
      for (const int number : {SIGINT, SIGTERM}) ::signal(number, SIG_DFL);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

  /// Goes on until the service takes a connection; it must not have ended.
  void connect(int port) const {
    const sockaddr_in address = local_address(port);
    for (int i = 0; i < 6000; ++i) {
      const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
          0) {
        return;
      }
      siginfo_t ended{};
      ::waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOHANG | WNOWAIT);
      if (ended.si_pid != 0) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL("nobody listens: " << text());
  }

  void ask_to_end() const { ::kill(process_, SIGTERM); }

  /// Its exit code; 128 + the number of the signal that ended it; -1 if it goes on for a minute.
  int code() {
    int status = 0;
    for (int i = 0; i < 6000; ++i) {
      if (::waitpid(process_, &status, WNOHANG) == process_) {
        process_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return -1;
  }

  std::string text() const { return read_file(log_).value_or(""); }

 private:
  std::filesystem::path log_;
  pid_t process_ = -1;
};

/// What each of the three that listen is started with.
struct Place {
  Place() {
    repo::write_file(configuration,
                     "version = 1\n[store]\nfile = \"" + (folder / "store").string() +
                         "\"\n[webhook]\nlisten = \"127.0.0.1:" + std::to_string(port) +
                         "\"\n[pages]\nlisten = \"127.0.0.1:" + std::to_string(port) +
                         "\"\n[github]\ndry_run = true\n[worker]\nmirrors = \"" +
                         (folder / "mirrors").string() +
                         "\"\nbuild = false\n[[repository]]\nname = \"o/r\"\n"
                         "branches = [\"main\"]\n  [[repository.target]]\n"
                         "  compiler = \"ocaml.5.2.0\"\n"
                         "  platform = \"debian-12-x86_64\"\n");
    // What the pages read is made by the others.
    REQUIRE(store::Database::open(folder / "store", store::Database::Access::read_write));
  }

  std::vector<std::string> listener() const {
    return {OXBOW_WEBHOOK_PROGRAM, "--config", configuration.string()};
  }
  std::vector<std::string> pages() const {
    return {OXBOW_PROGRAM, "pages", "--config", configuration.string()};
  }
  std::vector<std::string> setup() const {
    return {OXBOW_PROGRAM,       "setup",    "--repository", "o/r",    "--url",
            "https://x.example", "--folder", made.path(),    "--port", std::to_string(port)};
  }

  ScratchFolder folder;
  ScratchFolder made;
  int port = free_port();
  std::filesystem::path configuration = folder / "oxbow.toml";
};

}  // namespace

TEST_CASE("what can take no connection any more says why, and ends as failed") {
  const Place place;
  for (const auto& words : {place.listener(), place.pages(), place.setup()}) {
    INFO(words[0] << " " << words[1]);
    Service service(words, place.folder / "log", OXBOW_FAILING_ACCEPT);
    service.connect(place.port);
    CHECK(service.code() == 2);
    INFO(service.text());
    CHECK_THAT(service.text(),
               Contains("no connection can be taken any more: Too many open files"));
  }
}

TEST_CASE("SIGTERM ends those that serve, and that is not a failure") {
  const Place place;
  for (const auto& words : {place.listener(), place.pages()}) {
    INFO(words[0] << " " << words[1]);
    Service service(words, place.folder / "log");
    service.connect(place.port);
    service.ask_to_end();
    CHECK(service.code() == 0);
  }
}

TEST_CASE("a worker without its store ends at once and says why") {
  const Place place;
  std::filesystem::remove(place.folder / "store");
  std::filesystem::create_directory(place.folder / "store");
  Service service({OXBOW_PROGRAM, "worker", "--dry-run", "--config", place.configuration.string()},
                  place.folder / "log");
  CHECK(service.code() == 2);
  CHECK_THAT(service.text(), Contains((place.folder / "store").string()));
}
