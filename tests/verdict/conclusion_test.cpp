#include "verdict/conclusion.h"

#include <catch2/catch.hpp>

#include <vector>

using namespace oxbow::verdict;

TEST_CASE("the gravest conclusion is a failure, and a success the least grave") {
  using enum Conclusion;
  const std::vector<Conclusion> by_weight = {success, neutral, action_required, cancelled, failure};
  for (std::size_t i = 0; i < by_weight.size(); ++i) {
    for (std::size_t j = 0; j < by_weight.size(); ++j) {
      CHECK(name(gravest(by_weight[i], by_weight[j])) == name(by_weight[std::max(i, j)]));
    }
  }
}

TEST_CASE("a conclusion is read back from its name") {
  for (const char* const text : {"success", "neutral", "action_required", "cancelled", "failure"}) {
    REQUIRE(parse_conclusion(text));
    CHECK(name(*parse_conclusion(text)) == text);
  }
  CHECK_FALSE(parse_conclusion(""));
  CHECK_FALSE(parse_conclusion("Success"));
}
