#include "cli/service.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <thread>

namespace oxbow::cli {

Result<Service> Service::start(const std::vector<std::string>& command) {
  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t process = ::fork();
  if (process < 0) {
    return fail(command.front() + ": " + std::generic_category().message(errno));
  }
  if (process == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() == parent) ::execvp(words.front(), words.data());
    ::_exit(127);
  }
  return Service(command.size() > 1 && !command[1].starts_with("-")
                     ? command.front() + " " + command[1]
                     : command.front(),
                 process);
}

Service::~Service() { wait(std::chrono::steady_clock::now()); }

bool Service::has_ended() {
  if (process_ != 0 && ::waitpid(process_, nullptr, WNOHANG) == process_) process_ = 0;
  return process_ == 0;
}

void Service::ask_to_end() const {
  if (process_ != 0) ::kill(process_, SIGTERM);
}

void Service::wait(std::chrono::steady_clock::time_point deadline) {
  while (!has_ended() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (process_ == 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = 0;
}

}  // namespace oxbow::cli
