#include "cache/store.h"

#include <sched.h>
#include <sys/mount.h>

#include <atomic>
#include <memory>
#include <thread>

#include "base/tree_removal.h"
#include "cache/digest.h"
#include "tests/cache/scratch_cache.h"

using namespace oxbow;
using namespace oxbow::cache;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

std::string error_of(const LayerStore& store, std::string_view key) {
  const auto found = store.find(key);
  return found ? "" : found.error().message;
}

bool is_absent(const LayerStore& store, std::string_view key) {
  const auto found = store.find(key);
  return found && !*found;
}

// What went wrong, or "done".
std::string told(const Result<void>& result) { return result ? "done" : result.error().message; }

// What `ask` says in a process that has a file system of 1 MiB at `place`, which nobody else sees.
template <typename Ask>
std::string answer_on_small_disk(const fs::path& place, const Ask& ask) {
  return answer_elsewhere([&]() -> std::string {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("none", place.c_str(), "tmpfs", 0, "size=1m,mode=755") != 0) {
      return "nothing can be mounted here";
    }
    return ask();
  });
}

void fill(const fs::path& file) {
  std::ofstream out(file, std::ios::binary);
  const std::string page(4096, 'x');
  while (out.write(page.data(), 4096).flush()) continue;
}

bool skipped_for_want_of_root() {
  if (::geteuid() == 0) return false;
  WARN("SKIPPED: only root can mount a file system");
  return true;
}

}  // namespace

