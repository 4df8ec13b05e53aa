#include "plan/layers.h"

#include <catch2/catch.hpp>

#include "tests/plan/states.h"

using namespace oxbow;
using namespace oxbow::plan;

namespace {

constexpr std::string_view no_checksum = "  url { src: \"https://example.org/a.tar\" }\n";

std::string effective_without_checksum(std::string_view id, const std::string& fields = "") {
  return effective_sha256(id, fields + "url {\n  src: \"https://example.org/a.tar\"\n}");
}

}  // namespace

TEST_CASE("the build-id of a package without dependencies hashes its effective part's hash") {
  LiteralState state("a.1\n  synopsis: \"of no effect\"\n");
  const std::string expected = sha256_hex(effective_sha256("a.1"));
  CHECK(state.build_id("a.1", "a.1") == expected);
  CHECK(state.layer("a.1", "a.1").key == expected);
  CHECK(state.layer("a.1", "a.1").deps.empty());
}

TEST_CASE("a build-id hashes the dependencies' build-ids, the last package first") {
  LiteralState state("a.1\n  depends: [\"c\" \"b\" \"D\"]\nb.1\nc.1\nD.1\n");
  const std::string b = sha256_hex(effective_sha256("b.1"));
  const std::string c = sha256_hex(effective_sha256("c.1"));
  const std::string d = sha256_hex(effective_sha256("D.1"));
  const std::string a = effective_sha256("a.1", "depends: [\"c\" \"b\" \"D\"]");
  CHECK(state.build_id("a.1", "a.1") == sha256_hex(a + " " + d + " " + c + " " + b));
  CHECK(state.build_id("a.1", "b.1") == b);
}

TEST_CASE("a build-id changes with what is below the dependencies") {
  LiteralState state("a.1\n  depends: [\"b\"]\nb.1\n  depends: [\"c\"]\nc.1\nc.2\n");
  const std::string c = sha256_hex(effective_sha256("c.2"));
  const std::string b = sha256_hex(effective_sha256("b.1", "depends: [\"c\"]") + " " + c);
  CHECK(state.build_id("a.1", "a.1") ==
        sha256_hex(effective_sha256("a.1", "depends: [\"b\"]") + " " + b));
}

TEST_CASE("in a build-id all alternatives count that are there, not only the one chosen") {
  LiteralState state("a.1\n  depends: [\"b\" | \"c\"]\nb.1\n  depends: [\"c\"]\nc.1\n");
  const std::string c = sha256_hex(effective_sha256("c.1"));
  const std::string b = sha256_hex(effective_sha256("b.1", "depends: [\"c\"]") + " " + c);
  CHECK(state.build_id("a.1", "a.1") ==
        sha256_hex(effective_sha256("a.1", "depends: [\"b\" | \"c\"]") + " " + c + " " + b));
}

TEST_CASE("in a build-id a name counts once, if any of its comparisons is satisfied") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" {>= "2" & < "3"} | "c" "c"]
b.4
c.1
  depends: ["b"]
)";
  LiteralState state(text);
  const std::string b = sha256_hex(effective_sha256("b.4"));
  const std::string c = sha256_hex(effective_sha256("c.1", "depends: [\"b\"]") + " " + b);
  const std::string a =
      effective_sha256("a.1", "depends: [\"b\" {>= \"2\" & < \"3\"} | \"c\" \"c\"]");
  CHECK(state.build_id("a.1", "a.1") == sha256_hex(a + " " + c + " " + b));
}

TEST_CASE("in a build-id a name does not count if none of its comparisons is satisfied") {
  LiteralState state(
      "a.1\n  depends: [\"b\" {>= \"5\" & < \"3\"} | \"c\"]\nb.4\nc.1\n  depends: [\"b\"]\n");
  const std::string b = sha256_hex(effective_sha256("b.4"));
  const std::string c = sha256_hex(effective_sha256("c.1", "depends: [\"b\"]") + " " + b);
  const std::string a = effective_sha256("a.1", "depends: [\"b\" {>= \"5\" & < \"3\"} | \"c\"]");
  CHECK(state.build_id("a.1", "a.1") == sha256_hex(a + " " + c));
}

