#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace oxbow {

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<void> make_folders(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(system_message(path, error.value()));
  return {};
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

std::string system_message(const std::filesystem::path& path, int code) {
  return path.string() + ": " + std::generic_category().message(code);
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return fail(system_message(path, errno));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail(system_message(path, errno));
  std::string text;
  // Files in /proc and /sys are said to have no length.
  std::size_t room = static_cast<std::size_t>(status.st_size) + 1;
  for (;;) {
    const std::size_t before = text.size();
    text.resize(before + room);
    const ssize_t got = ::read(file.get(), text.data() + before, room);
    text.resize(before + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(system_message(path, errno));
    if (text.size() > limit) {
      return fail(fmt::format("{}: longer than {} bytes", path.string(), limit));
    }
    if (got == 0) return text;
    room = 4096;
  }
}

std::uint64_t size_of(const Descriptor& file) {
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(std::max<off_t>(0, status.st_size));
}

std::string read_part(const Descriptor& file, std::uint64_t begin, std::uint64_t most) {
  const std::uint64_t size = size_of(file);
  std::string text(std::min(most, size - std::min(begin, size)), '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = ::pread(file.get(), text.data() + filled, text.size() - filled,
                                static_cast<off_t>(begin + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  return text;
}

std::string read_end(const Descriptor& file, std::uint64_t most) {
  const std::uint64_t size = size_of(file);
  return read_part(file, size - std::min(size, most), most);
}

std::string read_end(const std::filesystem::path& path, std::uint64_t most) {
  return read_end(Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), most);
}

Result<void> write_file(const std::filesystem::path& path, std::string_view text) {
  std::string draft = path.string() + ".XXXXXX";
  Descriptor file(::mkostemp(draft.data(), O_CLOEXEC));
  if (file.get() < 0) return fail(system_message(path, errno));
  const bool written =
      write_all(file.get(), text) && ::fchmod(file.get(), 0644) == 0 && file.close();
  if (written && ::rename(draft.c_str(), path.c_str()) == 0) return {};
  const int code = errno;
  ::unlink(draft.c_str());
  return fail(system_message(path, code));
}

}  // namespace oxbow
