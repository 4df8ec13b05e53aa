#include "base/tree_removal.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "base/file.h"

namespace oxbow {
namespace {

std::string unique_suffix() {
  static std::atomic<std::uint64_t> next{0};
  return fmt::format("{}-{}", ::getpid(), next++);
}

bool is_taken(int code) { return code == EEXIST || code == ENOTEMPTY || code == ENOTDIR; }

// Flattens a tree instead of descending: each folder is renamed to the top before it is looked
// into. So a path that is too long for the kernel, or a depth that takes all descriptors, cannot
// occur; nor is a mount entered, because a mount point cannot be renamed.
class TreeRemover {
 public:
  explicit TreeRemover(int top) : top_(top) {}

  /// Empties the top. Returns an error number, and goes on as far as it can.
  int run() {
    empty(top_);
    while (!pending_.empty()) {
      const std::string name = std::move(pending_.back());
      pending_.pop_back();
      const int folder = open_writable(top_, name);
      if (folder >= 0) {
        empty(folder);
        ::close(folder);
      }
      if (::unlinkat(top_, name.c_str(), AT_REMOVEDIR) != 0) note(errno);
    }
    return trouble_;
  }

 private:
  void note(int code) {
    if (trouble_ == 0 && code != ENOENT) trouble_ = code;
  }

  int open_writable(int parent, const std::string& name) {
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const int folder = ::openat(parent, name.c_str(), flags);
    if (folder < 0) note(errno);
    return folder;
  }

  // Unlinks the files of a folder and moves its folders to the top.
  void empty(int folder) {
    for (const std::string& name : names(folder)) {
      if (::unlinkat(folder, name.c_str(), 0) == 0) continue;
      if (errno == EISDIR || errno == EPERM) {
        move_up(folder, name);
      } else {
        note(errno);
      }
    }
  }

  void move_up(int folder, const std::string& name) {
    struct stat status{};
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return note(errno);
    if (!S_ISDIR(status.st_mode)) return note(EPERM);
    // Only who may write a folder may move it. Being root, one may anyway.
    if ((status.st_mode & S_IRWXU) != S_IRWXU) {
      ::fchmodat(folder, name.c_str(), S_IRWXU, AT_SYMLINK_NOFOLLOW);
    }
    for (;;) {
      std::string moved = "removed-" + unique_suffix();
      if (::renameat(folder, name.c_str(), top_, moved.c_str()) == 0) {
        return pending_.push_back(std::move(moved));
      }
      if (!is_taken(errno)) return note(errno);
    }
  }

  std::vector<std::string> names(int folder) {
    std::vector<std::string> names;
    DIR* const listing = ::fdopendir(::fcntl(folder, F_DUPFD_CLOEXEC, 0));
    if (listing == nullptr) {
      note(errno);
      return names;
    }
    while (const dirent* const entry = ::readdir(listing)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    ::closedir(listing);
    return names;
  }

  int top_;
  std::vector<std::string> pending_;
  int trouble_ = 0;
};

}  // namespace

Result<void> remove_tree(const std::filesystem::path& tree) {
  struct stat status{};
  if (::lstat(tree.c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) {
    if (::unlink(tree.c_str()) == 0 || errno == ENOENT) return {};
    return fail(system_message(tree, errno));
  }
  if ((status.st_mode & S_IRWXU) != S_IRWXU) ::chmod(tree.c_str(), S_IRWXU);
  const int top = ::open(tree.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (top < 0 && errno == ENOENT) return {};
  if (top < 0) return fail(system_message(tree, errno));
  int trouble = 0;
  do {  // again where another process has moved folders to the top meanwhile
    trouble = TreeRemover(top).run();
    if (trouble == 0 && ::rmdir(tree.c_str()) != 0 && errno != ENOENT) trouble = errno;
  } while (trouble == ENOTEMPTY);
  ::close(top);
  if (trouble == 0) return {};
  return fail(system_message(tree, trouble) + "; it could not be removed whole");
}

Result<std::filesystem::path> move_aside(const std::filesystem::path& from,
                                         const std::filesystem::path& to) {
  for (;;) {
    std::filesystem::path aside = fmt::format("{}-{}", to.string(), unique_suffix());
    if (::rename(from.c_str(), aside.c_str()) == 0) return aside;
    if (!is_taken(errno)) return fail(system_message(from, errno));
  }
}

}  // namespace oxbow
