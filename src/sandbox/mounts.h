#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/descriptor.h"
#include "base/error.h"

namespace oxbow::sandbox {

/// Gives this process mounts of its own: what it mounts from now on nobody else sees, and the
/// kernel unmounts it when the process and its children are dead, however they died. Needs root.
/// To be called while there is one thread.
Result<void> own_mounts();

/// Mounts an empty file system in memory that holds at most `bytes`.
Result<void> mount_memory(const std::filesystem::path& at, std::uint64_t bytes);

/// A copy of what is mounted at `source`, or of the folder there, to be mounted elsewhere: also
/// where the way to it is closed to who will use it.
Result<Descriptor> copy_mount(const std::filesystem::path& source);

/// An overlay of many folders. `upper` takes what is written and `work`, on the same file system,
/// is the kernel's; the lower folders stay as they are.
struct Overlay {
  std::vector<std::filesystem::path> lowers;  ///< the topmost first; any number
  std::filesystem::path upper;
  std::filesystem::path work;
  std::filesystem::path at;
  std::filesystem::path scratch;  ///< a folder for what mounting itself needs
  bool at_once = false;           ///< as before Linux 6.5, which newer kernels can still do
};
Result<void> mount_overlay(const Overlay& overlay);

Result<void> unmount(const std::filesystem::path& at);

}  // namespace oxbow::sandbox
