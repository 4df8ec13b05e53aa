#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/error.h"
#include "sandbox/control_group.h"
#include "sandbox/sandbox.h"

namespace oxbow::sandbox {

/// A program of the sandbox's (bwrap, runc) to be run as the first process of a namespace of
/// processes: when it ends or is killed, the kernel kills all that descends from it, containers
/// too, and it is killed when we die. That is what makes "nothing is left" true.
struct ContainedProcess {
  std::vector<std::string> arguments;
  bool as_opam = false;  ///< as user 1000 from the start, without groups
  /// Folders that this user may not be able to reach, each a copy of a mount (mounts.h), which the
  /// program finds at `staged_path` of its position.
  std::vector<Descriptor> staged;
  const SandboxRequest* request = nullptr;
  const ControlGroup* group = nullptr;  ///< the limits that bind it; without one rlimits do
};

std::string staged_path(std::size_t position);

/// Runs it to its end, at most for `request->limits.time`.
Result<SandboxEnd> run_contained(const ContainedProcess& process);

}  // namespace oxbow::sandbox
