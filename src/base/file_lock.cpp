#include "base/file_lock.h"

#include <fcntl.h>

#include <cerrno>

#include "base/file.h"

namespace oxbow {
namespace {

struct flock whole_file(int type) {
  struct flock range{};
  range.l_type = static_cast<short>(type);
  range.l_whence = SEEK_SET;
  return range;
}

}  // namespace

Result<std::optional<FileLock>> FileLock::take(const std::filesystem::path& file, Mode mode,
                                               Wait wait) {
  FileLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock.descriptor_) return fail(system_message(file, errno));
  struct flock range = whole_file(mode == Mode::exclusive ? F_WRLCK : F_RDLCK);
  for (;;) {
    if (::fcntl(lock.descriptor(), wait == Wait::yes ? F_OFD_SETLKW : F_OFD_SETLK, &range) == 0) {
      return std::optional(std::move(lock));
    }
    if (errno == EACCES || errno == EAGAIN) return std::nullopt;
    if (errno != EINTR) return fail(system_message(file, errno));
  }
}

FileLock::~FileLock() {
  // Closing alone would leave the lock with a child that was forked and is not yet its program.
  struct flock range = whole_file(F_UNLCK);
  if (descriptor_) ::fcntl(descriptor(), F_OFD_SETLK, &range);
}

bool FileLock::is_held(const std::filesystem::path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return errno != ENOENT;
  struct flock range = whole_file(F_WRLCK);
  return ::fcntl(opened.get(), F_OFD_GETLK, &range) != 0 || range.l_type != F_UNLCK;
}

}  // namespace oxbow
