#include <catch2/catch.hpp>

#include "tests/real/world.h"

namespace oxbow::real {
namespace {

// runc takes neither as the root of a sandbox.
TEST_CASE("a cache may be named by a relative path, and through a link") {
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const Cache cache;
      const ScratchFolder folder;
      std::filesystem::create_directory_symlink(cache.path(), folder.path() / "link");
      const Overlay overlay(Overlay::Begin::empty);
      overlay.package("low.1", "build: [\"true\"]\n");
      overlay.propose();
      overlay.package("low.1", "build: [\"sh\" \"-c\" \":\"]\n");
      const e2e::Program program;
      e2e::Around around;
      around.folder = folder.path();
      const Checked checked(program.run(
          overlay.arguments({"check", "--cache", "link", "--sandbox", sandbox, "--json"}), around));
      CHECK(checked.code == 0);
      CHECK(checked.built() == std::multiset<std::string>{"low.1"});
      CHECK(cache.packages() == std::multiset<std::string>{"low.1"});
    }
  }
}

}  // namespace
}  // namespace oxbow::real
