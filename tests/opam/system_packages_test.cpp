#include "opam/system_packages.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "tests/opam/texts.h"

using namespace oxbow::opam;
using Texts = std::vector<std::string>;

namespace {

class Platform : public Variables {
 public:
  Platform(std::string_view distribution, std::string_view family)
      : distribution_(distribution), family_(family) {}

  std::optional<Value> lookup(const Variable& variable) const override {
    if (variable.is_global("os-distribution")) return distribution_;
    if (variable.is_global("os-family")) return family_;
    if (variable.is_global("os-version")) return std::string_view("12");
    return std::nullopt;
  }

 private:
  std::string_view distribution_;
  std::string_view family_;
};

SystemPackages on(const Platform& platform, const std::string& depexts) {
  return system_packages(*defined("depexts: " + depexts), platform);
}

const Platform debian("debian", "debian");
const Platform alpine("alpine", "alpine");

}  // namespace

TEST_CASE("of depexts those lists count whose filter holds, each name once and in order") {
  const std::string text = R"([
    ["libgmp-dev" "g++"] {os-family = "debian"}
    ["gmp-dev"] {os-distribution = "alpine"}
    ["m4" "g++"]
    ["old"] {os-family = "debian" & os-version < "10"}
    ["new"] {os-distribution = "debian" & os-version >= "10"}
  ])";
  CHECK(on(debian, text).names == Texts{"g++", "libgmp-dev", "m4", "new"});
  CHECK(on(alpine, text).names == Texts{"g++", "gmp-dev", "m4"});
  CHECK(on(debian, text).refused.empty());
}

TEST_CASE("a package without depexts needs nothing") {
  CHECK(system_packages(*defined("synopsis: \"x\""), debian) == SystemPackages());
  CHECK(on(debian, "[]") == SystemPackages());
}

TEST_CASE("brackets may be left out of depexts") {
  CHECK(on(debian, R"("m4")").names == Texts{"m4"});
  CHECK(on(debian, R"(["m4" "gcc"])").names == Texts{"gcc", "m4"});
  CHECK(on(debian, R"(["m4"] {os-family = "debian"})").names == Texts{"m4"});
  CHECK(on(alpine, R"(["m4"] {os-family = "debian"})").names.empty());
  CHECK(on(debian, R"([["m4"] "gcc" {os-family = "debian"}])").names == Texts{"gcc", "m4"});
}

TEST_CASE("a filter that is undefined does not hold") {
  CHECK(on(debian, R"([["m4"] {unknown = "1"} ["gcc"] {!unknown}])").names.empty());
}

TEST_CASE("the first of two fields counts") {
  CHECK(on(debian, "[\"m4\"]\ndepexts: [\"gcc\"]").names == Texts{"m4"});
}

TEST_CASE("depexts that opam ignores are none") {
  // The form of opam 1.2.
  CHECK(on(debian, R"([[["debian"] ["m4"]] [["alpine"] ["gcc"]]])") == SystemPackages());
  CHECK(on(debian, R"([["m4"] [gcc]])") == SystemPackages());
  CHECK(on(debian, R"([["m4"] ["gcc"] {"a" "b"}])") == SystemPackages());
  CHECK(on(debian, "12") == SystemPackages());
  CHECK(on(debian, "true") == SystemPackages());
}

TEST_CASE("what can be no package's name is refused") {
  for (const std::string name :
       {"", "-oDir=x", "--help", "m4-", "m4=1.2", "m4/sid", "./m4.deb", "/m4.deb", "m4 gcc", "M4",
        "m4\\nx", "m4*", "^m4$", "\xC3\xA9", "%{name}%", "m4:amd64", "+m4", ".m4"}) {
    INFO(name);
    const SystemPackages packages = on(debian, "[\"" + name + "\" \"gcc\"]");
    CHECK(packages.names == Texts{"gcc"});
    CHECK(packages.refused.size() == 1);
  }
  CHECK(on(debian, "[\"" + std::string(201, 'a') + "\"]").names.empty());
  CHECK(on(debian, R"(["libstdc++6" "libgtk2.0-dev" "7zip"])").refused.empty());
}

TEST_CASE("of a list that does not count nothing is refused") {
  CHECK(on(debian, R"([["--help"] {os-family = "alpine"}])") == SystemPackages());
}

TEST_CASE("elsewhere than on Debian names may have capitals and slashes") {
  const Texts names = {"R-core", "boost_all", "homebrew/core/z3", "openssl@3"};
  const std::string text = R"(["openssl@3" "homebrew/core/z3" "R-core" "boost_all" "-R" "a;b"])";
  CHECK(on(alpine, text).names == names);
  CHECK(on(alpine, text).refused == Texts{"-R", "a;b"});
  CHECK(on(Platform("linuxmint", "ubuntu"), R"(["R-core"])").names.empty());
}
