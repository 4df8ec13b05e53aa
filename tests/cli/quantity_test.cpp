#include "cli/quantity.h"

#include <catch2/catch.hpp>

using namespace oxbow::cli;
using namespace std::chrono_literals;

TEST_CASE("a size is a number and a unit, which are powers of 1024") {
  CHECK(parse_size("0").value() == 0);
  CHECK(parse_size("812").value() == 812);
  CHECK(parse_size("20G").value() == std::uint64_t{20} << 30U);
  CHECK(parse_size("16777215T").value() == std::uint64_t{16777215} << 40U);
  for (const char* const wrong : {"", "G", "-1", "+1", "1.5G", " 1", "1 G", "1g", "1GB",
                                  "16777216T", "18446744073709551616"}) {
    INFO(wrong);
    const auto size = parse_size(wrong);
    REQUIRE_FALSE(size);
    CHECK_THAT(size.error().message, Catch::Matchers::Contains("'" + std::string(wrong) + "'") &&
                                         Catch::Matchers::Contains("20G"));
  }
}

TEST_CASE("an age is a number and a unit, and no more than a clock can count") {
  CHECK(parse_age("0s").value() == 0s);
  CHECK(parse_age("90m").value() == 90min);
  CHECK(parse_age("30d").value() == 720h);
  CHECK(parse_age("2w").value() == 336h);
  CHECK(parse_age("73000d").value() == 24h * 73000);
  for (const char* const wrong :
       {"", "d", "-1d", "1.5d", "1 d", "1y", "30", "73001d", "30500568904944w"}) {
    INFO(wrong);
    CHECK_FALSE(parse_age(wrong));
  }
}

TEST_CASE("sizes and ages are shown in the one unit that fits") {
  CHECK(size_text(0) == "0 B");
  CHECK(size_text(1023) == "1023 B");
  CHECK(size_text(1024) == "1.0 KiB");
  CHECK(size_text(1536) == "1.5 KiB");
  // Not 1024.0 of the unit below.
  CHECK(size_text((1U << 20U) - 1) == "1.0 MiB");
  CHECK(size_text(std::uint64_t{20} << 30U) == "20.0 GiB");
  CHECK(size_text(UINT64_MAX) == "16.0 EiB");
}
