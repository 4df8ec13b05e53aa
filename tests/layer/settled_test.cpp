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
