#include "base/file.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "base/tree_removal.h"
#include "tests/scratch_folder.h"

using namespace oxbow;
using Catch::Matchers::EndsWith;

namespace fs = std::filesystem;

namespace {

struct FileFixture {
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()));
  }
  ScratchFolder scratch;
  fs::path file = scratch.path() / "file";
};

}  // namespace

TEST_CASE_METHOD(FileFixture, "a file is read as it was written, and replaced as a whole") {
  const std::string text = std::string("a\0b\n", 4) + std::string(100'000, 'x');
  REQUIRE(write_file(file, "before"));
  REQUIRE(write_file(file, text));
  CHECK((read_file(file) == text));
  CHECK(entries() == 1);
  struct stat status{};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0644);
}

TEST_CASE_METHOD(FileFixture, "a file longer than the limit is an error that names it") {
  REQUIRE(write_file(file, "12345"));
  CHECK(read_file(file, 5) == "12345");
  const auto longer = read_file(file, 4);
  REQUIRE_FALSE(longer);
  CHECK(longer.error().message == file.string() + ": longer than 4 bytes");
}

TEST_CASE_METHOD(FileFixture, "of a file a part or the end is read without the rest") {
  const fs::path path = scratch.path() / "long";
  constexpr std::uint64_t size = std::uint64_t{1} << 40U;  // all but the end takes no room
  std::ofstream(path).close();
  fs::resize_file(path, size - 4);
  std::ofstream(path, std::ios::binary | std::ios::app) << "end\n";
  CHECK(read_end(path, 3) == "nd\n");
  CHECK(read_end(path, 6) == std::string("\0\0end\n", 6));
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(size_of(file) == size);
  CHECK(read_part(file, size - 4, 2) == "en");
  CHECK(read_part(file, size - 4, 100) == "end\n");
  CHECK(read_part(file, size + 1, 100).empty());
  CHECK(read_end(scratch.path() / "none", 4).empty());
  CHECK(size_of(Descriptor()) == 0);
}

TEST_CASE("a file that says it has no length is read to its end") {
  const auto text = read_file("/proc/self/status");
  REQUIRE(text);
  CHECK(text->find("PPid:") != std::string::npos);
}

TEST_CASE_METHOD(FileFixture, "what cannot be read or written is an error that names it") {
  const fs::path nowhere = scratch.path() / "no/file";
  CHECK(read_file(nowhere).error().message == nowhere.string() + ": No such file or directory");
  CHECK(write_file(nowhere, "").error().message ==
        nowhere.string() + ": No such file or directory");
  CHECK_THAT(read_file(scratch.path()).error().message, EndsWith(": Is a directory"));
  // Nothing of the attempt is left.
  fs::create_directory(file);
  CHECK_FALSE(write_file(file, "text"));
  CHECK(entries() == 1);
}

TEST_CASE_METHOD(FileFixture, "a link to nowhere is there") {
  CHECK_FALSE(is_there(file));
  fs::create_symlink("nowhere", file);
  CHECK(is_there(file));
}

TEST_CASE_METHOD(FileFixture, "folders are made with those above them") {
  const fs::path deep = scratch.path() / "a/b/c";
  REQUIRE(make_folders(deep));
  REQUIRE(make_folders(deep));
  CHECK(fs::is_directory(deep));
  REQUIRE(write_file(file, ""));
  CHECK_FALSE(make_folders(file / "below"));
}

TEST_CASE_METHOD(FileFixture, "a tree is removed, and what its links lead to is not") {
  REQUIRE(write_file(file, "kept"));
  const fs::path tree = scratch.path() / "tree";
  REQUIRE(make_folders(tree / "a/b"));
  REQUIRE(write_file(tree / "a/b/file", ""));
  fs::create_symlink(file, tree / "a/link");
  fs::create_directory_symlink(scratch.path(), tree / "a/up");
  REQUIRE(::chmod((tree / "a/b").c_str(), 0) == 0);
  REQUIRE(remove_tree(tree));
  CHECK_FALSE(is_there(tree));
  CHECK(read_file(file) == "kept");
  CHECK(remove_tree(tree));
}
