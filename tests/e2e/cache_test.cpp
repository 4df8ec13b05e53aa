#include <catch2/catch.hpp>

#include <filesystem>

#include "tests/cache/scratch_cache.h"
#include "tests/e2e/change.h"

using namespace oxbow;
using namespace oxbow::e2e;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

constexpr auto hour = std::chrono::hours(1);

struct Cache : cache::ScratchCache {
  Cache() {
    layer("aa11", std::string(2048, 'x'));
    layer("aa22", std::string(1024, 'x'));
    layer("bb33");
    used("aa11", 24 * 3 * hour);
    used("aa22", 5 * hour);
  }

  Texts words(const std::string& command, const Texts& more = {}) const {
    Texts words = {"cache", command, "--cache", path().string()};
    std::ranges::copy(more, std::back_inserter(words));
    return words;
  }
  std::string answer(const std::string& command, const Texts& more = {}) const {
    return program.answer(words(command, more));
  }
  std::string error(const std::string& command, const Texts& more = {}) const {
    return program.error(words(command, more));
  }

  Program program;
};

}  // namespace

TEST_CASE("cache has help with examples") {
  const Program program;
  CHECK_THAT(program.answer({"cache", "--help"}),
             Contains("ls") && Contains("verify") && Contains("Example:\n  oxbow cache ls"));
  for (const std::string command : {"ls", "show", "log", "gc", "verify"}) {
    CHECK_THAT(
        program.answer({"cache", command, "--help"}),
        Contains("Example:\n  oxbow cache " + command + " --cache ") && Contains("--platform"));
  }
  CHECK_THAT(program.answer({"--help"}),
             Contains("cache") && Contains("Exit codes: 0 done, 1 completed with regressions"));
}

TEST_CASE("cache ls is a table, and JSON") {
  const Cache cache;
  fs::remove(cache.store.path("bb33") / "layer.json");
  fs::create_directories(cache.path() / "sources/md5");
  const std::string text = cache.answer("ls");
  CHECK_THAT(text, StartsWith("debian-12-x86_64: 3 layers, 3.0 KiB\n"
                              "  PACKAGE    OUTCOME     SIZE  FILES"));
  CHECK_THAT(text, Contains("  paa11.1.0  success  2.0 KiB      1  "));
  CHECK_THAT(text, Contains("   3 d  aa11\n") && Contains("   5 h  aa22\n"));
  CHECK_THAT(text, Contains("\n  broken: " + cache.store.path("bb33").string()));
  CHECK_THAT(text, !Contains("sources"));

  const rapidjson::Document document = json(cache.answer("ls", {"--json"}));
  CHECK(document["version"].GetInt() == 1);
  REQUIRE(document["platforms"].Size() == 1);
  CHECK(document["platforms"][0]["platform"].GetString() == std::string("debian-12-x86_64"));
  const rapidjson::Value& layers = document["platforms"][0]["layers"];
  REQUIRE(layers.Size() == 3);
  CHECK(layers[0]["key"].GetString() == std::string("aa11"));
  CHECK(layers[0]["package"].GetString() == std::string("paa11.1.0"));
  CHECK(layers[0]["outcome"].GetString() == std::string("success"));
  CHECK(layers[0]["bytes"].GetInt() == 2048);
  CHECK(layers[0]["created"].GetDouble() == 1700000000);
  CHECK(layers[0]["broken"].IsNull());
  CHECK(layers[2]["package"].IsNull());
  CHECK_THAT(layers[2]["broken"].GetString(), Contains("layer.json"));
}

TEST_CASE("cache show and log take a key by its beginning") {
  const Cache cache;
  CHECK_THAT(cache.answer("show", {"bb"}),
             Contains("package      pbb33.1.0\n") && Contains("key          bb33\n") &&
                 Contains("size         7 B in 1 file\n") && Contains("exit status  0\n"));
  const rapidjson::Document document = json(cache.answer("show", {"--json", "aa1"}));
  CHECK(document["layer"]["key"].GetString() == std::string("aa11"));
  CHECK(document["record"]["oxbow"]["outcome"].GetString() == std::string("success"));
  CHECK(document["folder"].GetString() == cache.store.path("aa11").string());
  CHECK(cache.answer("log", {"aa22"}) == "made\n");
  CHECK_THAT(cache.error("show", {"aa"}), Contains("2 keys begin with 'aa', aa11 and aa22"));
  CHECK_THAT(cache.error("log", {"c"}), Contains("no layer's key begins with 'c'"));
  CHECK_THAT(cache.error("log", {"../aa11"}), Contains("no layer's key begins with '../aa11'"));
  CHECK_THAT(cache.error("show", {"aa11", "--platform", "debian-13-x86_64"}),
             Contains("nothing for debian-13-x86_64"));
  cache.layer("aa");
  CHECK(cache.answer("log", {"aa"}) == "made\n");
  fs::remove(cache.store.path("aa") / "build.log");
  CHECK_THAT(cache.error("log", {"aa"}), Contains("build.log: No such file"));
}

