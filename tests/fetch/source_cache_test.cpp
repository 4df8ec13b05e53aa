#include "fetch/source_cache.h"

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <string>

#include "base/hash.h"
#include "tests/fetch/scratch_sources.h"

namespace oxbow::fetch {
namespace {

namespace fs = std::filesystem;

void keep(const SourceCache& cache, std::string_view text,
          const std::vector<opam::Checksum>& checksums) {
  const auto unfinished = cache.begin();
  REQUIRE(unfinished);
  REQUIRE(write_file(unfinished->file(), text));
  REQUIRE(cache.keep_file(*unfinished, checksums));
}

mode_t mode(const fs::path& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

TEST_CASE("a file lies where opam's download cache has it, under every checksum") {
  const ScratchSources scratch;
  const SourceCache cache(scratch / "cache");
  const mode_t before = ::umask(077);
  keep(cache, "abc", {checksum(HashKind::md5, "abc"), checksum(HashKind::sha256, "abc")});
  ::umask(before);
  const fs::path md5 = scratch / "cache/sources/md5/90/900150983cd24fb0d6963f7d28e17f72";
  const fs::path sha256 = scratch /
                          "cache/sources/sha256/ba/"
                          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  CHECK(text_of(md5) == "abc");
  CHECK(fs::equivalent(md5, sha256));
  CHECK(mode(sha256) == 0644);
  for (const char* const folder : {"cache", "cache/sources", "cache/sources/sha256/ba"}) {
    CHECK(mode(scratch / folder) == 0755);
  }
  // and nothing else
  CHECK(std::distance(fs::directory_iterator(cache.folder()), {}) == 2);
}

TEST_CASE("a repository may be read by everybody, whatever our umask is") {
  const ScratchSources scratch;
  const SourceCache cache(scratch / "cache");
  const auto unfinished = cache.begin();
  REQUIRE(unfinished);
  fs::create_directories(unfinished->repository());
  REQUIRE(::chmod(unfinished->repository().c_str(), 0700) == 0);
  const mode_t before = ::umask(077);
  REQUIRE(cache.keep_repository(*unfinished, "https://h/r", "c0ffee"));
  ::umask(before);
  CHECK(mode(cache.repository("https://h/r", "c0ffee")) == 0755);
  CHECK(mode(cache.repository("https://h/r", "c0ffee").parent_path()) == 0755);
}

TEST_CASE("a link in the cache is not followed") {
  const ScratchSources scratch;
  REQUIRE(write_file(scratch / "elsewhere", "abc"));
  fs::create_symlink(scratch / "elsewhere", scratch / "link");
  CHECK(digests(scratch / "elsewhere", {HashKind::sha256}));
  CHECK_FALSE(digests(scratch / "link", {HashKind::sha256}));
}

TEST_CASE("a file is found by any of its checksums, and lies under all of them then") {
  const ScratchSources scratch;
  const SourceCache cache(scratch / "cache");
  const auto md5 = checksum(HashKind::md5, "abc");
  const auto sha512 = checksum(HashKind::sha512, "abc");
  CHECK_FALSE(cache.find({md5, sha512}));
  keep(cache, "abc", {md5});
  CHECK(cache.find({md5}) == md5);
  CHECK(cache.find({sha512, md5}) == sha512);
  CHECK(fs::equivalent(cache.file(sha512), cache.file(md5)));
}

TEST_CASE("a file that has not all of the checksums is not found by one") {
  const ScratchSources scratch;
  const SourceCache cache(scratch / "cache");
  const auto md5 = checksum(HashKind::md5, "abc");
  keep(cache, "abc", {md5});
  CHECK_FALSE(cache.find({md5, checksum(HashKind::sha256, "other")}));
  CHECK_FALSE(fs::exists(cache.file(checksum(HashKind::sha256, "other"))));
}

TEST_CASE("a damaged file is not found, and replaced by a whole one") {
  const ScratchSources scratch;
  const SourceCache cache(scratch / "cache");
  const auto md5 = checksum(HashKind::md5, "abc");
  keep(cache, "damaged", {md5});
  CHECK_FALSE(cache.find({md5}));
  keep(cache, "abc", {md5});
  CHECK(cache.find({md5}) == md5);
  CHECK(text_of(cache.file(md5)) == "abc");
}

TEST_CASE("an empty file has checksums, too; a folder has none") {
  const ScratchSources scratch;
  const SourceCache cache(scratch / "cache");
  const auto md5 = checksum(HashKind::md5, "");
  keep(cache, "", {md5});
  CHECK(cache.find({md5}) == md5);
  const auto sha256 = checksum(HashKind::sha256, "");
  fs::create_directories(cache.file(sha256));
  CHECK_FALSE(wrong_checksum(cache.file(sha256), {sha256}));
}

TEST_CASE("what is not finished leaves nothing") {
  const ScratchSources scratch;
  const SourceCache cache(scratch / "cache");
  {
    const auto unfinished = cache.begin();
    REQUIRE(unfinished);
    REQUIRE(write_file(unfinished->file(), "half"));
    CHECK_FALSE(fs::is_empty(cache.folder()));
  }
  CHECK(fs::is_empty(cache.folder()));
}

TEST_CASE("a cache that cannot be made is an error that names it") {
  const ScratchSources scratch;
  REQUIRE(write_file(scratch / "cache", "a file"));
  const auto unfinished = SourceCache(scratch / "cache").begin();
  REQUIRE_FALSE(unfinished);
  CHECK(unfinished.error().message.find((scratch / "cache").string()) != std::string::npos);
}

}  // namespace
}  // namespace oxbow::fetch
