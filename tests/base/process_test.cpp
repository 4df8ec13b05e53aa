#include "base/process.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "base/child_process.h"
#include "base/spawn.h"

using namespace oxbow;
using Catch::Matchers::Contains;

namespace {

ProcessEnd ran(const std::string& script, std::size_t output_limit = 1000) {
  const auto end =
      run_process({.arguments = {"/bin/sh", "-c", script}, .output_limit = output_limit});
  INFO((end ? "" : end.error().message));
  REQUIRE(end);
  return *end;
}

/// What `ask` returns in a process of its own.
template <typename Ask>
std::string answer_elsewhere(const Ask& ask) {
  auto pipe = open_pipe();
  REQUIRE(pipe);
  const pid_t process = ::fork();
  if (process == 0) {
    const std::string answer = ask();
    [[maybe_unused]] const auto written = ::write(pipe->write.get(), answer.data(), answer.size());
    ::_exit(0);
  }
  pipe->write.close();
  std::string answer;
  std::array<char, 1024> buffer{};
  for (ssize_t got = 0; (got = ::read(pipe->read.get(), buffer.data(), buffer.size())) > 0;) {
    answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  CHECK(wait_for_process(process) == 0);
  return answer;
}

/// From now on the system has no pidfd_open for this process, as an old one.
bool forbid_pidfd_open() {
  std::array<sock_filter, 4> filter = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace

TEST_CASE("a program's output and its exit code are told") {
  const ProcessEnd end = ran("echo out; echo err >&2; exit 3");
  CHECK(end.status == 3);
  CHECK(end.output == "out\nerr\n");
  CHECK_FALSE(end.timed_out);
  CHECK(ran("kill -TERM $$").status == 128 + SIGTERM);
  CHECK(ran("cat").output.empty());
}

TEST_CASE("of a program's output no more than the limit is kept, the last of it") {
  CHECK(ran("printf 123456", 4).output == "3456");
  CHECK(ran("printf 123456", 6).output == "123456");
  // Longer than what is kept meanwhile.
  CHECK(ran("i=0; while [ $i -lt 300 ]; do echo $i; i=$((i+1)); done", 12).output ==
        "297\n298\n299\n");
}

TEST_CASE("a program is killed when its time is over") {
  ProcessRequest request{.arguments = {"sleep", "600"}};
  request.timeout = std::chrono::milliseconds(50);
  const auto end = run_process(request);
  REQUIRE(end);
  CHECK(end->timed_out);
  CHECK(end->status == 128 + SIGKILL);
}

TEST_CASE("what a program leaves behind holds up nobody") {
  const ProcessEnd end = ran("sleep 600 & echo $!");
  CHECK(end.status == 0);
  ::kill(std::stoi(end.output), SIGKILL);
}

TEST_CASE("a program gets the environment and the folder that are asked for") {
  const std::string a_long_one = "somewhere that takes memory of its own";
  const auto end = run_process(
      {.arguments = {"/bin/sh", "-c", "echo $OXBOW_TEST; echo $OXBOW_LONG; pwd"},
       .environment = std::vector<std::string>{"OXBOW_TEST=here", "OXBOW_LONG=" + a_long_one},
       .directory = "/"});
  REQUIRE(end);
  CHECK(end->output == "here\n" + a_long_one + "\n/\n");
}

TEST_CASE("a program that cannot be started is an error that says why") {
  const auto missing = run_process({.arguments = {"oxbow-no-such-program"}});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message ==
        "oxbow-no-such-program cannot be started: No such file or directory");
  const auto nowhere = run_process({.arguments = {"true"}, .directory = "/no/such/folder"});
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().message ==
        "true cannot be started: /no/such/folder: No such file or directory");
  CHECK(ran("exit 127").status == 127);
  // Whoever waits for any child finds that none is left.
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("where processes cannot be followed, none is started, and the error names what lacks") {
  const std::string told = answer_elsewhere([] {
    if (!forbid_pidfd_open()) return std::string("no filter");
    const auto end = run_process({.arguments = {"/bin/sh", "-c", "exec >&- 2>&-; sleep 600"}});
    const auto child = ChildProcess::start({"sleep", "600"}, "");
    if (end || child) return std::string("started");
    const bool left = ::waitpid(-1, nullptr, WNOHANG) != -1;
    return end.error().message + "\n" + child.error().message + (left ? "\nleft" : "");
  });
  CHECK(told ==
        "/bin/sh cannot be started: pidfd_open: Function not implemented\n"
        "sleep cannot be started: pidfd_open: Function not implemented");
}

TEST_CASE("a program gets no descriptor of ours but those it is given") {
  const int ours = ::open("/dev/null", O_RDONLY);  // not to be closed by exec
  REQUIRE(ours >= 3);
  const ProcessEnd end =
      ran("for i in /proc/self/fd/*; do echo ${i##*/}; done | sort -n | head -c 6");
  ::close(ours);
  CHECK(ran("[ -e /proc/$$/fd/" + std::to_string(ours) + " ]").status == 1);
  CHECK(end.output == "0\n1\n2\n");
}

TEST_CASE("a program starts with no signal blocked, and ends by a closed pipe") {
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigset_t former;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &former);
  const ProcessEnd end = ran("grep -E 'SigBlk|SigIgn' /proc/self/status");
  ::pthread_sigmask(SIG_SETMASK, &former, nullptr);
  ::signal(SIGPIPE, before);
  CHECK_THAT(end.output, Contains("SigBlk:\t0000000000000000"));
  CHECK_THAT(end.output, Contains("SigIgn:\t0000000000000000"));
}

TEST_CASE("descriptors in the way of the streams are no obstacle") {
  const std::string told = answer_elsewhere([] {
    ::close(STDIN_FILENO);
    ::close(STDERR_FILENO);
    const auto end = run_process({.arguments = {"/bin/sh", "-c", "echo out; echo err >&2; cat"}});
    return end ? end->output : end.error().message;
  });
  CHECK(told == "out\nerr\n");
}

TEST_CASE("a child process reads its input, and what it prints is kept") {
  auto child = ChildProcess::start({"/bin/sh", "-c", "cat; cat >&2 <<X\nwell\nX\nexit 4"}, "input");
  REQUIRE(child);
  CHECK(child->finish() == 4);
  CHECK(child->printed() == "input");
  CHECK(child->complaints() == "well\n");
}

TEST_CASE("a child process leads a group, which ends with the object") {
  pid_t group = 0;
  {
    auto child = ChildProcess::start({"/bin/sh", "-c", "sleep 600 & echo $$; wait"}, "");
    REQUIRE(child);
    while (child->printed().find('\n') == std::string::npos) child->read();
    group = std::stoi(child->printed());
    CHECK(::kill(-group, 0) == 0);
  }
  // The one that was orphaned may have to be waited for by the system.
  for (int i = 0; i < 1000 && ::kill(-group, 0) == 0; ++i) ::usleep(10'000);
  CHECK(::kill(-group, 0) == -1);
}
