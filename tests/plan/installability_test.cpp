#include "plan/installability.h"

#include <catch2/catch.hpp>

#include "tests/fakes/literal_universe.h"

using namespace oxbow;
using namespace oxbow::plan;

namespace {

using Words = std::vector<std::string>;

Words explained(std::string_view text, std::string_view root) {
  const auto universe = solve::literal_universe("ocaml.5\n" + std::string(text));
  Words words;
  for (const auto& named :
       plan::explain(*universe, solve::package_at(*universe, root), solve::Effort::minimal)) {
    std::string line = named.name + ":";
    for (const auto& constraint : named.constraints) line += " " + constraint.text + ";";
    words.push_back(line);
  }
  return words;
}

}  // namespace

TEST_CASE("what guard packages say to each other is only counted") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b"]
b.1
  depends: ["oxcaml-patch-guards"]
oxcaml-patch-guards.1
  depends: ["oxcaml-b" "oxcaml-c"]
oxcaml-b.guard
  depends: ["oxcaml-b-patches"]
oxcaml-b-patches.enabled
  conflicts: ["b"]
oxcaml-c.guard
)";
  CHECK(explained(text, "a.1") ==
        Words{"b: a.1 requires b; oxcaml-b-patches.enabled conflicts with b;",
              "oxcaml-patch-guards: b.1 requires oxcaml-patch-guards;",
              "generated guard packages: 2 constraints among them lead to the above;"});
}

TEST_CASE("what other packages say of guards, and guards of others, is told") {
  CHECK(explained("a.1\n  depends: [\"oxcaml-x\"]\n", "a.1") ==
        Words{"oxcaml-x: a.1 requires oxcaml-x, of which there is no version;"});
  CHECK(explained("oxcaml-x.guard\n  depends: [\"y\"]\n", "oxcaml-x.guard") ==
        Words{"y: oxcaml-x.guard requires y, of which there is no version;"});
  CHECK(explained("oxcaml-x.1\n  depends: [\"oxcaml-y\"]\n", "oxcaml-x.1") ==
        Words{"oxcaml-y: oxcaml-x.1 requires oxcaml-y, of which there is no version;"});
}

TEST_CASE("an explanation of guards alone still counts") {
  CHECK(explained("oxcaml-x.guard\n  depends: [\"oxcaml-y\"]\n", "oxcaml-x.guard") ==
        Words{"generated guard packages: 1 constraint among them lead to the above;"});
}
