#include "base/spawn.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace oxbow {
namespace {

constexpr int first_beyond_streams = 3;

std::string reason(int code) { return std::generic_category().message(code); }

// All signals, so that none of our handlers runs in the child.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

// What the child tells when it cannot become the program.
struct Failure {
  int code = 0;
  bool of_directory = false;
};

// What the child needs, made before the fork: after it nothing may allocate.
struct Child {
  const SpawnRequest& request;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  int failure;
  pid_t parent;

  [[noreturn]] void become() const {
    const int tell = ::fcntl(failure, F_DUPFD_CLOEXEC, first_beyond_streams);
    if (request.own_group) ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, request.death_signal);
    if (::getppid() != parent) ::_exit(127);
    take_streams(request.input, request.output, request.errors);
    ::close_range(first_beyond_streams, ~0U, CLOSE_RANGE_CLOEXEC);
    Failure why;
    if (!request.directory.empty() && ::chdir(request.directory.c_str()) != 0) {
      why = {errno, true};
    } else {
      reset_signals();
      ::execvpe(arguments[0], arguments.data(), request.environment ? environment.data() : environ);
      why = {errno, false};
    }
    [[maybe_unused]] const ssize_t written = ::write(tell, &why, sizeof why);
    ::_exit(127);
  }
};

// Waits until the child is the program, or has told why it cannot be.
Failure failure_told(Pipe& pipe) {
  pipe.write.close();
  Failure told;
  ssize_t got = 0;
  do {
    got = ::read(pipe.read.get(), &told, sizeof told);
  } while (got < 0 && errno == EINTR);
  return got == sizeof told ? told : Failure{};
}

}  // namespace

Result<Spawned> spawn(const SpawnRequest& request) {
  const auto cannot_start = [&](const std::string& why) {
    return fail(request.arguments.front() + " cannot be started: " + why);
  };
  auto pipe = open_pipe();
  if (!pipe) return cannot_start(pipe.error().message);
  const auto environment =
      request.environment ? exec_words(*request.environment) : std::vector<char*>{};
  const Child child{request, exec_words(request.arguments), environment, pipe->write.get(),
                    ::getpid()};
  Spawned spawned;
  {
    const BlockedSignals blocked;
    spawned.process = ::fork();
    if (spawned.process == 0) child.become();
  }
  if (spawned.process < 0) return cannot_start(reason(errno));
  auto handle = open_process(spawned.process);
  const Failure failure = failure_told(*pipe);
  if (handle && failure.code == 0) {
    spawned.handle = *std::move(handle);
    return spawned;
  }
  ::kill(spawned.process, SIGKILL);
  wait_for_process(spawned.process);
  if (failure.of_directory) return cannot_start(request.directory + ": " + reason(failure.code));
  return cannot_start(failure.code != 0 ? reason(failure.code) : handle.error().message);
}

Result<Pipe> open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail("a pipe cannot be made: " + reason(errno));
  }
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

Result<Descriptor> open_process(pid_t process) {
  Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
  if (!handle) return fail("pidfd_open: " + reason(errno));
  return handle;
}

int wait_for_process(pid_t process) {
  int status = 0;
  pid_t waited = 0;
  do {
    waited = ::waitpid(process, &status, 0);
  } while (waited < 0 && errno == EINTR);
  if (waited != process) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::vector<char*> exec_words(const std::vector<std::string>& texts) {
  std::vector<char*> words;
  words.reserve(texts.size() + 1);
  for (const std::string& text : texts) words.push_back(const_cast<char*>(text.c_str()));
  words.push_back(nullptr);
  return words;
}

void take_streams(int input, int output, int errors) {
  // Away from the places of the streams first, lest one takes the place of another.
  const auto moved = [](int descriptor) {
    return descriptor < 0 ? -1 : ::fcntl(descriptor, F_DUPFD_CLOEXEC, first_beyond_streams);
  };
  const int nothing = input < 0 ? ::open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
  const std::array<int, 3> streams = {moved(input < 0 ? nothing : input), moved(output),
                                      moved(errors)};
  for (int place = 0; place < first_beyond_streams; ++place) {
    if (streams[static_cast<std::size_t>(place)] >= 0) {
      ::dup2(streams[static_cast<std::size_t>(place)], place);
    }
  }
}

void reset_signals() {
  struct sigaction as_usual{};
  as_usual.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action{};
    if (::sigaction(number, nullptr, &action) != 0) continue;
    // What our caller has ignored, as nohup does, stays so.
    if (action.sa_handler == SIG_IGN && number != SIGPIPE) continue;
    if (action.sa_handler != SIG_DFL) ::sigaction(number, &as_usual, nullptr);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace oxbow
