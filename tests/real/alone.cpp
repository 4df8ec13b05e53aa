#include "tests/real/alone.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "base/descriptor.h"
#include "tests/real/world.h"

namespace oxbow::real {
namespace {

namespace fs = std::filesystem;

const fs::path group_root = "/sys/fs/cgroup";
constexpr std::string_view own_prefix = "oxbow-tests-";

bool is_second_version() { return fs::exists(group_root / "cgroup.controllers"); }

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code gone;
  for (fs::directory_iterator entry(folder, gone), end; !gone && entry != end;
       entry.increment(gone)) {
    std::error_code ignored;
    if (!entry->is_symlink(ignored) && entry->is_directory(ignored)) found.push_back(entry->path());
  }
  return found;
}

std::vector<fs::path> hierarchies() {
  return is_second_version() ? std::vector{group_root} : folders_in(group_root);
}

[[noreturn]] void give_up(const std::string& what) {
  std::cerr << "the tests cannot be set apart: " << what << ": " << std::strerror(errno) << "\n";
  std::_Exit(1);
}

void put(const fs::path& file, const std::string& text) {
  const Descriptor control(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (::write(control.get(), text.data(), text.size()) < 0) give_up(file.string());
}

void remove_group(const fs::path& group) {
  for (const fs::path& below : folders_in(group)) remove_group(below);
  ::rmdir(group.c_str());
}

// What a test program left that was killed.
void remove_dead(const fs::path& hierarchy) {
  for (const fs::path& group : folders_in(hierarchy)) {
    const std::string name = group.filename().string();
    if (!name.starts_with(own_prefix)) continue;
    pid_t owner = 0;
    std::from_chars(name.data() + own_prefix.size(), name.data() + name.size(), owner);
    if (owner > 0 && ::kill(owner, 0) != 0) remove_group(group);
  }
}

// One of our own below a hierarchy's root, with us in it.
void enter_group(const fs::path& group) {
  if (::mkdir(group.c_str(), 0755) != 0) give_up(group.string());
  // These begin empty, and nothing can be in it before they are set.
  for (const char* const file : {"cpuset.cpus", "cpuset.mems"}) {
    const std::string of_root = content(group.parent_path() / file);
    if (!of_root.empty() && !is_second_version()) put(group / file, of_root);
  }
  put(group / "cgroup.procs", "0");
}

// A group of the second version whose groups are to have limits holds no process itself.
void move_into_leaf() {
  ::mkdir((group_root / "tests").c_str(), 0755);
  put(group_root / "tests/cgroup.procs", "0");
  put(group_root / "cgroup.subtree_control", "+memory +pids");
}

class Alone : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;

  void testRunStarting(const Catch::TestRunInfo& /*info*/) override {
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) give_up("orphans");
    const std::vector<fs::path> all = hierarchies();
    for (const fs::path& hierarchy : all) {
      remove_dead(hierarchy);
      roots_.emplace_back(::open(hierarchy.c_str(), O_PATH | O_CLOEXEC));
      enter_group(hierarchy / name_);
    }
    if (::unshare(CLONE_NEWCGROUP | CLONE_NEWNS) != 0) give_up("namespaces");
    // Among ourselves mounts are shared: what a build does not keep to itself shows here.
    for (const unsigned long way : {MS_PRIVATE, MS_SHARED}) {
      if (::mount(nullptr, "/", nullptr, MS_REC | way, nullptr) != 0) give_up("mounts");
    }
    for (const fs::path& hierarchy : all) {
      const fs::path own = hierarchy / name_;
      if (::mount(own.c_str(), hierarchy.c_str(), nullptr, MS_BIND, nullptr) != 0) {
        give_up(own.string());
      }
    }
    if (is_second_version()) move_into_leaf();
  }

  void testRunEnded(const Catch::TestRunStats& /*stats*/) override {
    for (const Descriptor& root : roots_) {
      const fs::path hierarchy = "/proc/self/fd/" + std::to_string(root.get());
      put(hierarchy / "cgroup.procs", "0");
      remove_group(hierarchy / name_);
    }
  }

 private:
  std::string name_ = std::string(own_prefix) + std::to_string(::getpid());
  std::vector<Descriptor> roots_;
};
struct Process {
  pid_t parent = 0;
  char state = 'Z';
  std::string command;
};

std::map<pid_t, Process> processes() {
  std::map<pid_t, Process> all;
  for (const fs::path& entry : folders_in("/proc")) {
    const std::string id = entry.filename().string();
    // ID (COMMAND) STATE PARENT ..., of which a command may hold anything.
    const std::string text = content(entry / "stat");
    const std::size_t end = text.rfind(") ");
    pid_t number = 0;
    if (std::from_chars(id.data(), id.data() + id.size(), number).ec != std::errc() ||
        end == std::string::npos) {
      continue;
    }
    Process& process = all[number];
    process.state = text[end + 2];
    std::from_chars(text.data() + end + 4, text.data() + text.size(), process.parent);
    process.command = text.substr(0, end + 1);
  }
  return all;
}

CATCH_REGISTER_LISTENER(Alone)

}  // namespace

Texts left_over(const fs::path& cache) {
  Texts left;
  const std::map<pid_t, Process> all = processes();
  const pid_t us = ::getpid();
  for (const auto& [id, process] : all) {
    if (id == us || process.state == 'Z') continue;  // dead, only not waited for
    auto above = all.find(process.parent);
    while (above != all.end() && above->first != us) above = all.find(above->second.parent);
    if (above != all.end()) left.push_back("process " + process.command);
  }
  for (const fs::path& hierarchy : hierarchies()) {
    for (const fs::path& group : folders_in(hierarchy)) {
      if (group.filename().string().starts_with("oxbow-")) left.push_back(group.string());
    }
  }
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    if (line.contains(cache.string())) left.push_back("mount " + line);
  }
  return left;
}

}  // namespace oxbow::real
