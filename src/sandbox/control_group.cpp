#include "sandbox/control_group.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/file.h"
#include "sandbox/group_hierarchy.h"

namespace oxbow::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "oxbow-";

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
// as in a container whose first process is not an init system.
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

// Where groups of ours may be, the best place for one first.
std::vector<fs::path> parents(const GroupHierarchy& hierarchy) {
  std::vector<fs::path> places = {hierarchy.parent()};
  if (places.front() != hierarchy.top) places.push_back(hierarchy.top);
  return places;
}

const GroupHierarchy* find(const std::vector<GroupHierarchy>& hierarchies, const char* controller) {
  const auto found = std::ranges::find_if(hierarchies, [&](const GroupHierarchy& hierarchy) {
    return std::ranges::find(hierarchy.controllers, controller) != hierarchy.controllers.end();
  });
  return found == hierarchies.end() ? nullptr : &*found;
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

// Whether the line "NAME NUMBER" is there, and its number is not 0.
bool counts_any(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const std::size_t space = line.find(' ');
    if (line.substr(0, space) == name) return line.substr(space + 1) != "0";
  }
  return false;
}

}  // namespace

Result<ControlGroup> ControlGroup::make(std::uint64_t memory_bytes, std::uint32_t processes) {
  const std::vector<GroupHierarchy> hierarchies = group_hierarchies();
  for (const GroupHierarchy& hierarchy : hierarchies) {
    for (const fs::path& parent : parents(hierarchy)) remove_left_behind(parent);
  }
  const GroupHierarchy* memory = find(hierarchies, "memory");
  const GroupHierarchy* const pids = find(hierarchies, "pids");
  if (memory == nullptr || pids == nullptr) {
    const auto second =
        std::ranges::find_if(hierarchies, [](const auto& at) { return at.is_second_version(); });
    memory = second == hierarchies.end() ? nullptr : &*second;
  }
  if (memory == nullptr) return fail("cannot make a control group: there is no hierarchy of them");
  // What may be limited below a group of the second version, it has to say itself.
  if (memory->is_second_version() && memory->parent() != memory->top) {
    [[maybe_unused]] const auto enabled =
        put(memory->parent() / "cgroup.subtree_control", "+memory +pids");
  }
  Result<void> made;
  for (const bool at_top : {false, true}) {
    ControlGroup group;
    group.name_ = fmt::format("{}{}", prefix, ::getpid());
    group.memory_ = (at_top ? memory->top : memory->parent()) / group.name_;
    if (!memory->is_second_version()) {
      group.pids_ = (at_top ? pids->top : pids->parent()) / group.name_;
    }
    made = group.limit(memory_bytes, processes);
    if (made) return group;
  }
  return fail("cannot make a control group: " + made.error().message);
}

Result<void> ControlGroup::limit(std::uint64_t memory_bytes, std::uint32_t processes) {
  std::error_code error;
  for (const fs::path& folder : {memory_, pids_}) {
    if (!folder.empty() && !fs::create_directory(folder, error) && error) {
      return fail(system_message(folder, error.value()));
    }
  }
  const std::string memory = std::to_string(memory_bytes);
  if (pids_.empty()) {
    TRY(put(memory_ / "memory.max", memory));
    TRY(put(memory_ / "pids.max", std::to_string(processes)));
    // Not where there is no swap.
    [[maybe_unused]] const auto swap = put(memory_ / "memory.swap.max", "0");
    return {};
  }
  TRY(put(memory_ / "memory.limit_in_bytes", memory));
  TRY(put(pids_ / "pids.max", std::to_string(processes)));
  [[maybe_unused]] const auto swap = put(memory_ / "memory.memsw.limit_in_bytes", memory);
  TRY_ASSIGN(auto event, listen_for_oom(memory_));
  oom_event_ = std::move(event);
  return {};
}

// runc has made folders in hierarchies that are not ours.
ControlGroup::~ControlGroup() {
  if (name_.empty()) return;
  for (const GroupHierarchy& hierarchy : group_hierarchies()) {
    for (const fs::path& parent : parents(hierarchy)) {
      if (::access((parent / name_).c_str(), F_OK) == 0) remove_group(parent / name_);
    }
  }
}

Result<void> ControlGroup::add(pid_t process) const {
  const std::string text = std::to_string(process);
  auto added = put(memory_ / "cgroup.procs", text);
  if (added && !pids_.empty()) added = put(pids_ / "cgroup.procs", text);
  return added;
}

// The first version's event, and the second's "oom", are of the group's own limit; "oom_kill" in
// either counts whoever was killed, by the whole machine's want of memory too.
MemoryShortage ControlGroup::shortage() const {
  bool at_limit = false;
  if (oom_event_) {
    std::uint64_t count = 0;
    at_limit = ::read(oom_event_.get(), &count, sizeof count) == sizeof count;
  }
  const auto told = read_file(memory_ / (oom_event_ ? "memory.oom_control" : "memory.events"));
  if (told && !oom_event_) at_limit = counts_any(*told, "oom");
  if (at_limit) return MemoryShortage::of_the_group;
  return told && counts_any(*told, "oom_kill") ? MemoryShortage::of_the_machine
                                               : MemoryShortage::none;
}

}  // namespace oxbow::sandbox