TEST_CASE("cache log says what it was told, and to a terminal nothing that steers it") {
  const Cache cache;
  const std::string log = "one\x1b[31m red\r\ntwo\xff";
  cache::write(cache.store.path("bb33") / "build.log", log);
  CHECK(cache.answer("log", {"bb33"}) == log);
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(::grantpt(terminal) == 0);
  REQUIRE(::unlockpt(terminal) == 0);
  const int theirs = ::open(::ptsname(terminal), O_RDWR | O_NOCTTY);
  CHECK(cache.program.run(cache.words("log", {"bb33"}), {.out_descriptor = theirs}).code == 0);
  std::array<char, 4096> buffer{};
  const ssize_t got = ::read(terminal, buffer.data(), buffer.size());
  ::close(theirs);
  ::close(terminal);
  REQUIRE(got > 0);
  CHECK(std::string(buffer.data(), static_cast<std::size_t>(got)) ==
        "one\\x1b[31m red\r\ntwo\xEF\xBF\xBD\r\n");
}

TEST_CASE("cache gc removes down to a size and an age") {
  const Cache cache;
  CHECK(cache.answer("gc", {"--max-size", "2K", "--dry-run"}) ==
        "would remove debian-12-x86_64/aa11, 2.0 KiB\n"
        "would remove 1 layer, 2.0 KiB; 1.0 KiB in 2 layers would remain\n");
  CHECK(cache.store.keys()->size() == 3);
  CHECK(cache.answer("gc", {"--max-size", "2K"}) ==
        "removed debian-12-x86_64/aa11, 2.0 KiB\n"
        "removed 1 layer, 2.0 KiB; 1.0 KiB in 2 layers remain\n");
  const rapidjson::Document document = json(cache.answer("gc", {"--max-age", "4h", "--json"}));
  CHECK(document["freed"].GetInt() == 1024);
  CHECK(document["kept"].GetInt() == 1);
  CHECK(texts(document["removed"], "name") == Texts{"aa22"});
  CHECK(cache.store.keys() == Texts{"bb33"});
  CHECK_THAT(cache.error("gc", {"--max-size", "20X"}), Contains("'20X' is not a size"));
  CHECK_THAT(cache.error("gc", {"--max-size", "99999999999T"}), Contains("is not a size"));
  CHECK_THAT(cache.error("gc", {"--max-age", "-1d"}), Contains("'-1d' is not an age"));
}

TEST_CASE("cache verify ends with 1 if a layer is broken") {
  const Cache cache;
  CHECK(cache.answer("verify") == "debian-12-x86_64: 3 layers, 0 broken\n");
  cache::write(cache.store.path("bb33") / "fs/bin/tool", "contenT");
  const Ended found = cache.program.run(cache.words("verify"));
  CHECK(found.code == 1);
  CHECK(found.err.empty());
  CHECK(found.out ==
        "broken: debian-12-x86_64/bb33: fs has other contents, names or modes than were recorded\n"
        "debian-12-x86_64: 3 layers, 1 broken\n");
  const Ended removed = cache.program.run(cache.words("verify", {"--remove", "--json"}));
  CHECK(removed.code == 1);
  const rapidjson::Document document = json(removed.out);
  const rapidjson::Value& broken = document["platforms"][0]["broken"];
  CHECK(texts(broken, "key") == Texts{"bb33"});
  CHECK(broken[0]["put_aside"].GetBool());
  CHECK(cache.answer("verify") == "debian-12-x86_64: 2 layers, 0 broken\n");
}

TEST_CASE("a cache that is none is named") {
  const Program program;
  for (const std::string command : {"ls", "gc", "verify"}) {
    CHECK_THAT(program.error({"cache", command, "--cache", "/nonexistent/cache"}),
               Contains("there is no cache at '/nonexistent/cache'"));
    CHECK_THAT(program.error({"cache", command, "--cache", "/", "--platform", "x"}),
               Contains("'x'"));
    CHECK_THAT(program.error({"cache", command}), Contains("--cache"));
  }
  CHECK_THAT(program.error({"cache"}), Contains("subcommand"));
}
