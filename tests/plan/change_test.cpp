#include "plan/change.h"

#include <catch2/catch.hpp>

using namespace oxbow;
using namespace oxbow::plan;

TEST_CASE("packages that a script wrote to guard patched ones are known by their names") {
  const auto generated = [](std::string_view text) {
    const auto id = opam::parse_package_id(text);
    REQUIRE(id);
    return is_generated(*id);
  };
  CHECK(generated("oxcaml-base.guard"));
  CHECK(generated("oxcaml-base-patches.enabled"));
  CHECK(generated("oxcaml-patches.guard"));
  CHECK_FALSE(generated("oxcaml-base.1"));
  CHECK_FALSE(generated("oxcaml-base.enabled"));
  CHECK_FALSE(generated("oxcaml-base-patches.1"));
  CHECK_FALSE(generated("oxcaml-base-patches.disabled"));
  CHECK_FALSE(generated("oxcaml-base.guard2"));
  CHECK_FALSE(generated("oxcaml.guard"));
  CHECK_FALSE(generated("base-patches.enabled"));
  CHECK_FALSE(generated("base.guard"));
}

TEST_CASE("every kind of change has a name") {
  CHECK(name(ChangeKind::added) == "added");
  CHECK(name(ChangeKind::removed) == "removed");
  CHECK(name(ChangeKind::changed) == "changed");
  CHECK(name(ChangeKind::renamed) == "renamed");
}
