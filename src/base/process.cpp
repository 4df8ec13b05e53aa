#include "base/process.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/spawn.h"

namespace oxbow {
namespace {

using Clock = std::chrono::steady_clock;

// Keeps the last `limit` bytes, and never more than twice as many meanwhile.
void append(std::string& output, std::string_view more, std::size_t limit) {
  output += more;
  if (output.size() > 2 * limit) output.erase(0, output.size() - limit);
}

int milliseconds_until(std::optional<Clock::time_point> deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now());
  return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

// Reads what the process prints until it has ended (not until the pipe is closed: what it left
// behind may hold that open).
void follow(const Spawned& spawned, int output, const ProcessRequest& request, ProcessEnd& end) {
  std::optional<Clock::time_point> deadline;
  if (request.timeout) deadline = Clock::now() + *request.timeout;
  std::array<pollfd, 2> watched = {{{output, POLLIN, 0}, {spawned.handle.get(), POLLIN, 0}}};
  std::array<char, 65536> buffer{};
  for (bool ended = false;;) {
    const int ready =
        ::poll(watched.data(), watched.size(), ended ? 0 : milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0 && ended) break;
    if (ready == 0) {
      ::kill(spawned.process, SIGKILL);
      end.timed_out = true;
      deadline.reset();
      continue;
    }
    if (watched[0].revents != 0) {
      const ssize_t got = ::read(output, buffer.data(), buffer.size());
      if (got > 0) {
        append(end.output, {buffer.data(), static_cast<std::size_t>(got)}, request.output_limit);
        continue;
      }
      watched[0].fd = -1;
    }
    if (watched[1].revents != 0) {
      ended = true;
      watched[1].fd = -1;
    }
    if (ended && watched[0].fd < 0) break;
  }
}

}  // namespace

Result<ProcessEnd> run_process(const ProcessRequest& request) {
  TRY_ASSIGN(Pipe pipe, open_pipe());
  TRY_ASSIGN(const Spawned spawned, spawn({.arguments = request.arguments,
                                           .environment = request.environment,
                                           .directory = request.directory,
                                           .output = pipe.write.get(),
                                           .errors = pipe.write.get()}));
  pipe.write.close();
  ProcessEnd end;
  follow(spawned, pipe.read.get(), request, end);
  end.status = wait_for_process(spawned.process);
  if (end.output.size() > request.output_limit) {
    end.output.erase(0, end.output.size() - request.output_limit);
  }
  return end;
}

}  // namespace oxbow
