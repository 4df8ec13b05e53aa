#include "sandbox/mounts.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/cache/scratch_cache.h"
#include "tests/sandbox/own_process.h"

namespace oxbow::sandbox {
namespace {

namespace fs = std::filesystem;
using cache::ScratchCache, cache::write, cache::content_of;

/// Folders to be stacked, the topmost first. Folder N has the file own-N; and every seventh the
/// file from-N, which some of those below it have, too.
class Stack {
 public:
  Stack(fs::path folder, std::size_t count, const std::string& prefix)
      : folder_(std::move(folder)) {
    for (std::size_t i = 0; i < count; ++i) {
      lowers_.push_back(folder_ / "lowers" / (prefix + std::to_string(i)));
      write(lowers_[i] / fmt::format("own-{}", i), std::to_string(i));
      write(lowers_[i] / "folder" / std::to_string(i), "");
    }
    for (std::size_t above = 0; above < count; above += 7) {
      for (const std::size_t each : {above, above + 1, above + 7, count - 1}) {
        if (each >= count) continue;
        write(lowers_[each] / fmt::format("from-{}", above), std::to_string(each));
      }
    }
    for (const char* const name : {"upper", "work", "at", "scratch"}) {
      fs::create_directories(folder_ / name);
    }
  }

  Overlay overlay() const {
    return {.lowers = lowers_,
            .upper = folder_ / "upper",
            .work = folder_ / "work",
            .at = folder_ / "at",
            .scratch = folder_ / "scratch"};
  }

  /// What does not show as it should, or else "".
  std::string wrong() const {
    const fs::path at = folder_ / "at";
    for (std::size_t i = 0; i < lowers_.size(); ++i) {
      const std::string own = cache::content_of(at / fmt::format("own-{}", i));
      if (own != std::to_string(i)) return fmt::format("own-{} is '{}'", i, own);
      if (!fs::exists(at / "folder" / std::to_string(i))) return fmt::format("no folder/{}", i);
    }
    for (std::size_t i = 0; i < lowers_.size(); i += 7) {
      const std::string from = cache::content_of(at / fmt::format("from-{}", i));
      if (from != std::to_string(i)) return fmt::format("from-{} is that of '{}'", i, from);
    }
    return "";
  }

  const fs::path& path() const { return folder_; }

 private:
  fs::path folder_;
  std::vector<fs::path> lowers_;
};

// Writes into what was mounted, and says what of it is not only in the upper folder.
std::string write_and_look(const Stack& stack) {
  const fs::path at = stack.path() / "at";
  std::error_code error;
  fs::remove(at / "own-0", error);
  write(at / "from-0", "written");
  if (fs::exists(at / "own-0")) return "a removed file shows";
  if (cache::content_of(stack.path() / "upper/from-0") != "written") return "upper has no from-0";
  if (cache::content_of(stack.overlay().lowers[0] / "from-0") != "0")
    return "a lower folder changed";
  if (cache::content_of(stack.overlay().lowers[0] / "own-0") != "0")
    return "a lower folder lost a file";
  return "";
}

/// How a stack is made and mounted.
struct Way {
  std::size_t count = 3;
  std::string prefix = "layer-";
  bool at_once = false;
};

// In a process of its own, and in memory. Returns what is wrong, or else "".
std::string mount_and_look(const fs::path& folder, const Way& way) {
  auto done = own_mounts();
  if (done) done = mount_memory(folder, 256 << 20);
  if (!done) return done.error().message;
  const Stack stack(folder, way.count, way.prefix);
  Overlay overlay = stack.overlay();
  overlay.at_once = way.at_once;
  if (const auto mounted = mount_overlay(overlay); !mounted) return mounted.error().message;
  const std::string wrong = stack.wrong();
  return wrong.empty() ? write_and_look(stack) : wrong;
}

TEST_CASE("of any number of layers, the topmost file shows") {
  if (!have_root()) return;
  const ScratchCache folder;
  for (const bool at_once : {false, true}) {
    for (const std::size_t count : {1U, 100U, 499U, 500U, 1200U}) {
      const OwnProcess process(
          [&] { return mount_and_look(folder.path(), {.count = count, .at_once = at_once}); });
      INFO(count << (at_once ? " at once" : " by pieces"));
      CHECK(process.trouble() == "");
    }
  }
}

TEST_CASE("layers may have any name") {
  if (!have_root()) return;
  const ScratchCache folder;
  for (const bool at_once : {false, true}) {
    for (const char* const name : {"a:b", "a,b=", "a\\b", "a\\:b\\,c", "a b\n", "\\", ":"}) {
      const OwnProcess process(
          [&] { return mount_and_look(folder.path(), {.prefix = name, .at_once = at_once}); });
      INFO("'" << name << "'" << (at_once ? " at once" : " by pieces"));
      CHECK(process.trouble() == "");
    }
  }
}

TEST_CASE("mounts are nobody else's, and go with their process") {
  if (!have_root()) return;
  const ScratchCache folder;
  fs::create_directories(folder.path() / "memory");
  write(folder.path() / "memory/below", "");
  OwnProcess process([&]() -> std::string {
    if (const auto own = own_mounts(); !own) return own.error().message;
    const auto mounted = mount_memory(folder.path() / "memory", 1 << 20);
    if (!mounted) return mounted.error().message;
    write(folder.path() / "memory/inside", std::string(512 << 10, 'x'));
    write(folder.path() / "memory/too-much", std::string(1 << 20, 'x'));
    if (fs::file_size(folder.path() / "memory/inside") != 512 << 10) return "not written";
    if (fs::file_size(folder.path() / "memory/too-much") == 1 << 20) return "no limit";
    return "";
  });
  REQUIRE(process.trouble() == "");
  const auto mounts_of = [&](std::string_view process_name) {
    return cache::content_of(fmt::format("/proc/{}/mountinfo", process_name));
  };
  const std::string place = (folder.path() / "memory").string();
  CHECK(mounts_of(std::to_string(process.id())).contains(place));
  CHECK_FALSE(mounts_of("self").contains(place));
  CHECK(fs::exists(folder.path() / "memory/below"));
  CHECK_FALSE(fs::exists(folder.path() / "memory/inside"));
  process.end();
  std::error_code error;
  CHECK(fs::remove_all(folder.path() / "memory", error) == 2);
  CHECK_FALSE(error);
}

TEST_CASE("what cannot be mounted is reported with its place") {
  if (!have_root()) return;
  const ScratchCache folder;
  const Stack stack(folder.path(), 2, "layer-");
  const OwnProcess process([&]() -> std::string {
    if (const auto own = own_mounts(); !own) return own.error().message;
    Overlay overlay = stack.overlay();
    overlay.lowers[1] /= "absent";
    const auto mounted = mount_overlay(overlay);
    return mounted ? "it is mounted" : mounted.error().message;
  });
  CHECK_THAT(process.trouble(), Catch::Matchers::Contains(stack.path().string()) &&
                                    Catch::Matchers::Contains("No such file"));
}

}  // namespace
}  // namespace oxbow::sandbox
