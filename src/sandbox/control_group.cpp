#include "sandbox/control_group.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/file.h"

namespace oxbow::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "oxbow-";

const fs::path root = "/sys/fs/cgroup";

// A control file: what is written is a command.
Result<void> put(const fs::path& file, std::string_view text) {
  const Descriptor control(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (control && ::write(control.get(), text.data(), text.size()) >= 0) return {};
  return fail(system_message(file, errno));
}

// Folders below a group go first: runc makes one.
void remove_group(const fs::path& group) {
  std::error_code error;
  for (fs::directory_iterator entry(group, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_directory(error)) remove_group(entry->path());
  }
  ::rmdir(group.c_str());
}

// Whether a process has ended. One whose parent died may stay a zombie where nobody waits for such,
// as in a container whose first process is no init.
bool is_dead(pid_t process) {
  if (::kill(process, 0) != 0) return errno == ESRCH;
  const auto status = read_file(fmt::format("/proc/{}/status", process));
  return status && status->contains("\nState:\tZ");
}

// The groups of dead processes. One with processes in it cannot be removed.
void remove_left_behind(const fs::path& hierarchy) {
  std::vector<fs::path> dead;
  std::error_code error;
  for (fs::directory_iterator entry(hierarchy, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    pid_t owner = 0;
    std::from_chars(name.data() + prefix.size(), name.data() + name.size(), owner);
    if (owner > 0 && is_dead(owner)) dead.push_back(entry->path());
  }
  for (const fs::path& group : dead) remove_group(group);
}

bool is_second_version() { return ::access((root / "cgroup.controllers").c_str(), F_OK) == 0; }

// Every hierarchy that runc may have made the group in.
std::vector<fs::path> hierarchies() {
  if (is_second_version()) return {root};
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(root, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->is_symlink(error) && entry->is_directory(error)) found.push_back(entry->path());
  }
  return found;
}

Result<Descriptor> listen_for_oom(const fs::path& group) {
  Descriptor event(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  const fs::path file = group / "memory.oom_control";
  const Descriptor control(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!event || !control) return fail(system_message(file, errno));
  auto told = put(group / "cgroup.event_control", fmt::format("{} {}", event.get(), control.get()));
  if (!told) return std::unexpected(std::move(told.error()));
  return event;
}

}  // namespace

Result<ControlGroup> ControlGroup::make(std::uint64_t memory_bytes, std::uint32_t processes) {
  for (const fs::path& hierarchy : hierarchies()) remove_left_behind(hierarchy);
  ControlGroup group;
  group.name_ = fmt::format("/{}{}", prefix, ::getpid());
  const bool second = is_second_version();
  const std::string name = group.name_.substr(1);
  group.memory_ = (second ? root : root / "memory") / name;
  if (!second) group.pids_ = root / "pids" / name;
  const std::string memory = std::to_string(memory_bytes);
  const std::string limit = std::to_string(processes);
  std::vector<Result<void>> steps;
  std::error_code error;
  for (const fs::path& folder : {group.memory_, group.pids_}) {
    if (!folder.empty() && !fs::create_directory(folder, error) && error) {
      return fail("no control group can be made: " + system_message(folder, error.value()));
    }
  }
  if (second) {
    steps.push_back(put(group.memory_ / "memory.max", memory));
    steps.push_back(put(group.memory_ / "pids.max", limit));
    // Not where there is no swap.
    [[maybe_unused]] const auto swap = put(group.memory_ / "memory.swap.max", "0");
  } else {
    steps.push_back(put(group.memory_ / "memory.limit_in_bytes", memory));
    steps.push_back(put(group.pids_ / "pids.max", limit));
    [[maybe_unused]] const auto swap = put(group.memory_ / "memory.memsw.limit_in_bytes", memory);
    TRY_ASSIGN(auto event, listen_for_oom(group.memory_));
    group.oom_event_ = std::move(event);
  }
  for (Result<void>& step : steps) {
    if (!step) return std::unexpected(std::move(step.error()));
  }
  return group;
}

ControlGroup::~ControlGroup() {
  if (name_.empty()) return;
  for (const fs::path& hierarchy : hierarchies()) {
    const fs::path group = hierarchy / name_.substr(1);
    if (::access(group.c_str(), F_OK) == 0) remove_group(group);
  }
}

Result<void> ControlGroup::add(pid_t process) const {
  const std::string text = std::to_string(process);
  auto added = put(memory_ / "cgroup.procs", text);
  if (added && !pids_.empty()) added = put(pids_ / "cgroup.procs", text);
  return added;
}

bool ControlGroup::out_of_memory() const {
  if (oom_event_) {
    std::uint64_t count = 0;
    return ::read(oom_event_.get(), &count, sizeof count) == sizeof count;
  }
  const auto events = read_file(memory_ / "memory.events");
  if (!events) return false;
  const std::size_t at = events->find("oom_kill ");
  return at != std::string::npos && events->compare(at, 10, "oom_kill 0") != 0;
}

}  // namespace oxbow::sandbox
