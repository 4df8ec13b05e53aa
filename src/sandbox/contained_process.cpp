#include "sandbox/contained_process.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/build_user.h"
#include "base/descriptor.h"
#include "base/file.h"
#include "base/spawn.h"

namespace oxbow::sandbox {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int not_started = 127;
constexpr const char* stage_folder = "/mnt";

void limit(int resource, std::uint64_t value) {
  const struct rlimit both{value, value};
  ::setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

// What the child is made of, prepared before the fork: after it nothing may allocate.
class Child {
 public:
  Child(const ContainedProcess& process, const Pipe& go, const Pipe& output)
      : process_(&process), go_(&go), output_(&output), arguments_(exec_words(process.arguments)) {
    for (std::size_t i = 0; i < process.staged.size(); ++i) staged_.push_back(staged_path(i));
  }

  // Runs in the child, the first of its namespace of processes.
  [[noreturn]] void become() const {
    // The parent says go when the limits bind us, and nothing when it is dead.
    char go = 0;
    ::close(go_->write.get());
    if (::read(go_->read.get(), &go, 1) != 1) ::_exit(not_started);
    // What the sandbox's program reads in /proc are these processes.
    if (::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) {
      ::_exit(not_started);
    }
    if (!stage()) ::_exit(not_started);
    take_streams();
    set_limits();
    if (process_->as_opam &&
        (::setgroups(0, nullptr) != 0 || ::setresgid(build_user, build_user, build_user) != 0 ||
         ::setresuid(build_user, build_user, build_user) != 0)) {
      ::_exit(not_started);
    }
    // Changing the user forgets it, so it comes last; the parent may be dead already.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    pollfd parent{go_->read.get(), POLLIN, 0};
    if (::poll(&parent, 1, 0) != 0) ::_exit(not_started);
    reset_signals();
    ::signal(SIGINT, SIG_DFL);
    ::execve(arguments_[0], arguments_.data(), environment_.data());
    ::_exit(not_started);
  }

 private:
  // In mounts of the child's own, so whatever else is at the stage is hidden from it alone.
  bool stage() const {
    if (staged_.empty()) return true;
    bool well = ::mount("oxbow", stage_folder, "tmpfs", 0, "mode=755") == 0;
    for (std::size_t i = 0; well && i < staged_.size(); ++i) {
      well = ::mkdir(staged_[i].c_str(), 0755) == 0 &&
             ::move_mount(process_->staged[i].get(), "", AT_FDCWD, staged_[i].c_str(),
                          MOVE_MOUNT_F_EMPTY_PATH) == 0;
    }
    return well;
  }

  void take_streams() const {
    if (process_->request->terminal) return;
    oxbow::take_streams(-1, output_->write.get(), output_->write.get());
  }

  void set_limits() const {
    limit(RLIMIT_CORE, 0);
    if (process_->group != nullptr) return;
    limit(RLIMIT_AS, process_->request->limits.memory);
    limit(RLIMIT_NPROC, process_->request->limits.processes);
  }

  const ContainedProcess* process_;
  const Pipe* go_;
  const Pipe* output_;
  std::vector<char*> arguments_;
  std::vector<std::string> staged_;
  std::string path_ = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  std::array<char*, 2> environment_ = {path_.data(), nullptr};
};

// Follows the child: takes what it prints, looks at the clock and at the disk.
class Parent {
 public:
  Parent(const SandboxRequest& request, Descriptor process, Descriptor output, Descriptor log)
      : request_(&request),
        process_(std::move(process)),
        output_(std::move(output)),
        log_(std::move(log)) {}

  void follow(pid_t child, SandboxEnd& end) {
    const auto deadline = Clock::now() + request_->limits.time;
    for (;;) {
      // What has interrupted once is not looked at again: it stays readable.
      std::array<pollfd, 3> watched = {
          {{process_.get(), POLLIN, 0},
           {output_.get(), POLLIN, 0},
           {end.interrupted ? -1 : request_->interruption, POLLIN, 0}}};
      ::poll(watched.data(), watched.size(), 250);
      if (watched[1].revents != 0 && !take_output()) output_.close();
      end.disk_full = end.disk_full || is_disk_full();
      // The pipe may be held open for ever; the end of the process is what counts.
      if (watched[0].revents != 0) break;
      if (!request_->terminal && !end.timed_out && Clock::now() >= deadline) {
        end.timed_out = true;
        ::kill(child, SIGKILL);
      }
      if (watched[2].revents != 0) {
        end.interrupted = true;
        ::kill(child, SIGKILL);
      }
    }
    while (output_ && take_output()) {
    }
    put_tail();
  }

 private:
  // Whether more may come. What was written before the last process died is all in the pipe.
  bool take_output() {
    std::array<char, 65536> buffer{};
    const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
    if (got <= 0) return got < 0 && errno == EINTR;
    keep({buffer.data(), static_cast<std::size_t>(got)});
    return true;
  }

  // The first half of what the log may hold is written as it comes; of the rest the last half is
  // kept, where the error is.
  void keep(std::string_view text) {
    const std::uint64_t half = request_->limits.log / 2;
    const std::string_view head =
        text.substr(0, std::min<std::uint64_t>(half - logged_, text.size()));
    logged_ += head.size();
    put(head);
    tail_ += text.substr(head.size());
    if (!tail_.empty()) tell_of_cut();
    if (tail_.size() > 2 * half) tail_.erase(0, tail_.size() - half);
  }

  void tell_of_cut() {
    if (std::exchange(told_, true)) return;
    put("\n[oxbow: the log is longer than its limit; what follows is its end]\n");
  }

  void put_tail() {
    const std::uint64_t half = request_->limits.log / 2;
    if (tail_.size() > half) tail_.erase(0, tail_.size() - half);
    put(tail_);
  }

  // A log that cannot be written is found when the layer is kept.
  void put(std::string_view text) const {
    static_cast<void>(!::write(log_.get(), text.data(), text.size()));
  }

  // What fails for want of room removes its unfinished file before anyone looks, so nearly full
  // counts.
  bool is_disk_full() const {
    struct statvfs space{};
    if (request_->disk.empty() || ::statvfs(request_->disk.c_str(), &space) != 0) return false;
    return space.f_bavail < space.f_blocks / 16;
  }

  const SandboxRequest* request_;
  Descriptor process_;
  Descriptor output_;
  Descriptor log_;
  std::uint64_t logged_ = 0;  // of the first half
  std::string tail_;
  bool told_ = false;
};

}  // namespace

std::string staged_path(std::size_t position) {
  return stage_folder + ("/" + std::to_string(position));
}

Result<SandboxEnd> run_contained(const ContainedProcess& process) {
  const SandboxRequest& request = *process.request;
  TRY_ASSIGN(auto go, open_pipe());
  TRY_ASSIGN(auto output, open_pipe());
  Descriptor log;
  if (!request.terminal) {
    log = Descriptor(::open(request.log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
    if (!log) return fail(system_message(request.log, errno));
  }
  const Child child(process, go, output);
  const auto begin = Clock::now();
  const auto pid = static_cast<pid_t>(
      ::syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, nullptr, nullptr, nullptr, 0));
  if (pid == 0) child.become();
  if (pid < 0) {
    return fail("cannot start a process: " + std::generic_category().message(errno));
  }
  output.write.close();
  auto handle = open_process(pid);
  Result<void> ready;
  if (!handle) {
    ready = std::unexpected(handle.error());
  } else if (process.group != nullptr) {
    ready = process.group->add(pid);
  }
  SandboxEnd end;
  if (handle && ready && ::write(go.write.get(), "g", 1) == 1) {
    Parent(request, *std::move(handle), std::move(output.read), std::move(log)).follow(pid, end);
  }
  // Waiting for the first process of a namespace waits for all of it.
  ::kill(pid, SIGKILL);
  end.status = wait_for_process(pid);
  TRY(ready);
  end.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (process.group != nullptr) end.shortage = process.group->shortage();
  return end;
}

}  // namespace oxbow::sandbox
