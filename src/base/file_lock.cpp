#include "base/file_lock.h"

#include <fcntl.h>

#include <cerrno>

#include "base/file.h"

namespace oxbow {

Result<std::optional<FileLock>> FileLock::take(const std::filesystem::path& file, Mode mode,
                                               Wait wait) {
  const bool exclusive = mode == Mode::exclusive;
  FileLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock.descriptor_) return fail(system_message(file, errno));
  struct flock range{};
  range.l_type = static_cast<short>(exclusive ? F_WRLCK : F_RDLCK);
  range.l_whence = SEEK_SET;
  for (;;) {
    if (::fcntl(lock.descriptor(), wait == Wait::yes ? F_SETLKW : F_SETLK, &range) == 0) {
      return std::optional(std::move(lock));
    }
    if (errno == EACCES || errno == EAGAIN) return std::nullopt;
    if (errno != EINTR) return fail(system_message(file, errno));
  }
}

bool FileLock::is_held(const std::filesystem::path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return errno != ENOENT;
  struct flock range{};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  return ::fcntl(opened.get(), F_GETLK, &range) != 0 || range.l_type != F_UNLCK;
}

}  // namespace oxbow
