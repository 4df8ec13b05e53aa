#include <catch2/catch.hpp>
#include <poll.h>
#include <pty.h>
#include <signal.h>

#include <array>
#include <thread>

#include "tests/real/running.h"

namespace oxbow::real {
namespace {

using Catch::Matchers::Contains;
using std::chrono::steady_clock;

const std::string build_folder = "/home/opam/.opam/default/.opam-switch/build/bad.1";

// A person at a terminal of their own.
class Person {
 public:
  explicit Person(Texts arguments) {
    std::vector<char*> words = {const_cast<char*>(OXBOW_PROGRAM)};
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    process_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (process_ == 0) {
      ::execv(OXBOW_PROGRAM, words.data());
      ::_exit(127);
    }
    REQUIRE(process_ > 0);
  }
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;
  ~Person() {
    ::close(terminal_);
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

  void type(std::string_view keys) const {
    REQUIRE(::write(terminal_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
  }

  // Reads until it has seen `text`, from where it was.
  void see(const std::string& text) {
    const auto deadline = steady_clock::now() + longest;
    std::size_t at = std::string::npos;
    while ((at = seen_.find(text, read_)) == std::string::npos && more(deadline)) {
    }
    INFO("waits for '" << text << "' in: " << seen_);
    REQUIRE(at != std::string::npos);
    read_ = at + text.size();
  }

  int leave() {
    const auto deadline = steady_clock::now() + longest;
    while (more(deadline)) {
    }
    INFO("does not end: " << seen_);
    REQUIRE(steady_clock::now() < deadline);
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  bool more(steady_clock::time_point deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    pollfd waiting{terminal_, POLLIN, 0};
    if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) <= 0) return false;
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(terminal_, buffer.data(), buffer.size());
    if (got <= 0) return false;
    seen_.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }

  int terminal_ = -1;
  pid_t process_ = -1;
  std::string seen_;
  std::size_t read_ = 0;
};

TEST_CASE("a shell shows where a build failed, and leaves nothing") {
  const Overlay overlay(Overlay::Begin::empty);
  overlay.package("low.1", "build: [\"true\"]\n");
  overlay.propose();
  overlay.package("bad.1",
                  "depends: [\"low\"]\n"
                  "build: [\"sh\" \"-c\" \"echo clue > found-here; echo broken; exit 2\"]\n");
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const Cache cache;
      const e2e::Program program;
      REQUIRE(program
                  .run(overlay.arguments(
                      {"check", "--cache", cache.path().string(), "--sandbox", sandbox}))
                  .code == 1);
      const auto before = whole_layers(cache);
      const Texts shell = {"shell", "--cache", cache.path().string(), "--sandbox", sandbox, "bad"};
      CHECK_THAT(program.error(shell), Contains("needs a terminal"));

      Person person(shell);
      person.see("broken");
      person.see("'exit' leaves nothing behind.");
      person.see("$ ");
      person.type("pwd; cat found-here\n");
      person.see(build_folder);
      person.see("clue");
      person.see("$ ");
      // Somebody who collects meanwhile takes away nothing that is looked at.
      const Texts gc = {"cache", "gc", "--cache", cache.path().string(), "--max-size", "0"};
      CHECK(program.run(gc).code == 0);
      CHECK(whole_layers(cache) == before);
      person.type("cat found-here; id -u\n");
      person.see("clue");
      person.see("1000");
      person.see("$ ");
      // A person's Ctrl-C does not end it. What was typed before is dropped by the terminal.
      person.type("\x03");
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      person.type("\n");
      person.see("$ ");
      person.type("exit\n");
      CHECK(person.leave() == 0);

      CHECK(left_over(cache.path()) == Texts{});
      CHECK(names_with(cache, ".draft-") == Texts{});
      CHECK(names_with(cache, ".lease-") == Texts{});
      CHECK(whole_layers(cache) == before);
      CHECK(wrong_in(cache) == Texts{});
    }
  }
}

TEST_CASE("a shell whose terminal goes away leaves nothing alive") {
  const Overlay overlay(Overlay::Begin::empty);
  overlay.package("anchor.1");
  overlay.propose();
  overlay.package("bad.1", "build: [\"false\"]\n");
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const Cache cache;
      const e2e::Program program;
      const std::string at = cache.path().string();
      REQUIRE(program.run(overlay.arguments({"check", "--cache", at, "--sandbox", sandbox})).code ==
              1);
      {
        Person person({"shell", "--cache", at, "--sandbox", sandbox, "bad"});
        person.see("$ ");
      }
      CHECK(left_alive(cache.path()) == Texts{});
    }
  }
}

}  // namespace
}  // namespace oxbow::real
