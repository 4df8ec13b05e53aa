#include "cache/log.h"

#include <catch2/catch.hpp>

#include "tests/cache/scratch_cache.h"

using namespace oxbow;
using namespace oxbow::cache;
namespace fs = std::filesystem;

TEST_CASE("a layer's log is read in parts, and names its build") {
  const ScratchCache cache;
  CHECK_FALSE(LayerLog::of_layer(cache.store, "k"));
  LayerRecord record = record_of("a");
  record.created = 1700000000.25;
  REQUIRE(commit_layer(cache.store, "k", record));
  const auto log = LayerLog::of_layer(cache.store, "k");
  REQUIRE(log);
  CHECK(log->is_finished());
  CHECK(log->build() == "1700000000250000");
  CHECK(log->size() == 5);
  CHECK(log->read(0, 100) == "made\n");
  CHECK(log->read(2, 2) == "de");
  CHECK(log->read(5, 100).empty());
  CHECK(log->read(100, 100).empty());
  CHECK(log->tail(3) == "de\n");
  CHECK(log->tail(100) == "made\n");
}

TEST_CASE("of a layer that is built again, an open log is the old build's, and a new one the new") {
  const ScratchCache cache;
  LayerRecord record = record_of("a", verdict::Outcome::failure);
  REQUIRE(commit_layer(cache.store, "k", record));
  const auto old = LayerLog::of_layer(cache.store, "k");
  REQUIRE(old);
  record.created += 1;
  REQUIRE(commit_layer(cache.store, "k", record));
  write(cache.store.path("k") / "build.log", "made anew\n");
  CHECK(old->tail(100) == "made\n");
  const auto fresh = LayerLog::of_layer(cache.store, "k");
  REQUIRE(fresh);
  CHECK(fresh->tail(100) == "made anew\n");
  CHECK(fresh->build() != old->build());
}

TEST_CASE("a layer whose record cannot be read has a log without the name of a build") {
  const ScratchCache cache;
  cache.layer("k");
  write(cache.store.path("k") / "layer.json", "{");
  const auto log = LayerLog::of_layer(cache.store, "k");
  REQUIRE(log);
  CHECK(log->build().empty());
  fs::remove(cache.store.path("k") / "layer.json");
  CHECK(LayerLog::of_layer(cache.store, "k")->build().empty());
}

TEST_CASE("where there is no layer, the newest build of it that runs has the log") {
  const ScratchCache cache;
  const auto draft = cache.store.begin("k");
  const auto other = cache.store.begin("k-2");
  REQUIRE(draft);
  REQUIRE(other);
  write(other->folder() / "build.log", "of another key\n");
  CHECK_FALSE(LayerLog::of_layer_or_draft(cache.store, "k"));
  write(draft->folder() / "build.log", "one\n");
  CHECK_FALSE(LayerLog::of_layer(cache.store, "k"));
  const auto log = LayerLog::of_layer_or_draft(cache.store, "k");
  REQUIRE(log);
  CHECK_FALSE(log->is_finished());
  CHECK(log->build().empty());
  CHECK(log->tail(100) == "one\n");
  write(draft->folder() / "build.log", "one\ntwo\n");
  CHECK(log->size() == 8);
  CHECK(log->read(4, 100) == "two\n");
}

TEST_CASE("of a layer that is built twice at once the newer log is read") {
  const ScratchCache cache;
  const auto now = fs::file_time_type::clock::now();
  int minutes = 0;
  for (const char* const name : {"c", "a", "b"}) {
    const fs::path draft = cache.store.path(std::string(".draft-k-") + name);
    write(draft / "build.log", std::string("log of ") + name);
    fs::last_write_time(draft, now - std::chrono::minutes(minutes == 1 ? 0 : 10 + minutes));
    ++minutes;
  }
  const auto log = LayerLog::of_layer_or_draft(cache.store, "k");
  REQUIRE(log);
  CHECK(log->tail(100) == "log of a");
}

TEST_CASE("a log is found by keys alone, and no link is followed to one") {
  const ScratchCache cache;
  write(cache.path() / "secret" / "build.log", "secret");
  for (const char* const key : {"", "..", "../secret", "a/b", "base", "a+b", ".draft-k-1"}) {
    INFO(key);
    CHECK_FALSE(LayerLog::of_layer_or_draft(cache.store, key));
  }
  cache.layer("k");
  fs::remove(cache.store.path("k") / "build.log");
  fs::create_symlink(cache.path() / "secret" / "build.log", cache.store.path("k") / "build.log");
  CHECK_FALSE(LayerLog::of_layer_or_draft(cache.store, "k"));
  fs::create_directory_symlink(cache.path() / "secret", cache.store.path("l"));
  CHECK_FALSE(LayerLog::of_layer_or_draft(cache.store, "l"));
  fs::create_directory_symlink(cache.path() / "secret", cache.store.path(".draft-m-1"));
  CHECK_FALSE(LayerLog::of_layer_or_draft(cache.store, "m"));
  fs::create_directories(cache.store.path("n") / "build.log");
  CHECK_FALSE(LayerLog::of_layer_or_draft(cache.store, "n"));
}

TEST_CASE("the end of a log is read without the rest, however long it is") {
  const ScratchCache cache;
  cache.layer("k");
  const fs::path file = cache.store.path("k") / "build.log";
  constexpr std::uint64_t size = std::uint64_t{1} << 40U;  // all but the end takes no room
  fs::resize_file(file, size - 4);
  std::ofstream(file, std::ios::binary | std::ios::app) << "end\n";
  CHECK(LayerLog::of_layer(cache.store, "k")->tail(4) == "end\n");
  CHECK(LayerLog::of_layer(cache.store, "k")->read(size - 4, 100) == "end\n");
}