TEST_CASE("in a build-id what is needed afterwards does not count") {
  LiteralState state("a.1\n  depends: [\"b\" {post} \"c\" {with-test}]\nb.1\nc.1\n");
  CHECK(state.build_id("a.1", "a.1") ==
        sha256_hex(effective_sha256("a.1", "depends: [\n  \"b\" {post}\n  \"c\" {with-test}\n]")));
}

TEST_CASE("in a build-id optional dependencies count if they are installed") {
  constexpr std::string_view depopts =
      "depopts: [\n  \"b\"\n  \"c\" {>= \"2\"}\n  \"d\"\n  \"e\"\n]";
  LiteralState state(
      "a.1\n  depends: [\"z\"]\n  depopts: [\"b\" \"c\" {>= \"2\"} \"d\" \"e\"]"
      "\nb.1\nc.1\nd.1\nz.1\n  depends: [\"b\" \"c\"]\n");
  const std::string b = sha256_hex(effective_sha256("b.1"));
  const std::string c = sha256_hex(effective_sha256("c.1"));
  const std::string z =
      sha256_hex(effective_sha256("z.1", "depends: [\"b\" \"c\"]") + " " + c + " " + b);
  const std::string a = effective_sha256("a.1", "depends: [\"z\"]\n" + std::string(depopts));
  CHECK(state.build_id("a.1", "a.1") == sha256_hex(a + " " + z + " " + b));
}

TEST_CASE("a build-id knows nothing of the compiler's version") {
  LiteralState state("a.1\n  depends: [\"b\" {ocaml:version >= \"5\"} \"c\"]\nb.1\nc.1\n");
  constexpr std::string_view depends = "depends: [\n  \"b\" {ocaml:version >= \"5\"}\n  \"c\"\n]";
  const std::string c = sha256_hex(effective_sha256("c.1"));
  CHECK(state.build_id("a.1", "a.1") == sha256_hex(effective_sha256("a.1", depends) + " " + c));
  CHECK(state.layer("a.1", "b.1").build_id);  // it is in the solution all the same
}

TEST_CASE("without a checksum there is no build-id, there and above") {
  LiteralState state("a.1\n  depends: [\"b\"]\nb.1\n  depends: [\"c\"]\n" +
                     std::string(no_checksum) + "c.1\n");
  CHECK(state.build_id("a.1", "a.1") == "undefined");
  CHECK(state.build_id("a.1", "b.1") == "undefined");
  const std::string c = sha256_hex(effective_sha256("c.1"));
  CHECK(state.build_id("a.1", "c.1") == c);
  const std::string b = sha256_hex(
      "oxbow-key-1 " + effective_without_checksum("b.1", "depends: [\"c\"]\n") + " " + c);
  CHECK(state.layer("a.1", "b.1").key == b);
  CHECK(state.layer("a.1", "a.1").key ==
        sha256_hex("oxbow-key-1 " + effective_sha256("a.1", "depends: [\"b\"]") + " " + b));
}

TEST_CASE("with a checksum, and without sources, there is a build-id") {
  const std::string checksum = "md5=" + std::string(32, 'a');
  LiteralState state("a.1\n  url { src: \"https://example.org/a.tar\" checksum: \"" + checksum +
                     "\" }\n");
  CHECK(state.build_id("a.1", "a.1") ==
        sha256_hex(effective_sha256(
            "a.1", "url {\n  src: \"https://\"\n  checksum: \"" + checksum + "\"\n}")));
}

TEST_CASE("of a package whose sources are in development, dev dependencies count") {
  constexpr std::string_view depends = "depends: [\"b\" {dev} \"b\" {!dev & < \"1\"} | \"c\"]";
  const std::string packages = "b.1\nc.1\n  depends: [\"b\"]\n";
  LiteralState released("a.1\n  " + std::string(depends) + "\n" + packages);
  CHECK(released.layer("a.1", "a.1").deps.size() == 1);
  LiteralState development("a.1\n  " + std::string(depends) +
                           "\n  url { src: \"git+https://example.org/a\" }\n" + packages);
  CHECK(development.layer("a.1", "a.1").deps.size() == 2);
}

