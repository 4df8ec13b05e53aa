#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>

#include "sandbox/mounts.h"
#include "tests/real/layer.h"

// What is wrong around a build: it is told, and nothing is lost.
namespace oxbow::real {
namespace {

using Catch::Matchers::Contains;
using layer::Recipe;
namespace fs = std::filesystem;

/// A mount that ends with this object. Only this program's processes see it.
class Mounted {
 public:
  /// An empty file system of `bytes` in memory.
  Mounted(fs::path at, std::uint64_t bytes) : at_(std::move(at)) {
    REQUIRE(sandbox::mount_memory(at_, bytes));
  }
  /// What is there already, read-only.
  explicit Mounted(fs::path at) : at_(std::move(at)) {
    REQUIRE(::mount(at_.c_str(), at_.c_str(), nullptr, MS_BIND, nullptr) == 0);
    constexpr auto flags = MS_REMOUNT | MS_BIND | MS_RDONLY;
    REQUIRE(::mount(nullptr, at_.c_str(), nullptr, flags, nullptr) == 0);
  }
  Mounted(const Mounted&) = delete;
  Mounted& operator=(const Mounted&) = delete;
  ~Mounted() { ::umount2(at_.c_str(), MNT_DETACH); }

  void resize(std::uint64_t bytes) const {
    const std::string size = fmt::format("size={}", bytes);
    REQUIRE(::mount(nullptr, at_.c_str(), nullptr, MS_REMOUNT, size.c_str()) == 0);
  }

 private:
  fs::path at_;
};

/// A file system of its own for the layers of a cache.
class SmallDisk : public Mounted {
 public:
  SmallDisk(const Cache& cache, std::uint64_t bytes) : Mounted(cache.layers(), bytes) {
    fs::create_directory_symlink(OXBOW_WORLD "/cache/debian-12-x86_64/base",
                                 cache.layers() / "base");
  }
};

// What a cache has beside layers, locks, leases (which are kept for the next collection) and the
// base.
Texts others(const Cache& cache) {
  Texts names;
  for (const fs::directory_entry& entry : fs::directory_iterator(cache.layers())) {
    const std::string name = entry.path().filename().string();
    const bool usual = name == ".gc.lock" || name == ".build-times" || name.starts_with(".lease-");
    if (name.starts_with('.') && !usual) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

Recipe installs(std::string_view id, std::string_view size) {
  return layer_spec(id, fmt::format("install: [\"sh\" \"-c\" \"head -c {} /dev/zero "
                                    ">%{{prefix}}%/file-of-%{{name}}%\"]",
                                    size));
}

/// A change of two packages, of which one stands on the other, built once.
class BuiltChange {
 public:
  explicit BuiltChange(const std::string& sandbox) : overlay(Overlay::Begin::empty) {
    overlay.package("low.1", "install: [\"sh\" \"-c\" \"echo low >%{prefix}%/low\"]");
    overlay.propose();
    change_top("[ -e %{prefix}%/low ]");
    more = {"check", "--cache", cache.path().string(), "--sandbox", sandbox, "--json"};
    const Checked first = check();
    REQUIRE(first.code == 0);
    REQUIRE(first.built() == std::multiset<std::string>{"low.1", "top.1"});
    before = cache.keys();
    REQUIRE(before.size() == 2);
  }

  /// So that top is to be built again, on the same low.
  void change_top(std::string_view command) const {
    overlay.package("top.1",
                    fmt::format("depends: [\"low\"]\nbuild: [\"sh\" \"-c\" \"{}\"]", command));
  }

  Ended run() const { return program.run(overlay.arguments(more)); }
  Checked check() const { return Checked(run()); }

  Cache cache;
  Overlay overlay;
  e2e::Program program;
  Texts more;
  std::set<std::string> before;
};

TEST_CASE("a full disk loses nothing, and the next run with room goes on") {
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const Builder builder(sandbox);
      const Cache& cache = builder.cache();
      const SmallDisk disk(cache, 4 << 20);
      const Recipe low = installs("low.1", "1M");
      Recipe top = installs("top.1", "8M");
      depend(top, low);
      REQUIRE(builder.build(low).outcome == "success");

      const BuiltLayer full = builder.build(top);
      CHECK(full.outcome == "internal_error (disk_full)");
      CHECK(full.code == 2);
      CHECK_THAT(full.message(), Contains("No space left") || Contains("disk is full"));
      CHECK(cache.keys() == std::set<std::string>{low.key});
      CHECK(others(cache) == Texts{});
      CHECK(left_over(cache.path()).size() == 1);  // the disk itself
      CHECK(builder.build(low).found());
      builder.program().answer({"cache", "verify", "--cache", cache.path().string()});

      disk.resize(32 << 20);
      CHECK(builder.build(top).outcome == "success");
      CHECK(builder.build(low).found());
    }
  }
}

TEST_CASE("a disk without a byte left is told of") {
  const BuiltChange change("bwrap");
  const SmallDisk disk(change.cache, 1 << 20);
  repo::write_file(change.cache.layers() / "filler", std::string(2 << 20, 'x'));
  const Ended ended = change.run();
  INFO(ended.out);
  CHECK(ended.code == 2);
  CHECK_THAT(ended.err, Contains("the disk is full") && Contains("oxbow cache gc"));
}

TEST_CASE("a read-only cache serves what it has") {
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const BuiltChange change(sandbox);
      {
        const Mounted read_only(change.cache.path());
        const Checked again = change.check();
        CHECK(again.code == 0);
        CHECK(again.built().empty());
        CHECK(again.verdicts().at("top.1") == "added");

        change.change_top("true");
        const Ended ended = change.run();
        INFO(ended.out);
        CHECK(ended.code == 2);
        CHECK_THAT(ended.err, Contains("read-only file system; mount it writable"));
        CHECK(std::ranges::count(ended.err, '\n') == 1);
      }
      CHECK(change.cache.keys() == change.before);
      CHECK(others(change.cache) == Texts{});
      CHECK(change.check().layers().at("top.1") == "success");
    }
  }
}

