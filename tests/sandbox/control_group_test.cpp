#include "sandbox/control_group.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "sandbox/group_hierarchy.h"
#include "tests/cache/scratch_cache.h"
#include "tests/sandbox/own_process.h"

namespace oxbow::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t memory = std::uint64_t{64} << 20;

// The folders of a process's group, in all hierarchies.
std::vector<fs::path> groups_of(pid_t process) {
  const std::string name = fmt::format("oxbow-{}", process);
  std::vector<fs::path> found;
  for (const GroupHierarchy& hierarchy : group_hierarchies()) {
    for (const fs::path& parent : {hierarchy.parent(), hierarchy.top}) {
      const fs::path group = parent / name;
      const bool known = std::ranges::find(found, group) != found.end();
      if (fs::exists(group) && !known) found.push_back(group);
    }
  }
  return found;
}

bool have_control_groups() {
  if (!have_root()) return false;
  if (const auto group = ControlGroup::make(memory, 64); !group) {
    WARN("SKIPPED: " << group.error().message);
    return false;
  }
  return true;
}

// A process that has made its group, and is to be killed before it can remove it.
std::string leave_group(bool with_folder_below) {
  auto* const group = new Result<ControlGroup>(ControlGroup::make(memory, 64));
  if (!*group) return group->error().message;
  for (const fs::path& folder : groups_of(::getpid())) {
    std::error_code error;
    if (with_folder_below && !fs::create_directory(folder / "runc", error)) return error.message();
  }
  return "";
}

/// What became of a process in the group.
struct Eaten {
  bool killed = false;
  MemoryShortage told = MemoryShortage::none;
};

// Has a process in `group` take `bytes` of memory.
Eaten eat(const ControlGroup& group, std::size_t bytes) {
  std::array<int, 2> go{};
  REQUIRE(::pipe2(go.data(), O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    char word = 0;
    if (::read(go[0], &word, 1) != 1) ::_exit(1);
    std::string food(bytes, 'x');
    ::_exit(food[bytes / 2] == 'x' ? 0 : 1);
  }
  REQUIRE(group.add(child));
  REQUIRE(::write(go[1], "g", 1) == 1);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  ::close(go[0]);
  ::close(go[1]);
  return {WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, group.shortage()};
}

TEST_CASE("a group is removed with its object") {
  if (!have_control_groups()) return;
  {
    const auto group = ControlGroup::make(memory, 64);
    REQUIRE(group);
    CHECK(group->name() == fmt::format("oxbow-{}", ::getpid()));
    CHECK(group->folder().filename() == group->name());
    CHECK_FALSE(groups_of(::getpid()).empty());
  }
  CHECK(groups_of(::getpid()).empty());
}

TEST_CASE("a group is made below our own, whose limits bind it") {
  if (!have_control_groups()) return;
  const auto hierarchies = group_hierarchies();
  const auto memory_of = std::ranges::find_if(hierarchies, [](const GroupHierarchy& at) {
    return std::ranges::find(at.controllers, "memory") != at.controllers.end();
  });
  if (memory_of == hierarchies.end() || memory_of->own == memory_of->top) {
    WARN("SKIPPED: this process is at the top of the control groups");
    return;
  }
  const auto group = ControlGroup::make(memory, 64);
  REQUIRE(group);
  CHECK(group->folder().parent_path() == memory_of->own);
}

TEST_CASE("groups of dead processes are removed, and those of living ones stay") {
  if (!have_control_groups()) return;
  OwnProcess dead([] { return leave_group(false); });
  OwnProcess dead_with_more([] { return leave_group(true); });
  OwnProcess living([] { return leave_group(true); });
  for (const OwnProcess* const each : {&dead, &dead_with_more, &living}) {
    REQUIRE(each->trouble() == "");
    REQUIRE_FALSE(groups_of(each->id()).empty());
  }
  const std::vector<pid_t> ended = {dead.id(), dead_with_more.id()};
  dead.end();
  dead_with_more.end();

  REQUIRE(ControlGroup::make(memory, 64));
  for (const pid_t process : ended) CHECK(groups_of(process).empty());
  CHECK_FALSE(groups_of(living.id()).empty());

  const pid_t last = living.id();
  living.end();
  REQUIRE(ControlGroup::make(memory, 64));
  CHECK(groups_of(last).empty());
}

TEST_CASE("who needs more memory than the group has is killed, and it is told") {
  if (!have_control_groups()) return;
  const auto group = ControlGroup::make(memory, 64);
  REQUIRE(group);
  const Eaten enough = eat(*group, memory / 4);
  CHECK_FALSE(enough.killed);
  CHECK(enough.told == MemoryShortage::none);
  const Eaten too_much = eat(*group, memory * 4);
  CHECK(too_much.killed);
  CHECK(too_much.told == MemoryShortage::of_the_group);
}

TEST_CASE("a group has no more processes than it may") {
  if (!have_control_groups()) return;
  constexpr int most = 8;
  const auto group = ControlGroup::make(memory, most);
  REQUIRE(group);
  std::array<int, 2> go{};
  REQUIRE(::pipe2(go.data(), O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    char word = 0;
    if (::read(go[0], &word, 1) != 1) ::_exit(100);
    int made = 0;
    std::array<pid_t, 32> children{};
    while (made < 32 && (children[static_cast<std::size_t>(made)] = ::fork()) > 0) ++made;
    if (made < 32 && children[static_cast<std::size_t>(made)] == 0) {
      for (;;) ::pause();
    }
    for (int i = 0; i < made; ++i) {
      ::kill(children[static_cast<std::size_t>(i)], SIGKILL);
      ::waitpid(children[static_cast<std::size_t>(i)], nullptr, 0);
    }
    ::_exit(made);
  }
  REQUIRE(group->add(child));
  REQUIRE(::write(go[1], "g", 1) == 1);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == most - 1);  // itself is one
}

}  // namespace
}  // namespace oxbow::sandbox
