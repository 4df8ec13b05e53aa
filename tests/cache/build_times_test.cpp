#include "cache/build_times.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/inotify.h>

#include "cache/care.h"
#include "tests/cache/scratch_cache.h"

namespace oxbow::cache {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using ByName = std::unordered_map<std::string, double>;
using Texts = std::vector<std::string>;

constexpr std::string_view header = "oxbow build times 1\n";

/// The file of build times in a cache of its own.
struct Times {
  Times() { fs::create_directories(cache.store.folder()); }

  std::string text() const { return content_of(file()); }
  fs::path file() const { return cache.store.folder() / ".build-times"; }

  ScratchCache cache;
  BuildTimes times{cache.store.folder()};
};

/// The names in a folder that are opened while it lives, and "." for the folder itself.
class Opened {
 public:
  explicit Opened(const fs::path& folder) : events_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    REQUIRE(events_);
    REQUIRE(::inotify_add_watch(events_.get(), folder.c_str(), IN_OPEN) >= 0);
  }

  Texts names() const {
    Texts names;
    alignas(inotify_event) std::array<char, 65536> buffer{};
    for (::ssize_t size = 0; (size = ::read(events_.get(), buffer.data(), buffer.size())) > 0;) {
      for (::ssize_t at = 0; at < size;) {
        const auto* const event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        names.emplace_back(event->len == 0 ? "." : event->name);
        at += static_cast<::ssize_t>(sizeof(inotify_event) + event->len);
      }
    }
    return names;
  }

 private:
  Descriptor events_;
};

TEST_CASE_METHOD(Times, "the last time of a package's name counts, whatever the version") {
  CHECK(times.last().empty());
  REQUIRE(times.add({"dune", "3.17.0"}, 42.5));
  REQUIRE(times.add({"base", "v0.16.1+ox"}, 0.25));
  REQUIRE(times.add({"dune", "3.16.0"}, 40));
  CHECK(times.last() == ByName{{"dune", 40}, {"base", 0.25}});
  CHECK(text() ==
        std::string(header) + "dune 3.17.0 42.500s\nbase v0.16.1+ox 0.250s\ndune 3.16.0 40.000s\n");
}

TEST_CASE_METHOD(Times, "what is not a time is not added") {
  for (const double seconds : {0.0, -1.0, 1e-9, std::nan(""), HUGE_VAL}) {
    REQUIRE(times.add({"dune", "1"}, seconds));
  }
  for (const auto& [name, version] : std::vector<std::pair<std::string, std::string>>{
           {"", "1"}, {"dune", ""}, {"du ne", "1"}, {"dune", "1\nbase 1 2s"}, {"dune", "1\x7f"}}) {
    REQUIRE(times.add({name, version}, 1));
  }
  CHECK_FALSE(fs::exists(file()));
}

TEST_CASE_METHOD(Times, "a line that is not one is passed over, and the next one is whole") {
  for (const std::string_view torn :
       {"dune", "dune 3", "dune 3.17.0 ", "dune 3.17.0 42", "dune 3.17.0 42.5", "dune  42.5s",
        " 3.17.0 42.5s", "dune 3.17.0 -1s", "dune 3.17.0 infs", "dune 3.17.0 0s",
        "dune 3.17.0 4x2s", "\0\0\0\0"}) {
    INFO(torn);
    write(file(), std::string(header) + "base 1 2s\n" + std::string(torn));
    REQUIRE(times.add({"core", "1"}, 3));
    CHECK(times.last() == ByName{{"base", 2}, {"core", 3}});
  }
  // Two that made the file at once have both begun it.
  write(file(), std::string(header) + "base 1 2s\n" + std::string(header) + "core 1 3s\n");
  CHECK(times.last() == ByName{{"base", 2}, {"core", 3}});
}

TEST_CASE_METHOD(Times, "a file of another version says nothing and is left alone") {
  const std::string newer = "oxbow build times 2\nbase 1 2s\n";
  write(file(), newer);
  CHECK(times.last().empty());
  const auto added = times.add({"core", "1"}, 3);
  REQUIRE_FALSE(added);
  CHECK_THAT(added.error().message, Contains(file().string()) && Contains("another version"));
  CHECK(text() == newer);
}

