#include "layer/task.h"

#include <catch2/catch.hpp>

using namespace oxbow;
using namespace oxbow::layer;
using Catch::Matchers::Contains;

namespace {

/// In which everything is other than usual.
Task task() {
  Task task;
  task.recipe.platform = "debian-12-x86_64";
  task.recipe.package = {"fmt", "0.9.0+ox"};
  task.recipe.key = "aa";
  task.recipe.opam = "opam-version: \"2.0\"\n\xff";
  task.settings.limits = {.memory = std::uint64_t{3} << 40,
                          .disk = std::uint64_t{5} << 30,
                          .processes = 77,
                          .time = std::chrono::seconds(1234),
                          .log = 4321};
  task.settings.jobs = 6;
  task.settings.rebuild_failed = true;
  task.settings.fetch.policy = {.private_addresses = true, .local_files = true};
  task.settings.fetch.mirrors = {"https://a.example", "file:///srv/\"b\""};
  return task;
}

void check_same(const BuildSettings& x, const BuildSettings& y) {
  CHECK(x.limits.memory == y.limits.memory);
  CHECK(x.limits.disk == y.limits.disk);
  CHECK(x.limits.processes == y.limits.processes);
  CHECK(x.limits.time == y.limits.time);
  CHECK(x.limits.log == y.limits.log);
  CHECK(x.jobs == y.jobs);
  CHECK(x.rebuild_failed == y.rebuild_failed);
  CHECK(x.fetch.policy.private_addresses == y.fetch.policy.private_addresses);
  CHECK(x.fetch.policy.local_files == y.fetch.policy.local_files);
  CHECK(x.fetch.mirrors == y.fetch.mirrors);
}

std::string error_of(const std::string& json) {
  const auto parsed = parse_task(json);
  return parsed ? "" : parsed.error().message;
}

// With `text` in place of the first member of that name and its colon.
std::string with_instead(std::string json, const std::string& name, std::string_view text) {
  const std::string member = "\"" + name + "\":";
  const std::size_t at = json.find(member);
  REQUIRE(at != std::string::npos);
  return json.replace(at, member.size(), text);
}

}  // namespace

TEST_CASE("a task is read as it was written") {
  for (const Task& each : {task(), Task{task().recipe, {}}}) {
    const auto parsed = parse_task(to_json(each));
    REQUIRE(parsed);
    CHECK(parsed->recipe == each.recipe);
    check_same(parsed->settings, each.settings);
  }
  CHECK_THAT(to_json(task()), Contains(R"("recipe":)" + to_json(task().recipe) + ","));
}

TEST_CASE("a bad task is an error that names the member") {
  const std::string good = to_json(task());
  CHECK(error_of(good).empty());
  // What was a task before settings were in it.
  CHECK_THAT(error_of(to_json(task().recipe)), Contains("'version'") && Contains("must be 2"));
  CHECK_THAT(error_of("{"), Contains("not JSON"));
  for (const std::string name :
       {"version", "recipe", "settings", "memory", "disk", "processes", "seconds", "log", "jobs",
        "rebuild_failed", "fetch", "private_addresses", "local_files", "mirrors", "platform"}) {
    CHECK_THAT(error_of(with_instead(good, name, "\"x\":")), Contains("member '" + name + "'"));
  }
  const auto error_with = [&](const std::string& name, const std::string& bad) {
    return error_of(with_instead(good, name, "\"" + name + "\":" + bad + ",\"x\":"));
  };
  for (const std::string name : {"processes", "seconds", "jobs"}) {
    for (const char* const bad : {"0", "-1", "2147483648", "1.5", "\"8\"", "null"}) {
      CHECK_THAT(error_with(name, bad), Contains("member '" + name + "'"));
    }
  }
  for (const std::string name : {"memory", "disk", "log"}) {
    for (const char* const bad : {"0", "-1", "9223372036854775808", "\"8G\""}) {
      CHECK_THAT(error_with(name, bad), Contains("member '" + name + "'"));
    }
  }
  for (const std::string name : {"recipe", "settings", "fetch"}) {
    CHECK_THAT(error_with(name, "[]"), Contains("member '" + name + "'"));
  }
}