TEST_CASE("a layer that is broken is put aside and built again") {
  using Break = void (*)(const fs::path& layer);
  const std::pair<const char*, Break> ways[] = {
      {"half a record", [](const fs::path& layer) { fs::resize_file(layer / "layer.json", 40); }},
      {"an empty record", [](const fs::path& layer) { fs::resize_file(layer / "layer.json", 0); }},
      {"no record", [](const fs::path& layer) { fs::remove(layer / "layer.json"); }},
      {"no files", [](const fs::path& layer) { fs::remove_all(layer / "fs"); }},
  };
  for (const auto& [what, break_it] : ways) {
    INFO(what);
    const BuiltChange change("bwrap");
    const fs::path low = change.cache.layer_of("low.1");
    break_it(low);
    change.change_top("cat %{prefix}%/low");
    const Ended ended = change.run();
    INFO(ended.err);
    const Checked checked(ended);
    CHECK(checked.code == 0);
    CHECK(checked.built() == std::multiset<std::string>{"low.1", "top.1"});
    CHECK_THAT(ended.out + ended.err, Contains(low.string()) && Contains("put aside"));
    CHECK(content(low / "layer.json").size() > 40);
    CHECK(content(low / "fs/home/opam/.opam/default/low") == "low\n");
    CHECK(others(change.cache) == Texts{".broken-" + low.filename().string()});
  }
}

TEST_CASE("a byte that is not what was written is found by cache verify") {
  const BuiltChange change("bwrap");
  const Texts verify = {"cache", "verify", "--cache", change.cache.path().string()};
  change.program.answer(verify);
  const fs::path low = change.cache.layer_of("low.1");
  const fs::path file = low / "fs/home/opam/.opam/default/low";
  const auto modified = fs::last_write_time(file);
  repo::write_file(file, "lox\n");
  fs::last_write_time(file, modified);
  const Ended found = change.program.run(verify);
  INFO(found.err);
  CHECK(found.code == 1);
  CHECK_THAT(found.out, Contains(low.filename().string().substr(0, 12)));
  CHECK(change.cache.keys() == change.before);
}

TEST_CASE("without a base, the error says how to make one") {
  const Cache cache;
  fs::remove(cache.layers() / "base");
  const Overlay overlay(Overlay::Begin::empty);
  overlay.package("low.1");
  overlay.propose();
  overlay.package("low.1", "build: [\"true\"]");
  const e2e::Program program;
  const Texts check =
      overlay.arguments({"check", "--cache", cache.path().string(), "--sandbox", "bwrap"});
  CHECK_THAT(program.error(check), Contains("oxbow base create"));
  CHECK(cache.keys().empty());

  const Builder builder;
  fs::remove(builder.cache().layers() / "base");
  const BuiltLayer built = builder.build(layer_spec("alone.1"));
  CHECK(built.outcome == "internal_error (sandbox)");
  CHECK(built.code == 2);
  CHECK_THAT(built.message(), Contains("oxbow base create"));
}

TEST_CASE("a layer below that is not there is named") {
  const Builder builder;
  const Recipe low = installs("low.1", "1K");
  Recipe top = layer_spec("top.1");
  depend(top, low);
  const BuiltLayer without = builder.build(top);
  CHECK(without.outcome == "internal_error (sandbox)");
  CHECK_THAT(without.message(), Contains("low.1") && Contains(builder.layer(low).string()));

  REQUIRE(builder.build(low).outcome == "success");
  fs::remove_all(builder.layer(low) / "fs");
  CHECK_THAT(builder.build(top).message(), Contains("low.1"));
  const BuiltLayer again = builder.build(low);
  CHECK(again.outcome == "success");
  CHECK_FALSE(again.found());
  CHECK(builder.build(top).outcome == "success");
  CHECK(left_over(builder.cache().path()) == Texts{});
}

TEST_CASE("a spec that cannot be read is an error in one line") {
  const Builder builder;
  const fs::path file = builder.folder() / "spec.json";
  const Texts arguments = {"build-layer", "--cache", builder.cache().path().string(), "--spec",
                           file.string()};
  const auto error = [&] { return builder.program().error(arguments); };
  CHECK_THAT(error(), Contains(file.string()) && Contains("No such file"));

  const std::string good = to_json(layer::Task{layer_spec("one.1"), {}});
  const Texts bad = {"",
                     "{",
                     "[]",
                     "null",
                     std::string("\0\xff\xfe{}", 5),
                     std::string(100'000, '['),
                     good.substr(0, good.size() / 2),
                     "{\"version\":1" + good.substr(good.find(','))};
  for (const std::string& text : bad) {
    repo::write_file(file, text);
    INFO(text.substr(0, 100));
    CHECK_THAT(error(), Contains(file.string() + ": "));
  }
  fs::remove(file);
  fs::create_directory(file);
  CHECK_THAT(error(), Contains(file.string()));

  for (const char* const member : {"key", "platform"}) {
    Recipe out = layer_spec("one.1");
    (member[0] == 'k' ? out.key : out.platform) = "../../outside";
    fs::remove_all(file);
    repo::write_file(file, to_json(layer::Task{out, {}}));
    CHECK_THAT(error(), Contains(member));
  }
  CHECK(builder.cache().keys().empty());
}

}  // namespace
}  // namespace oxbow::real
