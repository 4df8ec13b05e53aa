#include "cli/service.h"

#include <poll.h>
#include <signal.h>

#include <algorithm>

namespace oxbow::cli {

Result<Service> Service::start(std::string name, const std::vector<std::string>& command) {
  TRY_ASSIGN(auto spawned, spawn({.arguments = command, .death_signal = SIGTERM}));
  return Service(std::move(name), std::move(spawned));
}

Service::~Service() { wait(std::chrono::steady_clock::now()); }

bool Service::ends_within(int milliseconds) {
  pollfd watched{handle_.get(), POLLIN, 0};
  if (process_ > 0 && ::poll(&watched, 1, milliseconds) > 0) {
    wait_for_process(std::exchange(process_, -1));
  }
  return process_ < 0;
}

bool Service::has_ended() { return ends_within(0); }

void Service::ask_to_end() const {
  if (process_ > 0) ::kill(process_, SIGTERM);
}

void Service::wait(std::chrono::steady_clock::time_point deadline) {
  using std::chrono::milliseconds;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    if (ends_within(static_cast<int>(std::clamp<long>(left.count(), 0, 60'000)))) return;
    if (left.count() <= 0) break;
  }
  ::kill(process_, SIGKILL);
  wait_for_process(std::exchange(process_, -1));
}

}  // namespace oxbow::cli
