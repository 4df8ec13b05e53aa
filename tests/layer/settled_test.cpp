#include <catch2/catch.hpp>

#include "layer/builder.h"

using namespace oxbow;
using namespace oxbow::layer;
using verdict::Outcome;

TEST_CASE("a timeout is settled for those who give no more time, and a failure for all") {
  BuildSettings settings;
  settings.limits.time = std::chrono::seconds(60);
  BuildSettings again = settings;
  again.rebuild_failed = true;
  const auto record = [](Outcome outcome, double limit) {
    cache::LayerRecord made;
    made.outcome = outcome;
    made.time_limit = limit;
    return made;
  };
  CHECK(is_settled(record(Outcome::success, 1), again));
  CHECK(is_settled(record(Outcome::failure, 1), settings));
  CHECK_FALSE(is_settled(record(Outcome::failure, 1), again));
  CHECK_FALSE(is_settled(record(Outcome::timed_out, 59), settings));
  CHECK(is_settled(record(Outcome::timed_out, 60), settings));
  CHECK(is_settled(record(Outcome::timed_out, 61), settings));
  CHECK_FALSE(is_settled(record(Outcome::timed_out, 61), again));
}

TEST_CASE("what ran into a limit is settled for those who give no more") {
  BuildSettings settings;
  settings.limits.memory = 512;
  settings.limits.disk = 64;
  cache::LayerRecord record;
  record.outcome = Outcome::failure;
  const auto settled = [&](std::uint64_t memory, std::uint64_t disk) {
    record.memory_limit = memory;
    record.disk_limit = disk;
    return is_settled(record, settings);
  };
  CHECK(settled(0, 0));
  CHECK(settled(512, 0));
  CHECK(settled(513, 64));
  CHECK_FALSE(settled(511, 0));
  CHECK_FALSE(settled(0, 63));
}