TEST_CASE_METHOD(Times, "a file that has grown too long keeps the last line of each name") {
  std::string lines(header);
  lines += "early 1 7s\n";
  for (int i = 0; lines.size() < BuildTimes::longest - 100; ++i) {
    lines += fmt::format("p{} 1 {}.5s\n", i % 100, 1 + i / 100);
  }
  write(file(), lines);
  const ByName before = times.last();
  CHECK(before.size() == 101);
  for (int i = 0; i < 10; ++i) REQUIRE(times.add({"last", std::to_string(i)}, 9));
  CHECK(text().size() < 10'000);
  CHECK(text().starts_with(header));
  ByName expected = before;
  expected["last"] = 9;
  CHECK(times.last() == expected);
  CHECK(cache.names() == Texts{".build-times"});
}

TEST_CASE_METHOD(Times, "of more names than there is room for, those that were built last stay") {
  std::string lines(header);
  int count = 0;
  for (; lines.size() <= BuildTimes::longest; ++count) lines += fmt::format("p{} 1 1.5s\n", count);
  write(file(), lines);
  REQUIRE(times.add({"last", "1"}, 9));
  CHECK(text().size() <= BuildTimes::longest / 2);
  CHECK(text().size() > BuildTimes::longest / 2 - 100);
  const ByName kept = times.last();
  CHECK(kept.contains("last"));
  CHECK(kept.contains(fmt::format("p{}", count - 1)));
  CHECK_FALSE(kept.contains("p0"));
}

TEST_CASE_METHOD(Times, "of a file beyond all bounds only the end is read") {
  std::string lines = std::string(header) + "early 1 7s\n";
  while (lines.size() < 3 * BuildTimes::longest) lines += "often 1 1s\n";
  write(file(), lines + "late 1 2s\n");
  CHECK(times.last() == ByName{{"often", 1}, {"late", 2}});
}

TEST_CASE_METHOD(Times, "several processes add to it at once, and nothing is lost") {
  constexpr int processes = 4;
  constexpr int each = 200;
  std::vector<pid_t> children;
  for (int process = 0; process < processes; ++process) {
    children.push_back(::fork());
    REQUIRE(children.back() >= 0);
    if (children.back() != 0) continue;
    bool well = true;
    for (int i = 0; i < each; ++i) {
      well = times.add({fmt::format("p{}-{}", process, i), "1"}, 1 + i) && well;
    }
    ::_exit(well ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  const ByName all = times.last();
  CHECK(all.size() == processes * each);
  CHECK(all.at("p3-199") == 200);
}

TEST_CASE_METHOD(Times, "reading it opens one file, however many layers there are") {
  for (int i = 0; i < 100; ++i) write(cache.store.path(fmt::format("k{}", i)) / "layer.json", "{");
  REQUIRE(times.add({"base", "1"}, 2));
  const Opened opened(cache.store.folder());
  CHECK(times.last() == ByName{{"base", 2}});
  CHECK(opened.names() == Texts{".build-times"});
}

TEST_CASE_METHOD(Times, "a layer that is made notes how long that took, and a cache says it once") {
  LayerRecord record = record_of("base", verdict::Outcome::failure);
  record.seconds = 2.5;
  REQUIRE(commit_layer(cache.store, "k", record));
  CHECK(times.last() == ByName{{"base", 2.5}});
  // What is not known is not noted.
  record.seconds = 0;
  REQUIRE(commit_layer(cache.store, "l", record));
  CHECK(times.last() == ByName{{"base", 2.5}});
}

TEST_CASE_METHOD(Times, "a file that cannot be written keeps no layer from being made") {
  fs::create_directory(file());
  LayerRecord record = record_of("base");
  record.seconds = 2.5;
  REQUIRE(commit_layer(cache.store, "k", record));
  CHECK_FALSE(times.add({"base", "1"}, 1));
  CHECK(times.last().empty());
}

TEST_CASE_METHOD(Times, "a collection keeps it, and removes what a killed process left of it") {
  REQUIRE(times.add({"base", "1"}, 2));
  write(cache.store.folder() / ".draft-times-abcdef", header);
  cache.layer("k");
  const std::array stores = {cache.store};
  REQUIRE(collect(stores, {.max_bytes = 0}));
  CHECK(cache.names() == Texts{".build-times", ".gc.lock"});
  CHECK(times.last() == ByName{{"base", 2}});
}

}  // namespace
}  // namespace oxbow::cache
