#include "cli/service.h"

#include <catch2/catch.hpp>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "base/file.h"
#include "base/spawn.h"
#include "tests/scratch_folder.h"

using namespace oxbow;
using cli::Service;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

/// A service that is a shell script, which writes its pid into a file.
struct ServiceFixture {
  Service started(const std::string& script) const {
    auto service = Service::start("the script", {"/bin/sh", "-c",
                                                 script + "\necho $$ >" + pid_file.string() +
                                                     "; while :; do sleep 0.02; done"});
    INFO((service ? "" : service.error().message));
    REQUIRE(service);
    return *std::move(service);
  }

  pid_t pid() const {
    for (int i = 0; i < 3000; ++i) {
      const auto text = read_file(pid_file);
      if (text && text->ends_with('\n')) return std::stoi(*text);
      std::this_thread::sleep_for(milliseconds(10));
    }
    FAIL("it did not start");
    return -1;
  }

  ScratchFolder scratch;
  std::filesystem::path pid_file = scratch.path() / "pid";
};

bool is_alive(pid_t process) { return ::kill(process, 0) == 0; }

}  // namespace

TEST_CASE_METHOD(ServiceFixture, "a service ends when it is asked to") {
  Service service = started("");
  const pid_t process = pid();
  CHECK(service.name() == "the script");
  CHECK_FALSE(service.has_ended());
  CHECK(is_alive(process));
  service.ask_to_end();
  service.wait(steady_clock::now() + std::chrono::minutes(5));
  CHECK(service.has_ended());
  CHECK_FALSE(is_alive(process));
}

TEST_CASE_METHOD(ServiceFixture, "a service that does not end in time is killed") {
  Service service = started("trap '' TERM");
  const pid_t process = pid();
  service.ask_to_end();
  service.wait(steady_clock::now() + milliseconds(100));
  CHECK(service.has_ended());
  CHECK_FALSE(is_alive(process));
}

TEST_CASE_METHOD(ServiceFixture, "a service goes with its object, not with one it was moved from") {
  pid_t process = -1;
  {
    Service service = started("");
    process = pid();
    {
      const Service moved = std::move(service);
      CHECK(is_alive(process));
    }
    CHECK_FALSE(is_alive(process));
  }
}

TEST_CASE_METHOD(ServiceFixture, "a service is asked to end when whoever started it dies") {
  const pid_t us = ::fork();
  if (us == 0) {
    const Service service =
        started("trap 'echo asked >" + scratch.path().string() + "/asked; exit' TERM");
    ::pause();
    ::_exit(1);
  }
  pid();
  ::kill(us, SIGKILL);
  wait_for_process(us);
  for (int i = 0; i < 3000 && !is_there(scratch.path() / "asked"); ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  CHECK(is_there(scratch.path() / "asked"));
}

TEST_CASE("a service that cannot be started is an error that names its program") {
  const auto service = Service::start("it", {"/no/such/program"});
  REQUIRE_FALSE(service);
  CHECK(service.error().message == "/no/such/program cannot be started: No such file or directory");
}
