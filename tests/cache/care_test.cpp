#include "cache/care.h"

#include <array>
#include <atomic>
#include <csignal>
#include <thread>

#include "base/file.h"
#include "base/file_lock.h"
#include "tests/cache/scratch_cache.h"

using namespace oxbow;
using namespace oxbow::cache;
using Catch::Matchers::Contains;
using std::chrono::hours;
namespace fs = std::filesystem;

namespace {

using Texts = std::vector<std::string>;

Collection collected(const ScratchCache& cache, const CollectRequest& request) {
  auto collection = collect(std::span(&cache.store, 1), request);
  REQUIRE(collection);
  REQUIRE(collection->problems == Texts{});
  return *std::move(collection);
}

Texts names_of(const Collection& collection) {
  Texts names;
  for (const CollectedItem& item : collection.removed) names.push_back(item.name);
  return names;
}

// Layers of 100 bytes: "old" was used 30 days ago, "mid" 20, "new" 10.
void make_three(const ScratchCache& cache) {
  int days = 10;
  for (const char* const key : {"new", "mid", "old"}) {
    cache.layer(key, std::string(100, 'x'));
    cache.used(key, hours(24 * days));
    days += 10;
  }
  write(cache.store.base() / "file", std::string(5000, 'b'));
  cache.used("base", hours(24 * 1000));
}

Texts broken_in(const ScratchCache& cache, RemoveBroken remove = RemoveBroken::no) {
  const auto verification = verify(cache.store, remove);
  REQUIRE(verification);
  Texts broken;
  for (const BrokenLayer& layer : verification->broken) {
    broken.push_back(layer.key + ": " + layer.why);
    CHECK(layer.put_aside == (remove == RemoveBroken::yes));
  }
  return broken;
}

// Whether somebody waits for a lock on a file.
bool is_waited_for(const fs::path& file) {
  struct stat status{};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  // "NUMBER: -> KIND … DEVICE:INODE BEGIN END"
  const std::string inode = ":" + std::to_string(status.st_ino) + " ";
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    if (line.find("->") != std::string::npos && line.find(inode) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("layers are listed with what they are and when they were used") {
  const ScratchCache cache;
  make_three(cache);
  fs::resize_file(cache.store.path("mid") / "layer.json", 3);
  write(cache.store.path("of-day10") / "layer.json",
        R"({"package":"fmt.0.9.0","exit_status":0,"deps":[],"hashes":[],"created":1757000000.0})");
  write(cache.store.path("of-day10") / "fs/a/b", "1234567");
  const auto layers = list(cache.store);
  REQUIRE(layers);
  REQUIRE(layers->size() == 4);
  CHECK((*layers)[0].key == "mid");
  CHECK_FALSE((*layers)[0].record);
  CHECK_THAT((*layers)[0].broken, Contains("not JSON"));
  CHECK((*layers)[0].bytes == 100);
  CHECK((*layers)[1].key == "new");
  CHECK((*layers)[1].record->package.name == "pnew");
  CHECK((*layers)[1].files == 1);
  const auto since = std::chrono::system_clock::now() - (*layers)[1].last_use;
  CHECK(since >= hours(24 * 10));
  CHECK(since < hours(24 * 10 + 1));
  CHECK((*layers)[2].key == "of-day10");
  CHECK((*layers)[2].bytes == 7);
  CHECK((*layers)[3].key == "old");
}

TEST_CASE("the least recently used go until the rest is small enough, the base never") {
  const ScratchCache cache;
  make_three(cache);
  CHECK(names_of(collected(cache, {.max_bytes = 300})).empty());
  const Collection some = collected(cache, {.max_bytes = 299});
  CHECK(names_of(some) == Texts{"old"});
  CHECK(some.removed[0].layer);
  CHECK(some.removed[0].platform == "debian-12-x86_64");
  CHECK(some.freed == 100);
  CHECK(some.kept == 2);
  CHECK(some.kept_bytes == 200);
  CHECK(names_of(collected(cache, {.max_bytes = 0})) == Texts{"mid", "new"});
  CHECK(cache.names() == Texts{".gc.lock", "base"});
  CHECK(fs::exists(cache.store.base() / "file"));
}

TEST_CASE("layers go that were not used for too long") {
  const ScratchCache cache;
  make_three(cache);
  CHECK(names_of(collected(cache, {.max_age = hours(24 * 31)})).empty());
  CHECK(names_of(collected(cache, {.max_age = hours(24 * 15)})) == Texts{"old", "mid"});
  CHECK(cache.store.keys() == Texts{"new"});
}

TEST_CASE("without a bound no layer goes, and a dry run removes nothing") {
  const ScratchCache cache;
  make_three(cache);
  CHECK(names_of(collected(cache, {})).empty());
  write(cache.store.folder() / ".draft-k-123456/fs/file", "12");
  const Texts before = cache.names();
  const Collection dry = collected(cache, {.max_bytes = 100, .dry_run = true});
  CHECK(names_of(dry) == Texts{"old", "mid", ".draft-k-123456"});
  CHECK(dry.freed == 202);
  CHECK(cache.names() == before);
  CHECK(names_of(collected(cache, {.max_bytes = 100})) == names_of(dry));
  CHECK(cache.names() == Texts{".gc.lock", "base", "new"});
}

TEST_CASE("what a living process has leased or locked stays") {
  const ScratchCache cache;
  make_three(cache);
  {
    const OtherProcess run([&] {
      auto lease = cache.store.lease({"mid"});
      cache.used("mid", hours(24 * 20));
      return lease;
    });
    const OtherProcess builder([&] { return cache.store.lock("old", LayerStore::Wait::yes); });
    for (const bool dry_run : {true, false}) {
      const Collection collection =
          collected(cache, {.max_bytes = 0, .max_age = hours(1), .dry_run = dry_run});
      CHECK(names_of(collection) == Texts{"new"});
      CHECK(collection.kept == 2);
      CHECK(collection.kept_bytes == 200);
    }
    CHECK(cache.store.keys() == Texts{"mid", "old"});
  }
  CHECK(names_of(collected(cache, {.max_bytes = 0})) == Texts{"old", "mid"});
  CHECK(cache.names() == Texts{".gc.lock", "base"});
}

TEST_CASE("what killed processes left is removed, what living ones have is not") {
  const ScratchCache cache;
  cache.layer("k");
  const fs::path folder = cache.store.folder();
  write(folder / ".draft-dead-123456/fs/file", "");
  write(folder / ".draft-a-b-alive-123456/fs/file", "");
  write(folder / ".lease-1-abcdef", "k\n");
  write(folder / ".broken-old/fs/file", "");
  write(folder / ".broken-new/fs/file", "");
  write(folder / ".trash-x-1-2/fs/shut/file", "");
  ::chmod((folder / ".trash-x-1-2/fs/shut").c_str(), 0);
  write(folder / "absent.lock", "");
  write(folder / "k.lock", "");
  write(folder / "notes.txt", "");
  cache.used(".broken-old", hours(25));
  cache.used(".broken-new", hours(23));
  const OtherProcess builder([&] { return cache.store.lock("a-b-alive", LayerStore::Wait::yes); });
  CHECK(names_of(collected(cache, {})) == Texts{".lease-1-abcdef", ".broken-old",
                                                ".draft-dead-123456", ".trash-x-1-2",
                                                "absent.lock"});
  CHECK(cache.names() == Texts{".broken-new", ".draft-a-b-alive-123456", ".gc.lock",
                               "a-b-alive.lock", "k", "k.lock", "notes.txt"});
}

TEST_CASE("who builds and who collects do not disturb each other") {
  const ScratchCache cache;
  const std::string key = "k";
  const auto build_and_use = [&]() -> std::string {
    const auto begin = std::chrono::steady_clock::now();
    std::size_t kept = 0;
    std::size_t collected = 0;
    for (;;) {
      const auto passed = std::chrono::steady_clock::now() - begin;
      if (passed > std::chrono::seconds(kept > 0 && collected > 0 ? 1 : 300)) break;
      {
        const auto lock = cache.store.lock(key, LayerStore::Wait::yes);
        if (!lock || !*lock) return "no lock";
        const auto built = commit_layer(cache.store, key, record_of("p"));
        if (!built) return built.error().message;
        const auto found = cache.store.find(key);
        if (!found || !*found) return "collected under its lock";
      }
      const auto lease = cache.store.lease({key});
      if (!lease || !*lease) return "no lease";
      const bool there = cache.store.find(key).value().has_value();
      ++(there ? kept : collected);
      for (int i = 0; there && i < 20; ++i) {
        const auto again = cache.store.find(key);
        if (!again || !*again) return "collected under its lease";
      }
    }
    return kept > 0 && collected > 0 ? "both were seen" : "no race";
  };
  const pid_t collector = ::fork();
  if (collector == 0) {
    for (;;) {
      const auto done = collect(std::span(&cache.store, 1), {.max_bytes = 0});
      if (!done || !done->problems.empty()) ::_exit(1);
    }
  }
  CHECK(answer_elsewhere(build_and_use) == "both were seen");
  CHECK(::waitpid(collector, nullptr, WNOHANG) == 0);  // it goes on: nothing went wrong
  ::kill(collector, SIGKILL);
  ::waitpid(collector, nullptr, 0);
}

TEST_CASE("what the collector's own process leases or builds stays") {
  const ScratchCache cache;
  make_three(cache);
  {
    const auto lease = cache.store.lease({"old"});
    const auto lock = cache.store.lock("mid", LayerStore::Wait::no);
    REQUIRE((lease && *lease));
    REQUIRE((lock && *lock));
    CHECK(names_of(collected(cache, {.max_bytes = 0})) == Texts{"new"});
  }
  CHECK(names_of(collected(cache, {.max_bytes = 0})) == Texts{"mid", "old"});
}

TEST_CASE("a bound holds for all platforms together") {
  const ScratchCache cache;
  make_three(cache);
  const LayerStore arm(cache.path(), "debian-12-arm64");
  REQUIRE(commit_layer(arm, "one", record_of("p"), std::string(100, 'x')));
  const std::vector<LayerStore> stores = {cache.store, arm};
  const auto collection = collect(stores, {.max_bytes = 200});
  REQUIRE(collection);
  CHECK(names_of(*collection) == Texts{"old", "mid"});
  const LayerStore absent(cache.path(), "debian-13-x86_64");
  const auto nothing = collect(std::span(&absent, 1), {.max_bytes = 0});
  REQUIRE(nothing);
  CHECK(nothing->removed.empty());
  CHECK_FALSE(fs::exists(absent.folder()));
}

TEST_CASE("verify finds every broken layer and says what is wrong") {
  const ScratchCache cache;
  for (const char* const key :
       {"a-flipped", "b-missing", "c-more", "d-record", "e-mode", "whole"}) {
    cache.layer(key);
  }
  REQUIRE(commit_layer(cache.store, "failed", record_of("p", verdict::Outcome::failure)));
  write(cache.store.path("of-day10") / "layer.json",
        R"({"package":"fmt.0.9.0","exit_status":0,"deps":[],"hashes":[],"created":1757000000.0})");
  fs::create_directories(cache.store.path("of-day10") / "fs");
  CHECK(broken_in(cache).empty());
  CHECK(verify(cache.store, RemoveBroken::no)->layers == 8);
  CHECK(verify(cache.store, RemoveBroken::no)->without_digest == 1);

  write(cache.store.path("a-flipped") / "fs/bin/tool", "contenT");
  fs::remove(cache.store.path("b-missing") / "fs/bin/tool");
  write(cache.store.path("c-more") / "fs/bin/more", "");
  fs::resize_file(cache.store.path("d-record") / "layer.json", 20);
  ::chmod((cache.store.path("e-mode") / "fs/bin/tool").c_str(), 04755);
  const Texts broken = broken_in(cache);
  REQUIRE(broken.size() == 5);
  CHECK(broken[0] == "a-flipped: fs has other contents, names or modes than were recorded");
  CHECK(broken[1] == "b-missing: fs has 0 files of 0 bytes, and had 1 of 7 when it was made");
  CHECK(broken[2] == "c-more: fs has 2 files of 7 bytes, and had 1 of 7 when it was made");
  CHECK_THAT(broken[3], Contains("d-record/layer.json") && Contains("not JSON"));
  CHECK(broken[4] == "e-mode: fs has other contents, names or modes than were recorded");

  CHECK(broken_in(cache, RemoveBroken::yes) == broken);
  CHECK(broken_in(cache).empty());
  CHECK(cache.store.keys() == Texts{"failed", "of-day10", "whole"});
  CHECK(fs::exists(cache.store.folder() / ".broken-a-flipped"));
}

TEST_CASE("verify leaves a broken layer to who is at it") {
  const ScratchCache cache;
  cache.layer("k");
  fs::remove(cache.store.path("k") / "layer.json");
  const OtherProcess builder([&] { return cache.store.lock("k", LayerStore::Wait::yes); });
  const auto verification = verify(cache.store, RemoveBroken::yes);
  REQUIRE(verification);
  REQUIRE(verification->broken.size() == 1);
  CHECK_FALSE(verification->broken[0].put_aside);
  CHECK(cache.store.keys() == Texts{"k"});
}

TEST_CASE("a layer that was built again since it was listed stays") {
  const ScratchCache cache;
  cache.layer("k");
  cache.used("k", hours(100));
  // Platforms are listed one after the other, and this one comes last.
  const LayerStore last(cache.path(), "zz");
  const fs::path lock = last.folder() / ".gc.lock";
  fs::create_directories(last.folder());
  auto held = FileLock::take(lock, FileLock::Mode::exclusive, FileLock::Wait::yes);
  REQUIRE(held);
  const std::array stores = {cache.store, last};
  Result<Collection> collection = fail("not begun");
  std::jthread collector([&] { collection = collect(stores, {.max_bytes = 0}); });
  while (!is_waited_for(lock)) std::this_thread::yield();
  cache.used("k", hours(0));
  held->reset();
  collector.join();
  REQUIRE(collection);
  CHECK(collection->removed.empty());
  CHECK(fs::exists(cache.store.path("k")));
}

TEST_CASE("what is put aside is kept for a day from then on") {
  const ScratchCache cache;
  cache.layer("k");
  cache.used("k", hours(1000));
  REQUIRE(cache.store.put_aside("k"));
  CHECK(names_of(collected(cache, {})) == Texts{});
  CHECK(fs::exists(cache.store.folder() / ".broken-k"));
}

TEST_CASE("a layer that is replaced while it is verified is not broken") {
  const ScratchCache cache;
  cache.layer("k");
  std::atomic<bool> enough = false;
  std::jthread writer([&] {
    for (int i = 0; !enough; ++i) {
      LayerRecord record = record_of("p");
      record.created += i;
      [[maybe_unused]] const auto done = commit_layer(cache.store, "k", record, std::to_string(i));
    }
  });
  Texts broken;
  for (int i = 0; i < 300 && broken.empty(); ++i) broken = broken_in(cache);
  enough = true;
  writer.join();
  CHECK(broken == Texts{});
}
