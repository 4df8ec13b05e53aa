#include "cache/digest.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/hash.h"
#include "base/parallel.h"

namespace oxbow::cache {
namespace {

struct Entry {
  std::string path;  // from the tree's top
  struct stat status{};
  std::string content;
  int trouble = 0;  // an error number
};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Folder open_folder(int top, const std::string& path) {
  const int descriptor = ::openat(top, path.c_str(), folder_flags);
  if (descriptor < 0) return nullptr;
  Folder folder(::fdopendir(descriptor));
  if (!folder) ::close(descriptor);
  return folder;
}

// overlayfs marks a folder so; the second name is for mounts in a user namespace.
bool is_opaque(int folder) {
  return std::ranges::any_of(std::array{"trusted.overlay.opaque", "user.overlay.opaque"},
                             [&](const char* name) {
                               char value = 0;
                               return ::fgetxattr(folder, name, &value, 1) == 1 && value == 'y';
                             });
}

// All of a tree, in no order.
Result<std::vector<Entry>> scan(const std::filesystem::path& tree, int top) {
  std::vector<Entry> entries(1);
  entries[0].path = ".";
  if (::fstat(top, &entries[0].status) != 0) return fail(system_message(tree, errno));
  for (std::size_t at = 0; at < entries.size(); ++at) {
    if (!S_ISDIR(entries[at].status.st_mode)) continue;
    const std::string path = entries[at].path;
    const Folder folder = open_folder(top, path);
    if (!folder) return fail(system_message(tree / path, errno));
    const int descriptor = ::dirfd(folder.get());
    if (is_opaque(descriptor)) entries[at].content = "opaque";
    for (;;) {
      errno = 0;
      const dirent* const found = ::readdir(folder.get());
      if (found == nullptr && errno != 0) return fail(system_message(tree / path, errno));
      if (found == nullptr) break;
      const std::string_view name = found->d_name;
      if (name == "." || name == "..") continue;
      Entry entry;
      entry.path = at == 0 ? std::string(name) : fmt::format("{}/{}", path, name);
      if (::fstatat(descriptor, found->d_name, &entry.status, AT_SYMLINK_NOFOLLOW) != 0) {
        return fail(system_message(tree / entry.path, errno));
      }
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

char kind_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG: return 'f';
    case S_IFLNK: return 'l';
    case S_IFDIR: return 'd';
    case S_IFCHR: return 'c';
    case S_IFBLK: return 'b';
    case S_IFIFO: return 'p';
    default: return 's';
  }
}

// Reads contents, with what a thread needs for that.
class ContentReader {
 public:
  explicit ContentReader(int top) : top_(top) {}

  void read(Entry& entry) {
    switch (entry.status.st_mode & S_IFMT) {
      case S_IFREG: entry.trouble = hash_file(entry); break;
      case S_IFLNK: entry.trouble = read_link(entry); break;
      case S_IFCHR:
      case S_IFBLK:
        entry.content =
            fmt::format("{}:{}", major(entry.status.st_rdev), minor(entry.status.st_rdev));
        break;
      default: break;
    }
  }

 private:
  // Both return an error number.
  int hash_file(Entry& entry) {
    const int file = ::openat(top_, entry.path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) return errno;
    int trouble = 0;
    for (;;) {
      const ssize_t got = ::read(file, buffer_.data(), buffer_.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) trouble = errno;
      if (got <= 0) break;
      hasher_.add({buffer_.data(), static_cast<std::size_t>(got)});
    }
    ::close(file);
    entry.content = hasher_.hex();
    return trouble;
  }

  int read_link(Entry& entry) {
    const ssize_t got = ::readlinkat(top_, entry.path.c_str(), buffer_.data(), buffer_.size());
    if (got < 0) return errno;
    entry.content.assign(buffer_.data(), static_cast<std::size_t>(got));
    return 0;
  }

  int top_;
  Hasher hasher_{HashKind::sha256};
  std::vector<char> buffer_ = std::vector<char>(std::size_t{1} << 17U);
};

void add_line(const Entry& entry, std::string& listing) {
  const struct stat& status = entry.status;
  fmt::format_to(std::back_inserter(listing), "{} {:o} {} {} {} ", kind_of(status.st_mode),
                 status.st_mode & 07777U, status.st_uid, status.st_gid,
                 S_ISREG(status.st_mode) ? status.st_size : 0);
  listing.append(entry.path).push_back('\0');
  listing.append(entry.content).append("\0\n", 2);
}

TreeSize count_entries(const std::vector<Entry>& entries) {
  TreeSize size;
  for (const Entry& entry : entries) {
    if (S_ISREG(entry.status.st_mode)) {
      // With holes, a few files come to more than can be counted.
      const std::uint64_t room = std::numeric_limits<std::uint64_t>::max() - size.bytes;
      size.bytes += std::min(room, static_cast<std::uint64_t>(entry.status.st_size));
    }
    if (!S_ISDIR(entry.status.st_mode)) ++size.files;
  }
  return size;
}

Result<TreeSize> measure_below(const std::filesystem::path& tree, int top) {
  TRY_ASSIGN(auto entries, scan(tree, top));
  std::ranges::sort(entries, {}, &Entry::path);
  parallel_for(entries.size(), 16, worker_count(), [&] {
    return [&, reader = ContentReader(top)](std::size_t at) mutable { reader.read(entries[at]); };
  });
  Hasher hasher(HashKind::sha256);
  std::string line;
  for (const Entry& entry : entries) {
    if (entry.trouble != 0) return fail(system_message(tree / entry.path, entry.trouble));
    line.clear();
    add_line(entry, line);
    hasher.add(line);
  }
  TreeSize size = count_entries(entries);
  size.digest = hasher.hex();
  return size;
}

Result<TreeSize> count_below(const std::filesystem::path& tree, int top) {
  TRY_ASSIGN(const auto entries, scan(tree, top));
  return count_entries(entries);
}

template <typename Of>
Result<TreeSize> with_top(const std::filesystem::path& tree, const Of& of) {
  const int top = ::open(tree.c_str(), folder_flags);
  if (top < 0) return fail(system_message(tree, errno));
  Result<TreeSize> size = of(tree, top);
  ::close(top);
  return size;
}

}  // namespace

Result<TreeSize> measure(const std::filesystem::path& tree) {
  return with_top(tree, measure_below);
}

Result<TreeSize> count(const std::filesystem::path& tree) { return with_top(tree, count_below); }

}  // namespace oxbow::cache
