#include "sandbox/group_hierarchy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "base/descriptor.h"
#include "base/file.h"

namespace oxbow::sandbox {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string_view>;

Words words_of(std::string_view text, char between) {
  Words words;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(between, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

// Where a group is seen below a mount whose own top is the group `root`.
fs::path seen_at(const fs::path& mount, std::string_view root, std::string_view group) {
  if (root == "/") root = "";
  if (!group.starts_with(root)) return mount;
  const std::string_view below = group.substr(root.size());
  if (below.empty() || below == "/") return mount;
  if (!below.starts_with('/') || below.contains("/..")) return mount;
  fs::path folder = mount / below.substr(1);
  std::error_code ignored;
  return fs::is_directory(folder, ignored) ? folder : mount;
}

// The group by the text of /proc/self/cgroup, in the hierarchy whose options name one of the
// controllers, or of the second version: "4:cpu,cpuacct:/GROUP", "0::/GROUP".
std::string_view group_in(std::string_view groups, const Words& options) {
  for (const std::string_view line : words_of(groups, '\n')) {
    const Words parts = words_of(line, ':');
    if (parts.size() < 3) continue;
    const bool found =
        options.empty()
            ? parts[1].empty()
            : std::ranges::find(options, words_of(parts[1], ',').front()) != options.end();
    if (found) return line.substr(parts[0].size() + parts[1].size() + 2);
  }
  return {};
}

// As systemd marks the groups that it leaves to a unit.
bool is_delegated(const fs::path& group) {
  return std::ranges::any_of(
      std::array{"user.delegate", "trusted.delegate"}, [&](const char* mark) {
        char value = 0;
        return ::getxattr(group.c_str(), mark, &value, 1) == 1 && value == '1';
      });
}

}  // namespace

fs::path GroupHierarchy::parent() const {
  if (!is_second_version()) return own;
  return own != top && is_delegated(own.parent_path()) ? own.parent_path() : top;
}

std::vector<GroupHierarchy> group_hierarchies(std::string_view groups, std::string_view mounts) {
  std::vector<GroupHierarchy> found;
  for (const std::string_view line : words_of(mounts, '\n')) {
    // "ID PARENT DEVICE ROOT MOUNT OPTIONS [MORE…] - TYPE SOURCE OPTIONS"
    const Words words = words_of(line, ' ');
    const auto dash = std::ranges::find(words, "-");
    if (dash - words.begin() < 6 || words.end() - dash < 4) continue;
    const bool second = dash[1] == "cgroup2";
    if (!second && dash[1] != "cgroup") continue;
    const Words options = words_of(dash[3], ',');
    const std::string_view group = group_in(groups, second ? Words() : options);
    if (group.empty()) continue;
    GroupHierarchy hierarchy;
    hierarchy.top = words[4];
    hierarchy.own = seen_at(hierarchy.top, words[3], group);
    if (!second) hierarchy.controllers.assign(options.begin(), options.end());
    // What is mounted over another hides it.
    std::erase_if(found, [&](const GroupHierarchy& other) { return other.top == hierarchy.top; });
    found.push_back(std::move(hierarchy));
  }
  return found;
}

std::vector<GroupHierarchy> group_hierarchies() {
  const auto groups = read_file("/proc/self/cgroup");
  const auto mounts = read_file("/proc/self/mountinfo");
  if (!groups || !mounts) return {};
  return group_hierarchies(*groups, *mounts);
}

Result<void> make_room_for_groups(const std::vector<GroupHierarchy>& hierarchies) {
  for (const GroupHierarchy& hierarchy : hierarchies) {
    if (!hierarchy.is_second_version() || !is_delegated(hierarchy.own)) continue;
    const fs::path main = hierarchy.own / "main";
    if (::mkdir(main.c_str(), 0755) != 0 && errno != EEXIST)
      return fail(system_message(main, errno));
    const fs::path processes = main / "cgroup.procs";
    const Descriptor file(::open(processes.c_str(), O_WRONLY | O_CLOEXEC));
    const std::string own = std::to_string(::getpid());
    if (!file || ::write(file.get(), own.data(), own.size()) < 0) {
      return fail(system_message(processes, errno));
    }
  }
  return {};
}

}  // namespace oxbow::sandbox
