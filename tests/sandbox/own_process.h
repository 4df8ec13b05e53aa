#pragma once

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

namespace oxbow::sandbox {

/// OwnProcess runs a test's code in a process of its own, which waits when it is done, until it is
/// killed: at the latest with this object. Nothing in it may use Catch.
class OwnProcess {
 public:
  /// Returns when `code` is done. It returns what went wrong, or else "".
  template <typename Code>
  explicit OwnProcess(const Code& code) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const std::string trouble = code();
      static_cast<void>(!::write(ends[1], trouble.data(), trouble.size()));
      ::close(ends[1]);
      for (;;) ::pause();
    }
    ::close(ends[1]);
    std::array<char, 4096> text{};
    for (ssize_t got = 0; (got = ::read(ends[0], text.data(), text.size())) > 0;) {
      trouble_.append(text.data(), static_cast<std::size_t>(got));
    }
    ::close(ends[0]);
    REQUIRE(process_ > 0);
  }
  OwnProcess(const OwnProcess&) = delete;
  OwnProcess& operator=(const OwnProcess&) = delete;
  ~OwnProcess() { end(); }

  pid_t id() const { return process_; }
  const std::string& trouble() const { return trouble_; }

  /// Kills it, and waits until it is gone. Returns the status that waitpid gives.
  int end() {
    int status = 0;
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, &status, 0);
    }
    process_ = -1;
    return status;
  }

 private:
  pid_t process_ = -1;
  std::string trouble_;
};

/// Whether a case that needs root can run. Says so if it cannot.
inline bool have_root() {
  if (::geteuid() == 0) return true;
  WARN("SKIPPED: this needs root");
  return false;
}

}  // namespace oxbow::sandbox
