#include <catch2/catch.hpp>

#include "tests/e2e/program.h"

using namespace oxbow::e2e;
using Catch::Matchers::Contains;

TEST_CASE("base show says what to do where there is none") {
  const Program program;
  const std::string cache = (program.home() / "cache").string();
  CHECK(program.error({"base", "show", "--cache", cache}) ==
        "debian-12-x86_64 has no base in " + cache + "; 'oxbow base create' makes it");
}

TEST_CASE("base show prints what the record says") {
  const Program program;
  const std::filesystem::path base = program.home() / "cache/debian-12-x86_64/base";
  oxbow::repo::write_file(base / "base.json",
                          R"({"version": 1, "platform": "debian-12-x86_64", "created": 86400,
                              "suite": "bookworm", "packages": ["m4"], "opam": "2.1.2"})");
  oxbow::repo::write_file(base / "fs/etc/passwd", std::string(3'000'000, 'x'));
  const std::string cache = (program.home() / "cache").string();
  CHECK(program.answer({"base", "show", "--cache", cache}) ==
        "debian-12-x86_64\n  path     " + (base / "fs").string() +
            "\n"
            "  size     3 MB\n"
            "  created  1970-01-02 00:00:00 UTC\n"
            "  suite    bookworm\n"
            "  packages m4\n"
            "  opam     2.1.2\n");
  CHECK(program.answer({"base", "show", "--cache", cache, "--json"}) ==
        R"({"version":1,"platform":"debian-12-x86_64","created":86400,"suite":"bookworm",)"
        R"("packages":["m4"],"opam":"2.1.2","path":")" +
            (base / "fs").string() + "\",\"bytes\":3000000}\n");
  oxbow::repo::write_file(base / "base.json", "{}");
  CHECK(program.error({"base", "show", "--cache", cache}) ==
        (base / "base.json").string() + ": the base's record: member 'version' is missing");
}

TEST_CASE("base create refuses what it cannot make") {
  const Program program;
  const std::string cache = (program.home() / "cache").string();
  const auto error = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"base", "create", "--cache", cache};
    words.insert(words.end(), more.begin(), more.end());
    return program.error(words);
  };
  CHECK_THAT(error({"--platform", "fedora-40-x86_64"}), Contains("--command"));
  CHECK_THAT(error({"--platform", "debian"}), Contains("DISTRIBUTION-VERSION-ARCH"));
  CHECK_THAT(error({"--platform", "/tmp/a-1-x86_64"}), Contains("cannot be a folder of the cache"));
  CHECK_THAT(error({"--package", "m4,gcc"}), Contains("'m4,gcc' is not a Debian package"));
  CHECK_THAT(error({"--command", "true", "--package", "m4"}), Contains("leave them out"));
  CHECK_FALSE(std::filesystem::exists(cache));
}
