#include "base/interruption.h"

#include <catch2/catch.hpp>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <stop_token>

using namespace oxbow;

namespace {

bool readable(int descriptor) {
  pollfd watched{descriptor, POLLIN, 0};
  return ::poll(&watched, 1, 0) == 1;
}

/// What becomes of a process of ours: its exit code, or 128 + the signal.
template <typename Work>
int status_of(const Work& work) {
  const pid_t process = ::fork();
  if (process == 0) {
    // Not the test program's own handlers.
    for (const int number : {SIGINT, SIGTERM}) ::signal(number, SIG_DFL);
    ::_exit(work());
  }
  int status = 0;
  REQUIRE(::waitpid(process, &status, 0) == process);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("a signal is noted and can be waited for") {
  const int number = GENERATE(SIGINT, SIGTERM);
  const Interruption interruption;
  CHECK_FALSE(interruption.requested());
  CHECK_FALSE(readable(interruption.descriptor()));
  ::raise(number);
  CHECK(interruption.requested());
  CHECK(readable(interruption.descriptor()));
}

TEST_CASE("a second signal ends the program") {
  CHECK(status_of([] {
          const Interruption interruption;
          ::raise(SIGTERM);
          ::raise(SIGINT);
          return 0;
        }) == 128 + SIGINT);
}

TEST_CASE("afterwards signals do what they did before") {
  CHECK(status_of([] {
          {
            const Interruption interruption;
          }
          ::raise(SIGTERM);
          return 0;
        }) == 128 + SIGTERM);
}

TEST_CASE("what was ignored stays ignored") {
  CHECK(status_of([] {
          ::signal(SIGINT, SIG_IGN);
          const Interruption interruption;
          ::raise(SIGINT);
          return interruption.requested() ? 1 : 0;
        }) == 0);
}

TEST_CASE("a stop is requested when the signal comes") {
  const Interruption interruption;
  const StopOnInterruption stop(interruption);
  std::promise<void> stopped;
  const std::stop_callback callback(stop.token(), [&] { stopped.set_value(); });
  CHECK_FALSE(stop.token().stop_requested());
  ::raise(SIGTERM);
  CHECK(stopped.get_future().wait_for(std::chrono::minutes(1)) == std::future_status::ready);
}

TEST_CASE("what waits for a signal ends without one") {
  const Interruption interruption;
  std::stop_token token;
  {
    const StopOnInterruption stop(interruption);
    token = stop.token();
  }
  CHECK_FALSE(token.stop_requested());
}
