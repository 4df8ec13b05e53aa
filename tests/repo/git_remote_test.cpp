#include "repo/git_remote.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <thread>

#include "repo/git.h"
#include "tests/repo/scratch_repository.h"

using namespace oxbow;
using namespace oxbow::repo;
using Catch::Matchers::Contains;

namespace {

std::string url_of(const ScratchRepository& scratch) { return "file://" + scratch.path().string(); }

std::filesystem::path mirrored(std::string_view url, const std::filesystem::path& cache) {
  const auto path = mirror(url, cache);
  INFO((path ? "" : path.error().message));
  REQUIRE(path);
  return *path;
}

std::size_t count_entries(const std::filesystem::path& folder) {
  const auto entries = std::filesystem::directory_iterator(folder);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace

TEST_CASE("a mirror is cloned, then fetched, and forgets what is gone") {
  const ScratchRepository scratch;
  scratch.write("a", "one\n");
  const ObjectId first = scratch.commit();
  scratch.git({"branch", "gone"});
  scratch.git({"update-ref", "refs/pull/7/head", "HEAD"});
  const ScratchFolder cache;
  const auto path = mirrored(url_of(scratch), cache / "mirrors");
  auto repository = GitRepository::open(path).value();
  for (const std::string_view name : {"HEAD", "main", "gone", "refs/pull/7/head"}) {
    INFO(name);
    CHECK(repository->resolve(name).value().commit == first);
  }

  scratch.write("a", "two\n");
  const ObjectId second = scratch.commit();
  scratch.git({"branch", "-D", "gone"});
  scratch.git({"branch", "new"});
  CHECK(mirrored(url_of(scratch), cache / "mirrors") == path);
  CHECK(repository->resolve("HEAD").value().commit == second);
  CHECK(repository->resolve("new").value().commit == second);
  CHECK_FALSE(repository->resolve("gone"));
  CHECK(repository->read(repository->list(scratch.id("main^{tree}")).value()[0].id, 9) == "two\n");

  // History that is rewritten there is rewritten here.
  scratch.git({"reset", "-q", "--hard", first.hex()});
  mirrored(url_of(scratch), cache / "mirrors");
  CHECK(repository->resolve("main").value().commit == first);
}

TEST_CASE("each URL has a mirror of its own") {
  const ScratchRepository one;
  const ScratchRepository other;
  one.commit();
  other.commit();
  const ScratchFolder cache;
  CHECK(mirrored(url_of(one), cache.path()) != mirrored(url_of(other), cache.path()));
}

TEST_CASE("mirroring one URL several times at once makes one mirror") {
  const ScratchRepository scratch;
  scratch.write("a", "one\n");
  const ObjectId commit = scratch.commit();
  const ScratchFolder cache;
  std::vector<std::string> problems(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& problem : problems) {
      threads.emplace_back([&] {
        const auto path = mirror(url_of(scratch), cache.path());
        if (!path) problem = path.error().message;
      });
    }
  }
  CHECK(problems == std::vector<std::string>(4));
  CHECK(count_entries(cache.path()) == 2);  // the mirror and its lock
  const auto path = mirrored(url_of(scratch), cache.path());
  CHECK(GitRepository::open(path).value()->resolve("main").value().commit == commit);
}

TEST_CASE("a clone that was broken off is made anew") {
  const ScratchRepository scratch;
  scratch.commit();
  const ScratchFolder cache;
  const auto path = mirrored(url_of(scratch), cache.path());
  std::filesystem::rename(path, path.string() + ".new");
  write_file(path.string() + ".new/config", "[core");
  CHECK(mirrored(url_of(scratch), cache.path()) == path);
  CHECK(count_entries(cache.path()) == 2);
}

TEST_CASE("what a killed fetch left in a mirror is removed by the next") {
  const ScratchRepository scratch;
  scratch.write("a", "one\n");
  scratch.commit();
  scratch.git({"update-ref", "refs/pull/7/head", "HEAD"});
  const ScratchFolder cache;
  const auto path = mirrored(url_of(scratch), cache.path());
  scratch.write("a", "two\n");
  const ObjectId second = scratch.commit();
  scratch.git({"update-ref", "refs/pull/7/head", "HEAD"});
  const auto left = {"HEAD.lock",
                     "packed-refs.lock",
                     "config.lock",
                     "refs/heads/main.lock",
                     "refs/pull/7/head.lock",
                     "objects/pack/pack_git2_0123456789abcdef"};
  for (const std::string_view name : left) {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name) << "torn";
  }
  CHECK(mirrored(url_of(scratch), cache.path()) == path);
  const auto repository = GitRepository::open(path).value();
  CHECK(repository->resolve("HEAD").value().commit == second);
  CHECK(repository->resolve("refs/pull/7/head").value().commit == second);
  for (const std::string_view name : left) {
    INFO(name);
    CHECK_FALSE(std::filesystem::exists(path / name));
  }
}

TEST_CASE("a mirror of a repository without commits") {
  const ScratchRepository scratch;
  const ScratchFolder cache;
  const auto path = mirrored(url_of(scratch), cache.path());
  const auto none = GitRepository::open(path).value()->resolve("HEAD");
  REQUIRE_FALSE(none);
  CHECK_THAT(none.error().message, Contains("no commits yet"));
}

TEST_CASE("a transfer can be watched and given up") {
  const ScratchRepository scratch;
  scratch.write("a", "one\n");
  scratch.commit();
  const ScratchFolder cache;
  const auto refused =
      mirror(url_of(scratch), cache.path(), [](const TransferProgress&) { return false; });
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("given up"));
  CHECK(count_entries(cache.path()) == 1);  // the lock

  std::size_t received = 0;
  CHECK(mirror(url_of(scratch), cache.path(), [&](const TransferProgress& progress) {
    received = progress.objects_received;
    return true;
  }));
  CHECK(received == 3);
}

TEST_CASE("a URL that leads nowhere leaves nothing behind") {
  const ScratchFolder cache;
  for (const std::string_view url :
       {"file:///nonexistent/repository", "gopher://example.org/x", "https://127.0.0.1:1/x.git"}) {
    const auto refused = mirror(url, cache.path());
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Contains(std::string(url)));
  }
  CHECK(count_entries(cache.path()) == 3);  // the locks
  const auto refused = mirror("https://me:secret@127.0.0.1:1/x.git", cache.path());
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, !Contains("secret"));
}

TEST_CASE("URLs and paths are told apart") {
  for (const std::string_view url :
       {"https://github.com/a/b", "file:///a", "git@github.com:a/b", "ssh://git@host/a"}) {
    CHECK(is_url(url));
  }
  for (const std::string_view path : {"", ".", "a/b", "/a/b@c:d", "C:x", "a@b", "@:", "a:b@c"}) {
    CHECK_FALSE(is_url(path));
  }
  CHECK(without_credentials("https://me:secret@host/a@b") == "https://host/a@b");
  CHECK(without_credentials("https://me:se@cret@host/a") == "https://host/a");
  CHECK(without_credentials("https://host/a@b") == "https://host/a@b");
  CHECK(without_credentials("git@host:a") == "git@host:a");
}
