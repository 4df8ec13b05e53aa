#include "job/roots.h"

#include <catch2/catch.hpp>

#include "tests/job/requests.h"

using namespace oxbow;
using namespace oxbow::job;

namespace {

/// The roots of two repositories, the more important first.
std::string roots(std::string_view own, std::string_view lower, Scope scope,
                  const std::set<opam::PackageId>& touched = {}) {
  NoProgress progress;
  StateLoader loader(progress);
  const auto state = loader.load({literal_repository(own, ""), literal_repository(lower, "")},
                                 repo::Trust::merged);
  REQUIRE(state);
  const solve::Universe universe((*state)->stack().packages, solve::literal_target("ocaml.5"));
  return solve::in_words(universe, choose_roots(universe, (*state)->stack(), scope, touched));
}

}  // namespace

TEST_CASE("overlay: the newest version that the first repository has of each of its names") {
  CHECK(roots("a.1\na.2\na.10\nb.1\n", "a.11\nc.1\nb.1\nb.0\n", Scope::overlay) == "a.10 b.1");
  CHECK(roots("a.1\n", "a.1\na.2\n", Scope::overlay) == "a.1");
}

TEST_CASE("stack: those, and the newest version that any repository has of any name") {
  CHECK(roots("a.1\na.2\nb.2\n", "a.3\nb.1\nc.1\nc.2\n", Scope::stack) == "a.2 a.3 b.2 c.2");
}

TEST_CASE("what is not available is not a root") {
  constexpr std::string_view own = "a.1\na.2\n  available: false\nb.1\n  available: false\n";
  CHECK(roots(own, "a.3\n  available: false\nc.1\n  unreadable: [\n", Scope::stack) == "a.1");
  CHECK(roots(own, "b.2\n", Scope::overlay) == "a.1");
}

TEST_CASE("flags do not count, and of equal versions the first is a root") {
  CHECK(roots("a.1\na.2\n  flags: avoid-version\n", "z.1\n", Scope::overlay) == "a.2");
  CHECK(roots("a.1\n  flags: avoid-version\n", "z.1\n", Scope::overlay) == "a.1");
  CHECK(roots("a.1+b\na.1+b0\n", "z.1\n", Scope::overlay) == "a.1+b");
}

TEST_CASE("what was touched is a root, wherever it is and whether it is available") {
  const std::set<opam::PackageId> touched = {{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "7"}};
  CHECK(roots("a.1\na.2\nb.1\n  available: false\n", "c.1\nc.2\nd.1\n", Scope::overlay, touched) ==
        "a.1 a.2 b.1 c.1");
}

TEST_CASE("roots are in opam's order, each once") {
  CHECK(roots("b.1\nA.2\nA.1\n", "c.1\n", Scope::stack, {{"A", "2"}, {"A", "1"}, {"b", "1"}}) ==
        "A.1 A.2 b.1 c.1");
}
