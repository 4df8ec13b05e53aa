#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace oxbow::sandbox {

/// What one build may use. None of it is the package's to choose.
struct Limits {
  std::uint64_t memory = std::uint64_t{8} << 30;  ///< bytes, what lies on `disk` included
  std::uint64_t disk = std::uint64_t{8} << 30;    ///< bytes, in memory
  std::uint32_t processes = 4096;
  std::chrono::seconds time{3600};
  std::uint64_t log = std::uint64_t{16} << 20;  ///< bytes; of more the middle is left out
};

/// A folder of ours that the sandbox sees under another name.
struct Bind {
  std::filesystem::path source;
  std::string target;
  bool read_only = true;
};

/// Who a program in the sandbox is: the user opam (1000) without network, or root with it, for
/// installing system packages.
enum class Identity : std::uint8_t { opam, root_with_network };

/// A program to be run in a sandbox.
struct SandboxRequest {
  std::filesystem::path root;  ///< the root file system
  std::vector<Bind> binds;
  std::vector<std::string> arguments;    ///< the program first, by its path
  std::vector<std::string> environment;  ///< NAME=VALUE; all of it
  std::string directory;
  Identity identity = Identity::opam;
  Limits limits;
  std::filesystem::path scratch;  ///< an empty folder for what the sandbox itself needs
  std::filesystem::path disk;     ///< where `limits.disk` is mounted: told when it was full
  std::filesystem::path log;      ///< what the program prints is appended to it
  bool terminal = false;          ///< a person's: our own input and output, no limit of time
  int interruption = -1;          ///< when this descriptor is readable, the program is ended
};

/// What a process was killed for want of: of what its limit allows, or of what the machine has.
enum class MemoryShortage : std::uint8_t { none, of_the_group, of_the_machine };

struct SandboxEnd {
  int status = 0;  ///< the program's exit code, or 128 + the signal that ended it
  bool timed_out = false;
  bool interrupted = false;
  MemoryShortage shortage = MemoryShortage::none;
  bool disk_full = false;
  double seconds = 0;
};

/// Sandbox runs a program on a root file system, apart from everything: processes, network, mounts
/// and users of its own, and within limits. When run() is back, and when we are killed meanwhile,
/// nothing of it is left. Its process must have own_mounts().
class Sandbox {
 public:
  Sandbox() = default;
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  virtual ~Sandbox() = default;

  /// The error is for what could not be set up.
  virtual Result<SandboxEnd> run(const SandboxRequest& request) = 0;
};

}  // namespace oxbow::sandbox
