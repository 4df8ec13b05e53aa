#include <catch2/catch.hpp>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/real/world.h"

// Whether a case would be told what is left: otherwise all of them show nothing.
namespace oxbow::real {
namespace {

namespace fs = std::filesystem;

TEST_CASE("what is left of a build is seen, wherever its parents went") {
  const ScratchFolder folder;
  CHECK(left_over(folder.path()) == Texts{});

  const Ended orphaned =
      e2e::run({"sh", "-c", "setsid sleep 3600 >/dev/null 2>&1 & echo $!"}, folder.path());
  const Texts left = left_over(folder.path());
  REQUIRE(left.size() == 1);
  const int orphan = std::stoi(orphaned.out);
  CHECK_THAT(left[0], Catch::Matchers::StartsWith("process " + std::to_string(orphan) + " ("));
  ::kill(orphan, SIGKILL);
  while (!left_over(folder.path()).empty()) ::usleep(1000);

  const fs::path first =
      fs::exists("/sys/fs/cgroup/memory") ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup";
  fs::create_directory(first / "oxbow-1");
  CHECK(left_over(folder.path()) == Texts{(first / "oxbow-1").string()});
  fs::remove(first / "oxbow-1");

  REQUIRE(::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, nullptr) == 0);
  CHECK(left_over(folder.path()).size() == 1);
  REQUIRE(::umount(folder.path().c_str()) == 0);
  CHECK(left_over(folder.path()) == Texts{});
}

}  // namespace
}  // namespace oxbow::real
