#include "solve/target.h"

#include <catch2/catch.hpp>

#include <array>

using namespace oxbow::solve;

TEST_CASE("a platform is a distribution, its version and an architecture") {
  const auto platform = parse_platform("debian-12-x86_64");
  REQUIRE(platform);
  CHECK(platform->os == "linux");
  CHECK(platform->os_distribution == "debian");
  CHECK(platform->os_family == "debian");
  CHECK(platform->os_version == "12");
  CHECK(platform->arch == "x86_64");
  CHECK(platform->to_string() == "debian-12-x86_64");
}

TEST_CASE("a distribution's family and system are opam's") {
  struct Row {
    const char* text;
    const char* distribution;
    const char* family;
    const char* os;
  };
  constexpr std::array rows = {
      Row{"ubuntu-24.04-arm64", "ubuntu", "debian", "linux"},
      Row{"linuxmint-21-x86_64", "linuxmint", "ubuntu", "linux"},
      Row{"almalinux-9-x86_64", "almalinux", "rhel", "linux"},
      Row{"ol-9-x86_64", "ol", "fedora", "linux"},
      Row{"opensuse-leap-15.6-x86_64", "opensuse-leap", "suse", "linux"},
      Row{"alpine-3.20-x86_64", "alpine", "alpine", "linux"},
      Row{"homebrew-15-arm64", "homebrew", "homebrew", "macos"},
      Row{"freebsd-14-x86_64", "freebsd", "freebsd", "freebsd"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto platform = parse_platform(row.text);
    REQUIRE(platform);
    CHECK(platform->os_distribution == row.distribution);
    CHECK(platform->os_family == row.family);
    CHECK(platform->os == row.os);
    CHECK(platform->to_string() == row.text);
  }
}

TEST_CASE("what is no platform is told how to write one") {
  for (const char* const text : {"", "-", "--", "---", "debian", "debian-12", "-12-x86_64",
                                 "debian--x86_64", "debian-12-", "debian-", "-debian"}) {
    INFO(text);
    const auto platform = parse_platform(text);
    REQUIRE_FALSE(platform);
    CHECK(platform.error().message ==
          "'" + std::string(text) +
              "' is not a platform; write DISTRIBUTION-VERSION-ARCH, as in debian-12-x86_64");
  }
}
