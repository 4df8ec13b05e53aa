#include "base/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "base/file.h"
#include "base/spawn.h"

namespace oxbow {
namespace {

constexpr std::size_t printed_limit = std::size_t{1} << 20;
constexpr std::size_t complaints_limit = 4096;

// A file without a name that holds `text`, to be read from its beginning.
Descriptor file_of(std::string_view text) {
  Descriptor file(::memfd_create("oxbow-input", MFD_CLOEXEC));
  const bool whole = file && write_all(file.get(), text) && ::lseek(file.get(), 0, SEEK_SET) == 0;
  return whole ? std::move(file) : Descriptor();
}

// Adds to `text` what can be read without waiting; closes the descriptor at its end. Who prints
// faster than we read has to wait for the next time.
template <typename Add>
void read_available(Descriptor& descriptor, const Add& add) {
  std::array<char, 16384> buffer{};
  for (int turns = 0; descriptor && turns < 64; ++turns) {
    const ssize_t got = ::read(descriptor.get(), buffer.data(), buffer.size());
    if (got > 0) {
      add(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      descriptor.close();
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& arguments,
                                         std::string_view input) {
  const Descriptor file = file_of(input);
  if (!file) return fail(system_message("the input of " + arguments.front(), errno));
  TRY_ASSIGN(Pipe output, open_pipe());
  TRY_ASSIGN(Pipe errors, open_pipe());
  TRY_ASSIGN(Spawned spawned, spawn({.arguments = arguments,
                                     .input = file.get(),
                                     .output = output.write.get(),
                                     .errors = errors.write.get(),
                                     .own_group = true}));
  ::fcntl(output.read.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(errors.read.get(), F_SETFL, O_NONBLOCK);
  ChildProcess child;
  child.process_ = spawned.process;
  child.handle_ = std::move(spawned.handle);
  child.output_ = std::move(output.read);
  child.errors_ = std::move(errors.read);
  return child;
}

ChildProcess::~ChildProcess() {
  if (process_ > 0) {
    kill();
    finish();
  }
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
  if (process_ > 0) ::kill(-process_, SIGKILL);
}

int ChildProcess::finish() {
  // The group is killed while its first process is there to be waited for, since until then no
  // other can get its number.
  siginfo_t ended{};
  while (::waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
  ::kill(-process_, SIGKILL);
  const int status = wait_for_process(std::exchange(process_, -1));
  read();
  return status;
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
