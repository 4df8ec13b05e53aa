#include "base/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "base/descriptor.h"

namespace oxbow {
namespace {

constexpr std::size_t printed_limit = std::size_t{1} << 20;
constexpr std::size_t complaints_limit = 4096;

void close_descriptor(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

/// A pipe whose ends are closed unless they were taken.
struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_descriptor(ends[0]);
    close_descriptor(ends[1]);
  }
  explicit operator bool() const { return ends[0] >= 0; }

  std::array<int, 2> ends{};
};

// In the child: nothing here may allocate.
[[noreturn]] void become(char* const* arguments, int input, int output, int errors, int failure,
                         pid_t parent) {
  ::setpgid(0, 0);
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  ::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execvp(arguments[0], arguments);
  const int code = errno;
  [[maybe_unused]] const ssize_t written = ::write(failure, &code, sizeof code);
  ::_exit(127);
}

// A file without a name that holds `text`, to be read from its beginning.
Descriptor file_of(std::string_view text) {
  Descriptor file(::memfd_create("oxbow-input", MFD_CLOEXEC));
  while (file && !text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return Descriptor();
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (file && ::lseek(file.get(), 0, SEEK_SET) != 0) return Descriptor();
  return file;
}

// Adds to `text` what can be read without waiting; closes the descriptor at its end. Who prints
// faster than we read has to wait for the next time.
template <typename Add>
void read_available(int& descriptor, const Add& add) {
  std::array<char, 16384> buffer{};
  for (int turns = 0; descriptor >= 0 && turns < 64; ++turns) {
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got > 0) {
      add(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      close_descriptor(descriptor);
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

// The error number with which it could not become the program, or 0.
int failure_of(Pipe& failure) {
  close_descriptor(failure.ends[1]);
  int code = 0;
  ssize_t got = 0;
  do {
    got = ::read(failure.ends[0], &code, sizeof code);
  } while (got < 0 && errno == EINTR);
  return got == sizeof code ? code : 0;
}

std::unexpected<Error> cannot_start(const std::string& program, int code) {
  return fail(program + " cannot be started: " + std::generic_category().message(code));
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& arguments,
                                         std::string_view input) {
  const Descriptor file = file_of(input);
  if (!file) return cannot_start(arguments.front(), errno);
  Pipe output;
  Pipe errors;
  Pipe failure;
  if (!output || !errors || !failure) return cannot_start(arguments.front(), errno);
  std::vector<char*> words;
  for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);

  const pid_t parent = ::getpid();
  ChildProcess child;
  child.process_ = ::fork();
  if (child.process_ == 0) {
    become(words.data(), file.get(), output.ends[1], errors.ends[1], failure.ends[1], parent);
  }
  if (child.process_ < 0) return cannot_start(arguments.front(), errno);
  child.handle_ = static_cast<int>(::syscall(SYS_pidfd_open, child.process_, 0));
  if (child.handle_ < 0) return cannot_start(arguments.front(), errno);
  if (const int code = failure_of(failure); code != 0) return cannot_start(arguments.front(), code);
  child.output_ = std::exchange(output.ends[0], -1);
  child.errors_ = std::exchange(errors.ends[0], -1);
  ::fcntl(child.output_, F_SETFL, O_NONBLOCK);
  ::fcntl(child.errors_, F_SETFL, O_NONBLOCK);
  return child;
}

ChildProcess::~ChildProcess() {
  if (process_ > 0) {
    kill();
    finish();
  }
  close_descriptor(handle_);
  close_descriptor(output_);
  close_descriptor(errors_);
}

void ChildProcess::read() {
  read_available(output_, [&](std::string_view more) {
    printed_ += more.substr(0, printed_limit - printed_.size());
  });
  read_available(errors_, [&](std::string_view more) {
    complaints_ += more;
    if (complaints_.size() > complaints_limit) {
      complaints_.erase(0, complaints_.size() - complaints_limit);
    }
  });
}

void ChildProcess::terminate() const {
  if (process_ > 0) ::kill(process_, SIGTERM);
}

void ChildProcess::kill() const {
  if (process_ <= 0) return;
  ::kill(-process_, SIGKILL);
  // Where it has not made its group yet.
  ::kill(process_, SIGKILL);
}

int ChildProcess::finish() {
  // The group is killed while its first process is there to be waited for, since until then no
  // other can get its number.
  siginfo_t ended{};
  while (::waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
  ::kill(-process_, SIGKILL);
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  read();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void ChildProcess::swap(ChildProcess& other) noexcept {
  std::swap(process_, other.process_);
  std::swap(handle_, other.handle_);
  std::swap(output_, other.output_);
  std::swap(errors_, other.errors_);
  std::swap(printed_, other.printed_);
  std::swap(complaints_, other.complaints_);
}

}  // namespace oxbow
