#include "cache/digest.h"

#include <fmt/format.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/hash.h"
#include "base/tree_removal.h"
#include "tests/cache/scratch_cache.h"

using namespace oxbow;
using namespace oxbow::cache;
namespace fs = std::filesystem;

namespace {

// A tree with something of every kind that needs no privilege.
void make_tree(const fs::path& tree) {
  write(tree / "a/x", "12345");
  write(tree / "a-b", "678");
  write(tree / "empty", "");
  fs::create_directories(tree / "folder");
  fs::create_symlink("/etc/passwd", tree / "link");
  ::chmod(tree.c_str(), 0755);
  for (const char* const folder : {"a", "folder"}) ::chmod((tree / folder).c_str(), 0755);
  for (const char* const file : {"a/x", "a-b", "empty"}) ::chmod((tree / file).c_str(), 0644);
}

TreeSize size_of(const fs::path& tree) {
  const auto size = measure(tree);
  REQUIRE(size);
  return *size;
}

}  // namespace

TEST_CASE("a hash of pieces is that of the whole") {
  Hasher hasher(HashKind::sha256);
  CHECK(hasher.hex() == sha256_hex(""));
  hasher.add("ab");
  hasher.add("c");
  CHECK(hasher.hex() == sha256_hex("abc"));
  CHECK(hasher.hex() == sha256_hex(""));
}

TEST_CASE("a tree's digest is that of its listing") {
  const ScratchCache cache;
  const fs::path tree = cache.path() / "tree";
  make_tree(tree);
  const std::string owner = fmt::format(" {} {} ", ::getuid(), ::getgid());
  const std::string nul(1, '\0');
  const auto line = [&](const std::string& kind_mode, const std::string& size_path,
                        const std::string& content) {
    return kind_mode + owner + size_path + nul + content + nul + "\n";
  };
  const std::string listing =
      line("d 755", "0 .", "") + line("d 755", "0 a", "") +
      line("f 644", "3 a-b", sha256_hex("678")) + line("f 644", "5 a/x", sha256_hex("12345")) +
      line("f 644", "0 empty", sha256_hex("")) + line("d 755", "0 folder", "") +
      line("l 777", "0 link", "/etc/passwd");
  const TreeSize size = size_of(tree);
  CHECK(size.bytes == 8);
  CHECK(size.files == 4);
  CHECK(size.digest == sha256_hex(listing));
  make_tree(cache.path() / "again");
  CHECK(size_of(cache.path() / "again") == size);
  const auto counted = count(tree);
  REQUIRE(counted);
  CHECK(*counted == TreeSize{8, 4, ""});
}

TEST_CASE("whatever differs in a tree shows in its digest") {
  const ScratchCache cache;
  std::vector<std::function<void(const fs::path&)>> changes = {
      [](const fs::path&) {},
      [](const fs::path& tree) { write(tree / "a/x", "12346"); },
      [](const fs::path& tree) { fs::remove(tree / "empty"); },
      [](const fs::path& tree) { write(tree / "more", ""); },
      [](const fs::path& tree) { fs::create_directories(tree / "more"); },
      [](const fs::path& tree) { fs::rename(tree / "a-b", tree / "a-c"); },
      [](const fs::path& tree) { ::chmod((tree / "a-b").c_str(), 0755); },
      [](const fs::path& tree) { ::chmod((tree / "a-b").c_str(), 04644); },
      [](const fs::path& tree) { ::chmod(tree.c_str(), 0700); },
      [](const fs::path& tree) {
        fs::remove(tree / "link");
        fs::create_symlink("/etc/shadow", tree / "link");
      },
      [](const fs::path& tree) {
        fs::remove(tree / "empty");
        ::mkfifo((tree / "empty").c_str(), 0644);
      }};
  if (::geteuid() == 0) {
    changes.emplace_back(
        [](const fs::path& tree) { REQUIRE(::chown((tree / "a-b").c_str(), 1, 0) == 0); });
    changes.emplace_back(
        [](const fs::path& tree) { REQUIRE(::chown((tree / "a-b").c_str(), 0, 1) == 0); });
    changes.emplace_back([](const fs::path& tree) {  // a whiteout
      fs::remove(tree / "empty");
      REQUIRE(::mknod((tree / "empty").c_str(), S_IFCHR | 0644, makedev(0, 0)) == 0);
    });
    changes.emplace_back([](const fs::path& tree) {
      fs::remove(tree / "empty");
      REQUIRE(::mknod((tree / "empty").c_str(), S_IFCHR | 0644, makedev(1, 3)) == 0);
    });
    changes.emplace_back([](const fs::path& tree) {
      REQUIRE(::setxattr((tree / "folder").c_str(), "trusted.overlay.opaque", "y", 1, 0) == 0);
    });
  } else {
    WARN("devices, owners and opaque folders are not tested: that takes root");
  }
  std::set<std::string> digests;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const fs::path tree = cache.path() / std::to_string(i);
    make_tree(tree);
    changes[i](tree);
    INFO("change " << i);
    CHECK(digests.insert(size_of(tree).digest).second);
  }
}