TEST_CASE("a layer that is committed is found, measured") {
  const ScratchCache cache;
  const LayerStore& store = cache.store;
  CHECK(store.keys() == std::vector<std::string>{});
  CHECK(is_absent(store, "k1"));
  cache.layer("k1", "12345");
  const auto found = store.find("k1");
  REQUIRE(found);
  REQUIRE(*found);
  LayerRecord expected = record_of("pk1");
  const auto size = measure(store.path("k1") / "fs");
  REQUIRE(size);
  expected.bytes = 5;
  expected.files = 1;
  expected.digest = size->digest;
  CHECK(**found == expected);
  CHECK(content_of(store.path("k1") / "build.log") == "made\n");
  CHECK(store.path("k1") == cache.path() / "debian-12-x86_64" / "k1");
  cache.layer("k0");
  CHECK(store.keys() == std::vector<std::string>{"k0", "k1"});
  CHECK(cache.names() == std::vector<std::string>{"k0", "k1"});
  struct stat status{};
  REQUIRE(::stat(store.path("k1").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0755);
}

TEST_CASE("a layer of a failure is found, has no fs, and is replaced by a success") {
  const ScratchCache cache;
  const auto failed =
      commit_layer(cache.store, "k", record_of("p", verdict::Outcome::failure), "half");
  CHECK(told(failed) == "done");
  const auto found = cache.store.find("k");
  REQUIRE(found);
  CHECK((*found)->outcome == verdict::Outcome::failure);
  CHECK((*found)->digest.empty());
  CHECK_FALSE(fs::exists(cache.store.path("k") / "fs"));
  cache.layer("k");
  CHECK(cache.store.find("k").value()->outcome == verdict::Outcome::success);
  CHECK(cache.names() == std::vector<std::string>{"k"});
}

TEST_CASE("a draft that is not committed leaves nothing") {
  const ScratchCache cache;
  {
    auto draft = cache.store.begin("k");
    REQUIRE(draft);
    write(draft->folder() / "fs/shut/file", "");
    ::chmod((draft->folder() / "fs/shut").c_str(), 0);
    const Draft moved = std::move(*draft);
    CHECK(cache.store.keys()->empty());
    CHECK(cache.names().size() == 1);
  }
  CHECK(cache.names().empty());
  auto without_fs = cache.store.begin("k");
  REQUIRE(without_fs);
  CHECK_THAT(told(cache.store.commit(*std::move(without_fs), "k", record_of("p"))),
             Contains("fs: No such file"));
  CHECK(cache.names().empty());
}

TEST_CASE("a broken layer is an error that says what is wrong") {
  const ScratchCache cache;
  for (const char* const key : {"none", "half", "empty", "name", "link", "whole"}) cache.layer(key);
  fs::remove(cache.store.path("none") / "layer.json");
  const fs::path half = cache.store.path("half") / "layer.json";
  fs::resize_file(half, fs::file_size(half) / 2);
  fs::remove_all(cache.store.path("empty") / "fs");
  LayerRecord impossible = record_of("p");
  impossible.package.name = "../p";
  write(cache.store.path("name") / "layer.json", to_json(impossible));
  fs::remove_all(cache.store.path("link") / "fs");
  fs::create_symlink("/", cache.store.path("link") / "fs");
  CHECK_THAT(error_of(cache.store, "none"), Contains("none/layer.json: No such file"));
  CHECK_THAT(error_of(cache.store, "half"), Contains("half/layer.json") && Contains("not JSON"));
  CHECK_THAT(error_of(cache.store, "empty"), Contains("empty succeeded and has no folder fs"));
  CHECK_THAT(error_of(cache.store, "name"), Contains("'../p.1.0', which is not NAME.VERSION"));
  CHECK_THAT(error_of(cache.store, "link"), Contains("has no folder fs"));
  CHECK(error_of(cache.store, "whole").empty());
}

TEST_CASE("a broken layer is put aside, in the place of an older one") {
  const ScratchCache cache;
  for (const char* const content : {"old", "new"}) {
    cache.layer("k", content);
    CHECK(told(cache.store.put_aside("k")) == "done");
    CHECK(is_absent(cache.store, "k"));
    CHECK(cache.names() == std::vector<std::string>{".broken-k"});
    CHECK(content_of(cache.store.folder() / ".broken-k/fs/bin/tool") == content);
  }
  CHECK_THAT(told(cache.store.put_aside("k")), Contains("k: No such file"));
}

TEST_CASE("a layer's lock is one process's") {
  const ScratchCache cache;
  {
    const OtherProcess builder([&] { return cache.store.lock("k", LayerStore::Wait::yes); });
    const auto busy = cache.store.lock("k", LayerStore::Wait::no);
    REQUIRE(busy);
    CHECK_FALSE(*busy);
    CHECK(cache.store.lock("other", LayerStore::Wait::no).value());
  }
  CHECK(cache.store.lock("k", LayerStore::Wait::no).value());
}

TEST_CASE("a lock whose file was deleted meanwhile is taken again") {
  const ScratchCache cache;
  const fs::path file = cache.store.folder() / "k.lock";
  auto collector =
      std::make_unique<OtherProcess>([&] { return cache.store.lock("k", LayerStore::Wait::yes); });
  std::optional<FileLock> held;
  std::jthread builder([&] { held = std::move(*cache.store.lock("k", LayerStore::Wait::yes)); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  fs::remove(file);
  collector.reset();
  builder.join();
  REQUIRE(held);
  // Had the builder kept the lock of the deleted file, this one would be free.
  CHECK(answer_elsewhere([&] {
          return *cache.store.lock("k", LayerStore::Wait::no) ? "free" : "held";
        }) == "held");
}

TEST_CASE("a lease holds its keys as long as its process, and marks them as used") {
  const ScratchCache cache;
  cache.layer("k1");
  cache.layer("k2");
  cache.used("k1", std::chrono::hours(100));
  cache.used("k2", std::chrono::hours(100));
  const auto before = fs::last_write_time(cache.store.path("k2"));
  const auto is_lease = [](const std::string& name) { return name.starts_with(".lease-"); };
  fs::path file;
  {
    const OtherProcess run([&] {
      auto lease = cache.store.lease({"k1", "absent"});
      if (!lease || !*lease) ::_exit(1);
      return lease;
    });
    const auto names = cache.names();
    const auto found = std::ranges::find_if(names, is_lease);
    REQUIRE(found != names.end());
    file = cache.store.folder() / *found;
    CHECK(content_of(file) == "k1\nabsent\n");
    CHECK(FileLock::is_held(file));
  }
  CHECK_FALSE(fs::exists(file));
  CHECK(fs::last_write_time(cache.store.path("k1")) - before > std::chrono::hours(99));
  CHECK(fs::last_write_time(cache.store.path("k2")) == before);
}

// The number of a folder that is gone is given to the next one, so a layer may have been replaced
// by one of the same number.
TEST_CASE("a layer that is replaced again and again while it is read is never broken") {
  const ScratchCache cache;
  cache.layer("good");
  REQUIRE(commit_layer(cache.store, "bad", record_of("p", verdict::Outcome::failure)));
  const fs::path layer = cache.store.path("k");
  std::atomic<bool> enough = false;
  std::jthread writer([&] {
    for (std::size_t i = 0; !enough; ++i) {
      const bool succeeds = i % 2 == 0;
      const fs::path draft = cache.path() / "draft";
      fs::create_directories(draft / (succeeds ? "fs" : "."));
      fs::copy_file(cache.store.path(succeeds ? "good" : "bad") / "layer.json",
                    draft / "layer.json");
      if (i > 0) fs::rename(layer, cache.path() / "trash");
      fs::rename(draft, layer);
      fs::remove_all(cache.path() / "trash");
    }
  });
  std::string wrong;
  for (int i = 0; i < 20'000 && wrong.empty(); ++i) wrong = error_of(cache.store, "k");
  enough = true;
  writer.join();
  CHECK(wrong.empty());
}

TEST_CASE("nobody sees half a layer while it is replaced") {
  const ScratchCache cache;
  cache.layer("k");
  const OtherProcess writer([&] {
    // Goes on by itself while the other side reads; a child of the child, so as not to be waited
    // for.
    const pid_t parent = ::getpid();
    const pid_t process = ::fork();
    if (process == 0) {
      for (int i = 0; ::getppid() == parent && i < 100'000; ++i) {
        const bool succeeds = i % 2 == 0;
        [[maybe_unused]] const auto done = commit_layer(
            cache.store, "k",
            record_of("p", succeeds ? verdict::Outcome::success : verdict::Outcome::failure));
      }
      ::_exit(0);
    }
    return 0;
  });
  std::size_t successes = 0;
  std::size_t failures = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (;;) {
    const auto passed = std::chrono::steady_clock::now() - begin;
    if (passed > std::chrono::seconds(successes > 0 && failures > 0 ? 1 : 300)) break;
    const auto found = cache.store.find("k");
    INFO((found ? "" : found.error().message));
    REQUIRE(found);
    if (*found) ++((*found)->outcome == verdict::Outcome::success ? successes : failures);
    const auto keys = cache.store.keys();
    REQUIRE(keys);
    REQUIRE(keys->size() <= 1);
  }
  CHECK(successes > 0);
  CHECK(failures > 0);
}

TEST_CASE("a cache that is there and one that is to be made can be written") {
  const ScratchCache cache;
  CHECK(told(cache.store.check_writable()) == "done");
  CHECK(told(LayerStore(cache.path() / "new/deep", "p-1-x").check_writable()) == "done");
  write(cache.path() / "file", "");
  CHECK_THAT(told(LayerStore(cache.path() / "file", "p-1-x").check_writable()),
             Contains("file") && Contains("name another cache"));
}

TEST_CASE("a cache without permission says so, and needs no lease") {
  if (skipped_for_want_of_root()) return;
  const ScratchCache cache;
  ::chmod(cache.path().c_str(), 0755);
  cache.layer("k");
  const std::string answer = answer_elsewhere([&]() -> std::string {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return "no other user";
    const auto lease = cache.store.lease({"k"});
    if (!lease) return lease.error().message;
    if (*lease) return "a lease";
    if (!cache.store.find("k").value()) return "no layer";
    const auto draft = cache.store.begin("k");
    if (draft) return "a draft";
    return told(cache.store.check_writable()) + "\n" + draft.error().message;
  });
  const std::string message = "no permission to write in " + cache.store.folder().string() +
                              "; run as who owns it or name another cache";
  CHECK(answer == message + "\n" + message);
}

TEST_CASE("a read-only cache says so, can be read, and needs no lease") {
  if (skipped_for_want_of_root()) return;
  const ScratchCache cache;
  const std::string answer = answer_on_small_disk(cache.path(), [&]() -> std::string {
    if (!commit_layer(cache.store, "k", record_of("p"))) return "no layer";
    if (::mount("none", cache.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
      return "no remount";
    }
    const auto lease = cache.store.lease({"k"});
    if (!lease) return lease.error().message;
    if (*lease) return "a lease";
    if (!cache.store.find("k").value()) return "not found";
    const auto draft = cache.store.begin("k");
    if (draft) return "a draft";
    return told(cache.store.check_writable()) + "\n" + draft.error().message;
  });
  const std::string message = cache.store.folder().string() +
                              " is on a read-only file system; mount it writable or name another "
                              "cache";
  CHECK(answer == message + "\n" + message);
}

TEST_CASE("what is mounted in a layer is not deleted with it") {
  if (skipped_for_want_of_root()) return;
  const ScratchCache cache;
  for (const char* const inside : {"tree/mounted", "tree/deep/mounted"}) {
    const fs::path place = cache.path() / inside;
    fs::create_directories(place);
    const std::string answer = answer_on_small_disk(place, [&]() -> std::string {
      write(place / "file", "precious");
      const auto removed = remove_tree(cache.path() / "tree");
      // Not at its old place, if the folders above it were moved.
      for (const auto& at : fs::recursive_directory_iterator(cache.path() / "tree")) {
        if (at.path().filename() == "file") return content_of(at.path()) + ": " + told(removed);
      }
      return "lost";
    });
    CHECK_THAT(answer, StartsWith("precious: ") && Contains("Device or resource busy") &&
                           Contains("could not be removed whole"));
    CHECK(told(remove_tree(cache.path() / "tree")) == "done");
  }
}

TEST_CASE("a disk that is full during a commit leaves the cache as it was") {
  if (skipped_for_want_of_root()) return;
  const ScratchCache cache;
  const std::string answer = answer_on_small_disk(cache.path(), [&]() -> std::string {
    if (!commit_layer(cache.store, "k", record_of("before"))) return "no layer";
    auto draft = cache.store.begin("k");
    if (!draft) return draft.error().message;
    write(draft->folder() / "fs/file", "content");
    fill(cache.path() / "filler");
    const auto committed = cache.store.commit(*std::move(draft), "k", record_of("after"));
    const auto found = cache.store.find("k");
    if (!found || !*found || (*found)->package.name != "before") return "the layer is lost";
    for (const std::string& name : cache.names()) {
      if (name != "k") return name + " is left";
    }
    const auto checked = told(cache.store.check_writable());
    fs::remove(cache.path() / "filler");
    return told(committed) + "\n" + checked + "\n" +
           told(commit_layer(cache.store, "k", record_of("after")));
  });
  CHECK_THAT(answer, StartsWith("the disk is full that holds " + cache.store.folder().string() +
                                "; make room, for instance with 'oxbow cache gc'\n"));
  CHECK_THAT(answer, EndsWith("\ndone"));
}
