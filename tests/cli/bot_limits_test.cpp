#include <catch2/catch.hpp>

#include "cli/bot_configuration.h"
#include "tests/repo/scratch_repository.h"

using namespace oxbow;
using namespace oxbow::cli;
using Catch::Matchers::Contains;

namespace {

// What the bot's configuration says with these lines in [worker].
Result<BotConfiguration> read_with(const std::string& lines) {
  const ScratchFolder folder;
  repo::write_file(folder / "oxbow.toml",
                   "version = 1\n[store]\nfile = \"store\"\n[github]\ndry_run = true\n"
                   "[worker]\nmirrors = \"m\"\ncache = \"c\"\n" +
                       lines +
                       "\n[[repository]]\nname = \"o/r\"\nbranches = [\"main\"]\n"
                       "[[repository.target]]\ncompiler = \"ocaml.5\"\n");
  return read_bot_configuration(folder / "oxbow.toml", KeyUse::not_needed, nullptr);
}

}  // namespace

TEST_CASE("what the bot's builds may use stands in its configuration") {
  const auto read = read_with(
      "step_timeout = 90\nstep_memory = \"3G\"\nstep_disk = \"512M\"\nstep_processes = 77\n"
      "step_jobs = 6\nstep_log = \"64K\"\n");
  INFO((read ? "" : read.error().message));
  REQUIRE(read);
  const layer::BuildSettings& build = read->settings.build;
  CHECK(build.limits.time == std::chrono::seconds(90));
  CHECK(build.limits.memory == std::uint64_t{3} << 30);
  CHECK(build.limits.disk == std::uint64_t{512} << 20);
  CHECK(build.limits.processes == 77);
  CHECK(build.jobs == 6);
  CHECK(build.limits.log == 65536);
}

TEST_CASE("what the bot's configuration leaves out is as usual") {
  const auto read = read_with("");
  REQUIRE(read);
  const layer::BuildSettings usual;
  CHECK(read->settings.build.limits.time == usual.limits.time);
  CHECK(read->settings.build.limits.memory == usual.limits.memory);
  CHECK(read->settings.build.limits.disk == usual.limits.disk);
  CHECK(read->settings.build.limits.processes == usual.limits.processes);
  CHECK(read->settings.build.limits.log == usual.limits.log);
  CHECK(read->settings.build.jobs == usual.jobs);
}

TEST_CASE("a limit that is not one is told with file, line and key") {
  for (const auto& [key, bad] :
       std::vector<std::pair<std::string, std::string>>{{"step_memory", "8"},
                                                        {"step_memory", "\"8X\""},
                                                        {"step_disk", "\"0G\""},
                                                        {"step_log", "\"-1\""},
                                                        {"step_processes", "1"},
                                                        {"step_jobs", "0"},
                                                        {"step_timeout", "0"}}) {
    const auto read = read_with(key + " = " + bad);
    REQUIRE_FALSE(read);
    INFO(read.error().message);
    CHECK_THAT(read.error().message, Contains("oxbow.toml:9: ") && Contains("'" + key + "'"));
  }
}
