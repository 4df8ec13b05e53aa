#include "report/rebuilt.h"

#include <catch2/catch.hpp>

#include "tests/report/sample_reports.h"

using namespace oxbow;
using namespace oxbow::report;

namespace {

const opam::PackageId a{"a", "1"};
const opam::PackageId b{"b", "1"};
const opam::PackageId c{"c", "1"};
const opam::PackageId d{"d", "1"};
const opam::PackageId e{"e", "1"};

using Ids = std::vector<opam::PackageId>;

}  // namespace

TEST_CASE("a group is because of the nearest packages that have a reason of their own") {
  const Rebuilt groups =
      rebuilt({{layer(a, changed()), layer(b, dependency({a})), layer(c, dependency({b})),
                layer(d, changed()), layer(e, dependency({c, d}))},
               {}});
  REQUIRE(groups.groups.size() == 3);
  CHECK(groups.groups[0].because.cause == plan::Cause::changed);
  CHECK(groups.groups[0].because.packages.empty());
  CHECK(groups.groups[0].packages == Ids{a, d});
  CHECK(groups.groups[1].because.packages == Ids{a});
  CHECK(groups.groups[1].packages == Ids{b, c});
  CHECK(groups.groups[2].because.packages == Ids{a, d});
  CHECK(groups.groups[2].packages == Ids{e});
}

TEST_CASE("what changed directly hides what is below it") {
  const Rebuilt groups =
      rebuilt({{layer(a, changed()), layer(b, {plan::Cause::choice, {a}, {std::nullopt}}),
                layer(c, dependency({b}))},
               {}});
  REQUIRE(groups.groups.size() == 3);
  CHECK(groups.groups[1].because.cause == plan::Cause::choice);
  CHECK(groups.groups[2].because.packages == Ids{b});
}

TEST_CASE("a package with several layers is told once") {
  const Rebuilt groups = rebuilt({{layer(a, changed()), layer(b, dependency({a})),
                                   layer(b, {plan::Cause::choice, {a}, {std::nullopt}})},
                                  {}});
  REQUIRE(groups.groups.size() == 2);
  CHECK(groups.groups[1].because.cause == plan::Cause::choice);
  CHECK(groups.groups[1].packages == Ids{b});
}

TEST_CASE("a dependency that is not rebuilt itself can be the reason") {
  const Rebuilt groups = rebuilt({{layer(b, dependency({a}))}, {}});
  REQUIRE(groups.groups.size() == 1);
  CHECK(groups.groups[0].because.packages == Ids{a});
}

TEST_CASE("packages on a cycle have the reasons that any of them has") {
  const Rebuilt groups =
      rebuilt({{layer(a, changed()), layer(b, dependency({c})), layer(c, dependency({a, b}))}, {}});
  REQUIRE(groups.groups.size() == 2);
  CHECK(groups.groups[1].because.packages == Ids{a});
  CHECK(groups.groups[1].packages == Ids{b, c});
}

TEST_CASE("generated packages are counted, in no group, but can be a reason") {
  const opam::PackageId guard{"oxcaml-a", "guard"};
  const Rebuilt groups = rebuilt({{layer(a, dependency({guard})), layer(guard, changed())}, {}});
  CHECK(groups.generated == 1);
  REQUIRE(groups.groups.size() == 1);
  CHECK(groups.groups[0].because.packages == Ids{guard});
}

TEST_CASE("packages with many reasons are one group") {
  plan::Cone cone;
  Ids all;
  for (std::size_t i = 0; i <= most_origins; ++i) {
    const opam::PackageId origin{"origin" + std::to_string(i), "1"};
    all.push_back(origin);
    cone.added.push_back(layer(origin, changed()));
  }
  cone.added.push_back(layer(a, dependency(all)));
  cone.added.push_back(layer(b, dependency({a})));
  cone.added.push_back(layer(c, dependency({b, all[0]})));
  all.pop_back();
  cone.added.push_back(layer(d, dependency(all)));
  const Rebuilt groups = rebuilt(cone);
  REQUIRE(groups.groups.size() == 3);
  CHECK(groups.groups[1].packages == Ids{a, b, c});
  CHECK(groups.groups[1].because.packages.empty());
  CHECK(groups.groups[2].packages == Ids{d});
  CHECK(groups.groups[2].because.packages.size() == most_origins);
}
