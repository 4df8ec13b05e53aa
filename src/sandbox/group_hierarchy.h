#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace oxbow::sandbox {

/// A hierarchy of control groups that is mounted, and where this process is in it.
struct GroupHierarchy {
  std::filesystem::path top;             ///< where it is mounted
  std::filesystem::path own;             ///< this process's group; the top where that is not seen
  std::vector<std::string> controllers;  ///< of the first version; empty in the second's one

  bool is_second_version() const { return controllers.empty(); }

  /// The group in which this process may make others. In the second version a group that has
  /// processes cannot limit groups below it, so that is the one above our own, where systemd has
  /// delegated it to us; else the top, which on a host is made for it.
  std::filesystem::path parent() const;
};

/// By the texts of /proc/self/cgroup and /proc/self/mountinfo.
std::vector<GroupHierarchy> group_hierarchies(std::string_view groups, std::string_view mounts);

/// Those of this process.
std::vector<GroupHierarchy> group_hierarchies();

/// Makes room for groups below the one that systemd has delegated to this process (Delegate=yes):
/// in the second version the process has to leave it for one below, "main". Does nothing anywhere
/// else. Called once, before another process or thread is started.
Result<void> make_room_for_groups(const std::vector<GroupHierarchy>& hierarchies);

}  // namespace oxbow::sandbox
