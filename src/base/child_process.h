#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "base/error.h"

namespace oxbow {

/// ChildProcess is a program that runs beside us, in a process group of its own, so that a
/// terminal's Ctrl-C does not reach it. It dies with this object, and when the thread that started
/// it ends. For one thread.
class ChildProcess {
 public:
  /// Starts `arguments`, the program first, looked up in PATH. Its standard input is a file in
  /// memory that holds `input`, so that no name is left of it however we end.
  static Result<ChildProcess> start(const std::vector<std::string>& arguments,
                                    std::string_view input);

  ChildProcess(ChildProcess&& other) noexcept { swap(other); }
  ChildProcess& operator=(ChildProcess&& other) noexcept {
    swap(other);
    return *this;
  }
  ~ChildProcess();

  /// Descriptors to poll: `handle` is readable once the process has ended, the others when it
  /// printed something; these are -1 once closed by it.
  int handle() const { return handle_.get(); }
  int output() const { return output_.get(); }
  int errors() const { return errors_.get(); }

  /// Takes what was printed, without waiting.
  void read();

  /// Asks it to end (SIGTERM).
  void terminate() const;

  /// Kills it, with all of its group.
  void kill() const;

  /// Takes the status of a process that has ended, its exit code or 128 + the signal, and kills
  /// what is left of its group. Waits if it has not ended. To be called once.
  int finish();

  /// What it printed: of standard output the first MiB, of standard error the last 4 KiB.
  const std::string& printed() const { return printed_; }
  const std::string& complaints() const { return complaints_; }

 private:
  ChildProcess() = default;
  void swap(ChildProcess& other) noexcept;

  pid_t process_ = -1;
  Descriptor handle_;
  Descriptor output_;
  Descriptor errors_;
  std::string printed_;
  std::string complaints_;
};

}  // namespace oxbow
