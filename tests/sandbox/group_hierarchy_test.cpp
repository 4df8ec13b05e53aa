#include "sandbox/group_hierarchy.h"

#include <catch2/catch.hpp>
#include <sys/xattr.h>
#include <unistd.h>

#include <fstream>

#include "base/file.h"
#include "tests/scratch_folder.h"

namespace oxbow::sandbox {
namespace {

namespace fs = std::filesystem;

/// A folder in place of /sys/fs/cgroup.
struct Tree {
  fs::path group(const std::string& path) const {
    fs::create_directories(top / path);
    return top / path;
  }

  /// As the kernel tells of the second version, mounted at the tree from its group `root`.
  std::vector<GroupHierarchy> second(const std::string& own, const std::string& root = "/") const {
    return group_hierarchies("0::" + own + "\n", "26 25 0:23 " + root + " " + top.string() +
                                                     " rw,nosuid shared:9 - cgroup2 cgroup2 rw\n");
  }

  ScratchFolder folder;
  fs::path top = folder.path();
};

// As systemd does; false where the file system of the temporary files keeps no such marks.
bool delegate(const fs::path& group) {
  if (::setxattr(group.c_str(), "user.delegate", "1", 1, 0) == 0 ||
      ::setxattr(group.c_str(), "trusted.delegate", "1", 1, 0) == 0) {
    return true;
  }
  WARN("SKIPPED: " << system_message(group, errno));
  return false;
}

TEST_CASE("of the first version, each hierarchy has a group of our own") {
  const Tree tree;
  const fs::path memory = tree.group("memory/system.slice/oxbow.service");
  tree.group("cpu,cpuacct");
  const std::string at = tree.top.string();
  const auto found = group_hierarchies(
      "12:cpuacct,cpu:/elsewhere\n9:memory:/system.slice/oxbow.service\n1:name=systemd:/\n0::/\n",
      "31 23 0:28 / " + at + " rw - tmpfs tmpfs rw,mode=755\n33 31 0:30 / " + at +
          "/cpu,cpuacct rw,relatime shared:3 - cgroup cgroup rw,cpu,cpuacct\n35 31 0:32 / " + at +
          "/memory rw,relatime - cgroup cgroup rw,memory\n36 31 0:33 / " + at +
          "/devices rw - cgroup cgroup rw,devices\n");
  REQUIRE(found.size() == 2);
  // Where our group is not seen, the top stands for it.
  CHECK(found[0].top == tree.top / "cpu,cpuacct");
  CHECK(found[0].own == found[0].top);
  CHECK_FALSE(found[0].is_second_version());
  CHECK(found[1].top == tree.top / "memory");
  CHECK(found[1].own == memory);
  CHECK(found[1].parent() == memory);
}

TEST_CASE("a mount that begins at a group below the top shows what is below that") {
  const Tree tree;
  const fs::path own = tree.group("own");
  tree.group("container/own");
  CHECK(tree.second("/container/own", "/container").at(0).own == own);
  for (const char* const hidden :
       {"/container", "/containers/own", "/other", "/", "/container/.."}) {
    INFO(hidden);
    CHECK(tree.second(hidden, "/container").at(0).own == tree.top);
  }
  CHECK(tree.second("/../own").at(0).own == tree.top);
}

TEST_CASE("what the kernel does not tell is not guessed") {
  const Tree tree;
  CHECK(group_hierarchies("", "").empty());
  CHECK(tree.second("").empty());
  CHECK(
      group_hierarchies("0::/\n", "26 25 0:23 / " + tree.top.string() + " rw - cgroup2\n").empty());
  CHECK(group_hierarchies("0\n::\n", "- - - -\n").empty());
}

TEST_CASE("of the second version, groups are made beside our own if that place was left to us") {
  const Tree tree;
  const fs::path unit = tree.group("system.slice/oxbow.service");
  tree.group("system.slice/oxbow.service/main");
  CHECK(tree.second("/system.slice/oxbow.service/main").at(0).parent() == tree.top);
  if (!delegate(unit)) return;
  CHECK(tree.second("/system.slice/oxbow.service/main").at(0).parent() == unit);
  // It has processes, so it can limit nothing below.
  CHECK(tree.second("/system.slice/oxbow.service").at(0).parent() == tree.top);
}

TEST_CASE("a process leaves the group that was left to it for one below, and no other") {
  const Tree tree;
  const fs::path unit = tree.group("oxbow.service");
  const fs::path main = tree.group("oxbow.service/main");
  std::ofstream(main / "cgroup.procs") << "";
  REQUIRE(make_room_for_groups(tree.second("/oxbow.service")));
  CHECK(*read_file(main / "cgroup.procs") == "");
  if (!delegate(unit)) return;
  REQUIRE(make_room_for_groups(tree.second("/oxbow.service")));
  CHECK(*read_file(main / "cgroup.procs") == std::to_string(::getpid()));
  // Then it is in the one below, and stays.
  fs::remove(main / "cgroup.procs");
  CHECK(make_room_for_groups(tree.second("/oxbow.service/main")));
  CHECK_FALSE(make_room_for_groups(tree.second("/oxbow.service")));
}

}  // namespace
}  // namespace oxbow::sandbox
