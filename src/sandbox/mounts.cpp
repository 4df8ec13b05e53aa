#include "sandbox/mounts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <string>
#include <system_error>

#include "base/descriptor.h"
#include "base/file.h"

namespace oxbow::sandbox {
namespace {

namespace fs = std::filesystem;

using Lowers = std::span<const fs::path>;

// The kernel takes 500, and where there is an upper that counts.
constexpr std::size_t most_lowers = 499;

Result<void> cannot_mount(const fs::path& at, int code) {
  return fail("cannot mount at " + system_message(at, code));
}

// A layer must mean the same wherever it is stacked: a rename may not refer to what lay below.
constexpr auto options = {"redirect_dir=off", "metacopy=off", "index=off"};

bool set(const Descriptor& context, const char* name, const char* value) {
  return ::fsconfig(context.get(), FSCONFIG_SET_STRING, name, value, 0) == 0;
}

// Linux 6.5 and later: a lower folder at a time, so that nothing limits their names.
// Returns an error number, 0 for none.
int mount_by_pieces(Lowers lowers, const fs::path& upper, const fs::path& work,
                    const fs::path& at) {
  const Descriptor context(::fsopen("overlay", FSOPEN_CLOEXEC));
  if (!context) return errno;
  bool well = set(context, "source", "oxbow");
  for (const fs::path& lower : lowers) well = well && set(context, "lowerdir+", lower.c_str());
  if (!upper.empty()) {
    well = well && set(context, "upperdir", upper.c_str()) && set(context, "workdir", work.c_str());
  }
  for (const char* const option : options) {
    const std::string_view text = option;
    const std::size_t equal = text.find('=');
    well = well && set(context, std::string(text.substr(0, equal)).c_str(), option + equal + 1);
  }
  if (!well || ::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) {
    return errno;
  }
  const Descriptor mounted(::fsmount(context.get(), FSMOUNT_CLOEXEC, 0));
  if (!mounted) return errno;
  return ::move_mount(mounted.get(), "", AT_FDCWD, at.c_str(), MOVE_MOUNT_F_EMPTY_PATH) == 0
             ? 0
             : errno;
}

// Older ones: all in a page of options, which is why the folders get short names. They are looked
// up from the current directory.
int mount_at_once(Lowers lowers, const fs::path& upper, const fs::path& work, const fs::path& at,
                  const fs::path& links) {
  std::error_code error;
  fs::create_directory(links, error);
  std::string data = "lowerdir=";
  for (std::size_t i = 0; i < lowers.size(); ++i) {
    const std::string name = std::to_string(i);
    if (!error) fs::create_symlink(lowers[i], links / name, error);
    if (i != 0) data += ":";
    data += name;
  }
  if (error) return error.value();
  if (!upper.empty()) {
    fs::create_symlink(upper, links / "u", error);
    fs::create_symlink(work, links / "w", error);
    data += ",upperdir=u,workdir=w";
  }
  for (const char* const option : options) data += fmt::format(",{}", option);
  const Descriptor before(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!before || ::chdir(links.c_str()) != 0) return errno;
  const int code = ::mount("oxbow", at.c_str(), "overlay", 0, data.c_str()) == 0 ? 0 : errno;
  if (::fchdir(before.get()) != 0) return errno;
  return code;
}

Result<void> mount_one(Lowers lowers, const fs::path& upper, const fs::path& work,
                       const fs::path& at, const fs::path& links, bool at_once) {
  const int code = at_once ? ENOSYS : mount_by_pieces(lowers, upper, work, at);
  if (code == 0) return {};
  // EINVAL: this kernel has no "lowerdir+". ENOSYS: nor fsopen.
  if (code != EINVAL && code != ENOSYS) return cannot_mount(at, code);
  const int second = mount_at_once(lowers, upper, work, at, links);
  if (second == 0) return {};
  return cannot_mount(at, second);
}

}  // namespace

Result<void> own_mounts() {
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return fail(fmt::format("cannot make a private mount namespace: {}; building needs root",
                            std::generic_category().message(errno)));
  }
  return {};
}

Result<void> mount_memory(const fs::path& at, std::uint64_t bytes) {
  const std::string data = fmt::format("size={},mode=755", bytes);
  if (::mount("oxbow", at.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, data.c_str()) == 0) return {};
  return cannot_mount(at, errno);
}

Result<Descriptor> copy_mount(const fs::path& source) {
  Descriptor copy(::open_tree(AT_FDCWD, source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
  if (!copy) return fail("cannot copy the mount of " + system_message(source, errno));
  return copy;
}

Result<void> mount_overlay(const Overlay& overlay) {
  // Too many for one overlay: the lowest become a few, which are folders like any other. None of
  // these is of another, since the kernel stacks overlays no deeper than that.
  std::size_t loose = overlay.lowers.size();
  std::vector<fs::path> groups;  // the topmost first
  while (loose + groups.size() > most_lowers) {
    const std::size_t count = std::min(most_lowers, loose + groups.size() + 1 - most_lowers);
    const std::string number = std::to_string(groups.size());
    const fs::path at = overlay.scratch / ("group-" + number);
    std::error_code error;
    if (!fs::create_directory(at, error)) return fail(system_message(at, error.value()));
    loose -= count;
    auto mounted = mount_one(Lowers(overlay.lowers).subspan(loose, count), {}, {}, at,
                             overlay.scratch / ("links-" + number), overlay.at_once);
    if (!mounted) return mounted;
    groups.insert(groups.begin(), at);
  }
  std::vector<fs::path> lowers(overlay.lowers.begin(),
                               overlay.lowers.begin() + static_cast<std::ptrdiff_t>(loose));
  lowers.insert(lowers.end(), groups.begin(), groups.end());
  return mount_one(lowers, overlay.upper, overlay.work, overlay.at, overlay.scratch / "links",
                   overlay.at_once);
}

Result<void> unmount(const fs::path& at) {
  if (::umount2(at.c_str(), MNT_DETACH) == 0) return {};
  return fail("cannot unmount " + system_message(at, errno));
}

}  // namespace oxbow::sandbox
