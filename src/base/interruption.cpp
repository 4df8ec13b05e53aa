#include "base/interruption.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace oxbow {
namespace {

constexpr std::array signals = {SIGINT, SIGTERM};

// A handler of signals is given nothing, so this is where it finds what to do.
std::atomic<bool> came = false;
std::atomic<int> event = -1;
std::array<struct sigaction, signals.size()> former{};

static_assert(std::atomic<int>::is_always_lock_free);

void handle(int /*number*/) {
  const int code = errno;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    if (former[i].sa_handler != SIG_IGN) ::signal(signals[i], SIG_DFL);
  }
  came = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(event, &one, sizeof one);
  errno = code;
}

}  // namespace

Interruption::Interruption() {
  came = false;
  event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action{};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    ::sigaction(signals[i], nullptr, &former[i]);
    if (former[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &action, nullptr);
  }
}

Interruption::~Interruption() {
  for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &former[i], nullptr);
  if (const int descriptor = event.exchange(-1); descriptor >= 0) ::close(descriptor);
}

bool Interruption::requested() const { return came; }
int Interruption::descriptor() const { return event; }

StopOnInterruption::StopOnInterruption(const Interruption& interruption)
    : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this, &interruption](const std::stop_token& ending) {
        // Now and then it looks by itself, in case there is a descriptor too few.
        std::array<pollfd, 2> watched{
            {{interruption.descriptor(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
        while (!ending.stop_requested() && !interruption.requested()) {
          ::poll(watched.data(), watched.size(), 1000);
        }
        if (interruption.requested()) source_.request_stop();
      }) {}

StopOnInterruption::~StopOnInterruption() {
  thread_.request_stop();
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

}  // namespace oxbow
