#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace oxbow {
namespace {

using Clock = std::chrono::steady_clock;

// What execve wants.
std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// In the child: nothing here may allocate.
[[noreturn]] void become(const ProcessRequest& request, char* const* arguments,
                         char* const* environment, int output, pid_t parent) {
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  ::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (request.directory.empty() || ::chdir(request.directory.c_str()) == 0) {
    ::execvpe(arguments[0], arguments, environment);
  }
  ::_exit(127);
}

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
void follow(pid_t process, int output, const ProcessRequest& request, ProcessEnd& end) {
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
  std::optional<Clock::time_point> deadline;
  if (request.timeout) deadline = Clock::now() + *request.timeout;
  std::array<pollfd, 2> watched = {{{output, POLLIN, 0}, {handle, POLLIN, 0}}};
  std::array<char, 65536> buffer{};
  for (bool ended = false;;) {
    const int ready =
        ::poll(watched.data(), watched.size(), ended ? 0 : milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0 && ended) break;
    if (ready == 0) {
      ::kill(process, SIGKILL);
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
  ::close(handle);
}

}  // namespace

Result<ProcessEnd> run_process(const ProcessRequest& request) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    return fail("no pipe can be made: " + std::generic_category().message(errno));
  }
  const std::vector<char*> arguments = pointers(request.arguments);
  const std::vector<char*> environment =
      request.environment ? pointers(*request.environment) : std::vector<char*>{};
  const pid_t parent = ::getpid();
  const pid_t process = ::fork();
  if (process == 0) {
    become(request, arguments.data(), request.environment ? environment.data() : environ, pipe[1],
           parent);
  }
  ::close(pipe[1]);
  ProcessEnd end;
  if (process > 0) follow(process, pipe[0], request, end);
  ::close(pipe[0]);
  int status = 0;
  if (process < 0 || ::waitpid(process, &status, 0) != process) {
    return fail(request.arguments.front() + " cannot be started");
  }
  end.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (end.output.size() > request.output_limit) {
    end.output.erase(0, end.output.size() - request.output_limit);
  }
  if (end.status == 127 && end.output.empty()) {
    return fail(request.arguments.front() + " cannot be started: is it installed?");
  }
  return end;
}

}  // namespace oxbow
