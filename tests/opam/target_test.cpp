#include "opam/target.h"

#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <vector>

using namespace oxbow::opam;

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

TEST_CASE("what is not a platform is told how to write one") {
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

TEST_CASE("a target is read back from its text, and equals what it was") {
  for (const char* const text :
       {"ocaml-variants.5.2.0+ox on debian-12-x86_64", "ocaml.5 on opensuse-leap-15.6-x86_64"}) {
    const auto target = parse_target(text);
    REQUIRE(target);
    CHECK(target->to_string() == text);
    CHECK(*parse_target(target->to_string()) == *target);
  }
  const Target one = *parse_target("ocaml.5 on debian-12-x86_64");
  CHECK(one.compiler == PackageId{"ocaml", "5"});
  CHECK(one.platform == *parse_platform("debian-12-x86_64"));
  CHECK_FALSE(one == *parse_target("ocaml.4 on debian-12-x86_64"));
  CHECK_FALSE(one == *parse_target("ocaml.5 on debian-12-arm64"));
}

TEST_CASE("what is not a target is told how to write one") {
  for (const char* const text : {"", " on ", "ocaml.5", "ocaml.5 on", "ocaml on debian-12-x86_64",
                                 "ocaml.5 debian-12-x86_64"}) {
    INFO(text);
    const auto target = parse_target(text);
    REQUIRE_FALSE(target);
    CHECK(target.error().message ==
          "'" + std::string(text) +
              "' is not a target; write COMPILER on PLATFORM, as in ocaml.5.3.0 on "
              "debian-12-x86_64");
  }
  CHECK(
      parse_target("ocaml.5 on debian").error().message.starts_with("'debian' is not a platform"));
}

TEST_CASE("a target's short name has the compiler's name only where two would be the same") {
  std::vector<Target> targets;
  for (const char* const text :
       {"ocaml-variants.5.2.0+ox on debian-12-x86_64",
        "ocaml-base-compiler.5.3.0 on debian-12-x86_64", "ocaml-system.5.3.0 on debian-12-x86_64",
        "ocaml-system.5.3.0 on debian-13-x86_64"}) {
    targets.push_back(*parse_target(text));
  }
  CHECK(short_names(targets) ==
        std::vector<std::string>{
            "5.2.0+ox · debian-12-x86_64", "ocaml-base-compiler.5.3.0 · debian-12-x86_64",
            "ocaml-system.5.3.0 · debian-12-x86_64", "5.3.0 · debian-13-x86_64"});
}