TEST_CASE("a large file is measured, and what cannot be is an error") {
  const ScratchCache cache;
  const fs::path tree = cache.path() / "tree";
  write(tree / "large", "");
  fs::resize_file(tree / "large", 3U << 20U);
  CHECK(size_of(tree).bytes == 3U << 20U);
  const auto none = measure(cache.path() / "none");
  REQUIRE_FALSE(none);
  CHECK_THAT(none.error().message, Catch::Matchers::Contains("none: No such file"));
  fs::create_symlink(tree, cache.path() / "link");
  CHECK_FALSE(measure(cache.path() / "link"));
}

TEST_CASE("a tree is removed without following links, and whatever its modes") {
  const ScratchCache cache;
  const fs::path kept = cache.path() / "kept";
  write(kept / "file", "precious");
  const fs::path tree = cache.path() / "tree";
  make_tree(tree);
  fs::create_symlink(kept, tree / "to-folder");
  fs::create_symlink(kept / "file", tree / "a/to-file");
  write(tree / "shut/inner/file", "");
  ::chmod((tree / "shut/inner").c_str(), 0);
  ::chmod((tree / "shut").c_str(), 0);
  ::chmod(tree.c_str(), 0);
  const auto removed = remove_tree(tree);
  INFO((removed ? "" : removed.error().message));
  CHECK(removed);
  CHECK_FALSE(fs::exists(fs::symlink_status(tree)));
  CHECK(content_of(kept / "file") == "precious");
  CHECK(remove_tree(tree));

  fs::create_symlink(kept, cache.path() / "link");
  CHECK(remove_tree(cache.path() / "link"));
  CHECK_FALSE(fs::exists(fs::symlink_status(cache.path() / "link")));
  CHECK(content_of(kept / "file") == "precious");
}

TEST_CASE("a tree is removed that is deeper than a path can say") {
  const ScratchCache cache;
  const fs::path tree = cache.path() / "tree";
  fs::create_directories(tree);
  // A child makes it, since it changes directory.
  CHECK(answer_elsewhere([&] {
          if (::chdir(tree.c_str()) != 0) return "no tree";
          for (int i = 0; i < 400; ++i) {
            if (::mkdir("deeper-and-deeper", 0755) != 0) return "no folder";
            if (::chdir("deeper-and-deeper") != 0) return "no way";
          }
          return "made";
        }) == "made");
  const auto removed = remove_tree(tree);
  INFO((removed ? "" : removed.error().message));
  CHECK(removed);
  CHECK_FALSE(fs::exists(tree));
}

TEST_CASE("several processes may remove one tree") {
  const ScratchCache cache;
  const fs::path tree = cache.path() / "tree";
  for (int i = 0; i < 1000; ++i) write(tree / std::to_string(i % 50) / std::to_string(i), "");
  const pid_t other = ::fork();
  if (other == 0) ::_exit(remove_tree(tree) ? 0 : 1);
  CHECK(remove_tree(tree));
  int status = -1;
  REQUIRE(::waitpid(other, &status, 0) == other);
  CHECK(status == 0);
  CHECK_FALSE(fs::exists(tree));
}
