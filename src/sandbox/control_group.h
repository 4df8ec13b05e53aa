#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "base/descriptor.h"
#include "base/error.h"
#include "sandbox/sandbox.h"

namespace oxbow::sandbox {

/// ControlGroup limits a tree of processes in memory and number: a cgroup of its own, in the first
/// version's hierarchies (memory, pids) or the second's, whichever there is. It lies below this
/// process's own group, so that whoever limits that limits this one, too, and where it cannot, at
/// the top (group_hierarchy.h). It is removed with this object, when all in it must be dead.
class ControlGroup {
 public:
  /// Makes the group oxbow-PID. Removes those that killed processes left behind.
  static Result<ControlGroup> make(std::uint64_t memory_bytes, std::uint32_t processes);

  ControlGroup(ControlGroup&& other) noexcept
      : memory_(std::move(other.memory_)),
        pids_(std::move(other.pids_)),
        name_(std::exchange(other.name_, {})),
        oom_event_(std::move(other.oom_event_)) {}
  ControlGroup& operator=(ControlGroup&&) = delete;
  ~ControlGroup();

  Result<void> add(pid_t process) const;

  /// Whether the kernel killed something in it for want of memory, and whose memory it was.
  MemoryShortage shortage() const;

  /// The folder's own name: "oxbow-PID".
  const std::string& name() const { return name_; }

  /// Where it limits memory.
  const std::filesystem::path& folder() const { return memory_; }

 private:
  ControlGroup() = default;
  Result<void> limit(std::uint64_t memory_bytes, std::uint32_t processes);

  std::filesystem::path memory_;  ///< the one folder of the second version, too
  std::filesystem::path pids_;    ///< empty in the second version
  std::string name_;
  Descriptor oom_event_;  ///< the first version tells of it by event only
};

}  // namespace oxbow::sandbox
