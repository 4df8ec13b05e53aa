#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/descriptor.h"
#include "base/error.h"

namespace oxbow {

/// FileLock is a lock on a whole file, held as long as this object lives and given back by the
/// kernel when the process dies. It belongs to the open file (F_OFD_SETLK), not to the process: it
/// holds off other threads as well as other processes, and whoever waits for a lock that it has
/// itself waits for ever. A child gets it by fork and loses it by exec.
class FileLock {
 public:
  enum class Mode : std::uint8_t { exclusive, shared };
  enum class Wait : std::uint8_t { yes, no };

  /// Locks a file, which is made if it is not there; none if another lock is in the way and `wait`
  /// is no.
  static Result<std::optional<FileLock>> take(const std::filesystem::path& file, Mode mode,
                                              Wait wait);

  FileLock(FileLock&&) noexcept = default;
  FileLock& operator=(FileLock&&) noexcept = default;
  ~FileLock();

  /// Whether anyone holds a lock on a file at this moment; yes if that cannot be found out. Makes
  /// no file, and needs to read it only.
  static bool is_held(const std::filesystem::path& file);

  int descriptor() const { return descriptor_.get(); }

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  Descriptor descriptor_;
};

}  // namespace oxbow
