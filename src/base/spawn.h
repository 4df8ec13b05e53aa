#pragma once

#include <signal.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/error.h"

namespace oxbow {

/// A program to be started. Of our descriptors it gets those that are named here, and no other; of
/// our signals, none that is blocked, handled, or ignored because of a broken pipe.
struct SpawnRequest {
  std::vector<std::string> arguments;                     ///< the program first, looked up in PATH
  std::optional<std::vector<std::string>> environment{};  ///< NAME=VALUE; ours where it is left out
  std::string directory{};                                ///< to start in; ours where it is empty
  int input = -1;              ///< its standard input; /dev/null where it is negative
  int output = -1;             ///< its standard output; ours where it is negative
  int errors = -1;             ///< its standard error; ours where it is negative
  bool own_group = false;      ///< whether it leads a process group of its own
  int death_signal = SIGKILL;  ///< what it gets when the thread that started it ends
};

struct Spawned {
  pid_t process = -1;
  Descriptor handle;  ///< readable once the process has ended
};

/// Starts a program; when this returns, it is that program. An error names the program, or the
/// directory, and why it cannot be started, and leaves no process. The caller waits for it.
Result<Spawned> spawn(const SpawnRequest& request);

struct Pipe {
  Descriptor read;
  Descriptor write;
};

/// A pipe that no program we start gets unasked.
Result<Pipe> open_pipe();

/// What can be polled for the end of a child of ours.
Result<Descriptor> open_process(pid_t process);

/// Waits for a child of ours: its exit code, or 128 + the signal that ended it; -1 if it is not
/// ours to wait for.
int wait_for_process(pid_t process);

/// `texts` as execve wants them; for as long as they stay where they are.
std::vector<char*> exec_words(const std::vector<std::string>& texts);

// For a child between fork and exec: these allocate nothing.

/// Puts descriptors in the places of standard input, output and error, as SpawnRequest has them.
void take_streams(int input, int output, int errors);

/// Makes signals what a program expects: none blocked, none handled, SIGPIPE not ignored.
void reset_signals();

}  // namespace oxbow