TEST_CASE("a dependency cycle has no build-id, and keys all the same") {
  LiteralState state(
      "a.1\n  depends: [\"b\" \"d\"]\nb.1\n  depends: [\"c\"]\nc.1\n  depends: [\"b\"]\nd.1\n");
  for (const char* const package : {"a.1", "b.1", "c.1"}) {
    INFO(package);
    CHECK(state.build_id("a.1", package) == "undefined");
    CHECK(state.layer("a.1", package).key.size() == 64);
  }
  CHECK_FALSE(state.layer("a.1", "a.1").cyclic);
  CHECK((state.layer("a.1", "b.1").cyclic || state.layer("a.1", "c.1").cyclic));
  CHECK(state.build_id("a.1", "d.1") != "undefined");
}

TEST_CASE("a package that depends on itself is a cycle") {
  LiteralState state("a.1\n  depends: [\"a\"]\n");
  const Layer& layer = state.layer("a.1", "a.1");
  CHECK(layer.cyclic);
  CHECK_FALSE(layer.build_id);
  CHECK(layer.key == sha256_hex("oxbow-key-1 " + effective_sha256("a.1", "depends: [\"a\"]")));
}

TEST_CASE("equal layers are one, whatever solution they are in") {
  LiteralState state("a.1\n  depends: [\"c\"]\nb.1\n  depends: [\"c\"]\nc.1\n");
  state.solve({"a.1", "b.1"});
  CHECK(&state.layer("a.1", "c.1") == &state.layer("b.1", "c.1"));
}

TEST_CASE("a package on different dependencies is different layers") {
  LiteralState state(R"(
a.1
  depends: ["b" "c" {< "2"}]
a.2
  depends: ["b" "c"]
b.1
  depends: ["c"]
c.1
c.2
)");
  CHECK(state.build_id("a.1", "b.1") != state.build_id("a.2", "b.1"));
  const std::string effective = effective_sha256("b.1", "depends: [\"c\"]");
  CHECK(state.build_id("a.2", "b.1") ==
        sha256_hex(effective + " " + sha256_hex(effective_sha256("c.2"))));
}

TEST_CASE("a table that takes over another's layers has them once") {
  const auto universe =
      solve::literal_universe("ocaml.5\na.1\n  depends: [\"b\"]\nb.1\nc.1\n  depends: [\"b\"]\n");
  EffectiveDigests digests;
  BuildDependencies dependencies(*universe);
  LayerTable one(*universe, dependencies, digests);
  solve::Solver solver(*universe);
  const auto a = solver.solve(solve::package_at(*universe, "a.1"));
  const auto c = solver.solve(solve::package_at(*universe, "c.1"));
  REQUIRE((a && c));
  const auto b = solver.solve(solve::package_at(*universe, "b.1"));
  REQUIRE(b);
  const auto b_layers = one.layers_of(*b);
  LayerTable upper = LayerTable::on_top_of(one);
  LayerTable other = LayerTable::on_top_of(one);
  upper.layers_of(*a);
  CHECK(upper.size() == 2);
  const auto in_other = other.layers_of(*c);
  CHECK(in_other.front() == b_layers.front());
  std::vector<std::string> keys;
  for (const LayerIndex at : in_other) keys.push_back(other.layer(at).key);
  one.merge(std::move(upper));
  const auto places = one.merge(std::move(other));
  REQUIRE(places.size() == 2);
  CHECK(one.size() == 3);
  for (std::size_t i = 0; i < in_other.size(); ++i) {
    CHECK(one.layer(places[index(in_other[i])]).key == keys[i]);
  }
}

TEST_CASE("a chain of 20,000 packages does not overflow the stack") {
  constexpr int length = 20'000;
  std::string text;
  for (int i = 0; i < length; ++i) {
    text += "p" + std::to_string(i) + ".1\n";
    if (i + 1 < length) text += "  depends: [\"p" + std::to_string(i + 1) + "\"]\n";
  }
  LiteralState state(text);
  CHECK(state.build_id("p0.1", "p0.1").size() == 64);
}
