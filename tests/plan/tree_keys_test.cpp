#include <catch2/catch.hpp>

#include <map>

#include "tests/plan/states.h"

using namespace oxbow;
using namespace oxbow::plan;

namespace {

using Keys = std::map<std::string, std::string>;

/// day10's keys of what the roots reach, by package; empty if there are none.
Keys keys(std::string_view text, std::initializer_list<std::string_view> roots) {
  const auto universe = solve::literal_universe("ocaml.5\n" + std::string(text));
  EffectiveDigests digests;
  TreeKeys tree_keys(*universe, digests);
  solve::Solver solver(*universe);
  Keys result;
  for (const std::string_view root : roots) {
    const auto solution = solver.solve(solve::package_at(*universe, root));
    REQUIRE(solution);
    const auto found = tree_keys.keys_of(*solution);
    if (!found) return {};
    REQUIRE(found->size() == solution->reachable.size());
    for (std::size_t i = 0; i < found->size(); ++i) {
      const auto& id = universe->package(solution->reachable[i].package).id;
      result[id.to_string()] = (*found)[i];
    }
  }
  return result;
}

std::string tagged(std::string_view id, std::string_view fields = "") {
  return "md5=" + md5_hex(effective_text(id, fields));
}

}  // namespace

TEST_CASE("day10's key of a package alone hashes its effective part") {
  CHECK(keys("a.1\n", {"a.1"}) == Keys{{"a.1", md5_hex(tagged("a.1"))}});
}

TEST_CASE("day10's key has dependents before dependencies, of one depth the last name first") {
  const auto found =
      keys("a.1\n  depends: [\"b\" \"c\" \"d\"]\nb.1\n  depends: [\"d\"]\nc.1\nd.1\n", {"a.1"});
  const std::string a = tagged("a.1", "depends: [\"b\" \"c\" \"d\"]");
  const std::string b = tagged("b.1", "depends: [\"d\"]");
  CHECK(found.at("a.1") == md5_hex(a + " " + b + " " + tagged("d.1") + " " + tagged("c.1")));
  CHECK(found.at("b.1") == md5_hex(b + " " + tagged("d.1")));
  CHECK(found.at("c.1") == md5_hex(tagged("c.1")));
}

TEST_CASE("day10's key goes by the longest way down") {
  const auto found =
      keys("a.1\n  depends: [\"b\" \"z\"]\nb.1\n  depends: [\"c\"]\nc.1\n  depends: [\"z\"]\nz.1\n",
           {"a.1"});
  const std::string a = tagged("a.1", "depends: [\"b\" \"z\"]");
  const std::string b = tagged("b.1", "depends: [\"c\"]");
  const std::string c = tagged("c.1", "depends: [\"z\"]");
  CHECK(found.at("a.1") == md5_hex(a + " " + b + " " + c + " " + tagged("z.1")));
}

TEST_CASE("day10's key counts only what it takes for dependencies") {
  const auto found = keys(
      "a.1\n  depends: [\"b\" | \"c\" \"d\" {post}]\nb.1\n  depends: [\"c\"]\nc.1\nd.1\n", {"a.1"});
  const std::string a = tagged("a.1", "depends: [\n  \"b\" | \"c\"\n  \"d\" {post}\n]");
  const std::string b = tagged("b.1", "depends: [\"c\"]");
  CHECK(found.at("a.1") == md5_hex(a + " " + b + " " + tagged("c.1")));
  CHECK_FALSE(found.contains("d.1"));
}

TEST_CASE("day10's keys of one root do not depend on what was asked before") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" "c" {< "2"}]
b.1
  depends: ["c"]
c.1
c.2
d.1
  depends: ["b"]
)";
  const auto alone = keys(text, {"d.1"});
  auto after = keys(text, {"a.1", "d.1"});
  CHECK(after.at("d.1") == alone.at("d.1"));
  CHECK(after.at("b.1") == alone.at("b.1"));
  CHECK(keys(text, {"d.1", "a.1"}).at("b.1") != alone.at("b.1"));
}

TEST_CASE("day10 has no keys where dependencies form a cycle") {
  CHECK(keys("a.1\n  depends: [\"b\"]\nb.1\n  depends: [\"c\"]\nc.1\n  depends: [\"b\"]\n", {"a.1"})
            .empty());
  CHECK(keys("a.1\n  depends: [\"a\"]\n", {"a.1"}).empty());
}
