#include "plan/cone.h"

#include <catch2/catch.hpp>

#include "tests/plan/states.h"

using namespace oxbow;
using namespace oxbow::plan;

namespace {

using Words = std::vector<std::string>;

struct Compared {
  Cone cone;
  std::vector<std::string> new_keys;  ///< of what the head's roots reach

  Words added() const {
    Words words;
    for (const ConeLayer& layer : cone.added) words.push_back(in_words(layer));
    return words;
  }
  Words removed() const {
    Words words;
    for (const ConeLayer& layer : cone.removed) words.push_back(layer.package.to_string());
    return words;
  }

 private:
  static std::string in_words(const ConeLayer& layer) {
    const Because& because = layer.because;
    std::string words = layer.package.to_string() + " " + std::string(name(because.cause)) + ":";
    for (std::size_t i = 0; i < because.packages.size(); ++i) {
      words += " " + because.packages[i].to_string();
      if (because.former.empty()) continue;
      words += " was " + (because.former[i] ? because.former[i]->to_string() : "nothing");
    }
    return words;
  }
};

Compared compare(std::string_view before, std::string_view after,
                 std::initializer_list<std::string_view> old_roots,
                 std::initializer_list<std::string_view> new_roots) {
  LiteralState old_state(before);
  LiteralState new_state(after);
  EffectiveDigests digests;
  const auto old_solved = old_state.solve(old_roots);
  const auto new_solved = new_state.solve(new_roots);
  return {cone({old_state.state(), old_solved}, {new_state.state(), new_solved}, digests), {}};
}

Compared compare(std::string_view before, std::string_view after,
                 std::initializer_list<std::string_view> roots) {
  return compare(before, after, roots, roots);
}

constexpr std::string_view chain = R"(
a.1
  depends: ["b"]
b.1
  depends: ["c"]
c.1
)";

}  // namespace

TEST_CASE("where nothing changes the cone is empty") {
  const auto same = compare(chain, chain, {"a.1", "b.1"});
  CHECK(same.added().empty());
  CHECK(same.removed().empty());
  CHECK(same.cone.packages_rebuilt() == 0);
  CHECK(same.cone.layers() == 0);
  const auto formatted = compare(chain, R"(
a.1
  synopsis: "another"
  depends: [ "b" ]  # the same
b.1
  depends: ["c"]
c.1
  tags: ["x"]
)",
                                 {"a.1"});
  CHECK(formatted.added().empty());
  CHECK(formatted.removed().empty());
}

TEST_CASE("a change below rebuilds what is above, each because of what is under it") {
  const auto compared = compare(chain, R"(
a.1
  depends: ["b"]
b.1
  depends: ["c"]
c.1
  build: "make"
)",
                                {"a.1", "c.1"});
  CHECK(compared.added() ==
        Words{"a.1 dependency: b.1", "b.1 dependency: c.1", "c.1 changed: c.1"});
  CHECK(compared.removed() == Words{"a.1", "b.1", "c.1"});
  CHECK(compared.cone.packages_rebuilt() == 3);
}

TEST_CASE("a dependency that stayed as it was is not a reason") {
  constexpr std::string_view text = "a.1\n  depends: [\"b\" \"c\"]\nb.1\nc.1\n";
  const auto compared = compare(text, std::string(text) + "  build: \"make\"\n", {"a.1"});
  CHECK(compared.added() == Words{"a.1 dependency: c.1", "c.1 changed: c.1"});
}

TEST_CASE("a package that changed directly is rebuilt because of that, whatever is below it") {
  const auto compared = compare(chain, R"(
a.1
  depends: ["b"]
b.1
  depends: ["c"]
  build: "make"
c.1
  build: "make"
)",
                                {"a.1"});
  CHECK(compared.added() == Words{"a.1 dependency: b.1", "b.1 changed: b.1", "c.1 changed: c.1"});
}

TEST_CASE("another version chosen is a choice, with what was chosen before") {
  const auto compared = compare(chain, std::string(chain) + "c.2\n", {"a.1"});
  CHECK(compared.added() ==
        Words{"a.1 dependency: b.1", "b.1 choice: c.2 was c.1", "c.2 changed: c.2"});
  CHECK(compared.removed() == Words{"a.1", "b.1", "c.1"});
}

TEST_CASE("another name chosen is a choice, and so is one that is chosen no more") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" {>= "2"} | "c"]
  depopts: ["d"]
b.1
c.1
  depends: ["d"]
d.1
)";
  const auto compared = compare(text, std::string(text) + "b.2\n", {"a.1"});
  CHECK(compared.added() ==
        Words{"a.1 choice: b.2 was nothing c.1 was c.1 d.1 was d.1", "b.2 changed: b.2"});
  CHECK(compared.removed() == Words{"a.1", "c.1", "d.1"});
}

TEST_CASE("what nothing chose before is chosen") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" {>= "2"} | "c"]
b.1
c.1
d.1
)";
  const auto compared = compare(text,
                                R"(
a.1
  depends: ["d"]
b.1
c.1
d.1
)",
                                {"a.1"});
  CHECK(compared.added() == Words{"a.1 changed: a.1", "d.1 chosen: d.1"});
  CHECK(compared.removed() == Words{"a.1", "c.1"});
}

TEST_CASE("a package that is new, or could not be read before, is changed") {
  CHECK(compare("", "a.1\n", {}, {"a.1"}).added() == Words{"a.1 changed: a.1"});
  CHECK(compare("a.1\n  unreadable\n", "a.1\n", {}, {"a.1"}).added() == Words{"a.1 changed: a.1"});
}

TEST_CASE("a choice is told from the nearest of several former ones") {
  const std::string text = R"(
a.1
  depends: ["p" "c" {= "2"} "d" {= "2"}]
b.1
  depends: ["p" "c" {= "1"} "d" {= "1"}]
p.1
  depends: ["c" "d"]
c.1
c.2
d.1
d.2
d.3
)";
  const auto compared =
      compare(text, text + "e.1\n  depends: [\"p\" \"c\" {= \"1\"} \"d\" {= \"3\"}]\n",
              {"a.1", "b.1"}, {"a.1", "b.1", "e.1"});
  CHECK(compared.added() ==
        Words{"d.3 chosen: d.3", "e.1 changed: e.1", "p.1 choice: d.3 was d.1"});
}

TEST_CASE("layers that existed, only not together, are all named") {
  constexpr std::string_view text = R"(
a.1
  depends: ["p" "c" {< "2"}]
b.1
  depends: ["p" "d" {< "2"}]
p.1
  depends: ["c" "d"]
c.1
c.2
d.1
d.2
)";
  const auto compared =
      compare(text, std::string(text) + "e.1\n  depends: [\"p\" \"c\" {< \"2\"} \"d\" {< \"2\"}]\n",
              {"a.1", "b.1"}, {"a.1", "b.1", "e.1"});
  CHECK(compared.added() == Words{"e.1 changed: e.1", "p.1 choice: d.1 was d.2"});
}

TEST_CASE("a layer under a choice that is the same by name goes by its dependencies' layers") {
  constexpr std::string_view packages = R"(
q.1
  depends: ["c"]
p.1
  depends: ["q" "r"]
r.1
  depends: ["d"]
c.1
c.2
d.1
d.2
a.1
  depends: ["p" "c" {< "2"}]
b.1
  depends: ["p" "d" {< "2"}]
)";
  const std::string text(packages);
  const auto compared =
      compare(text, text + "e.1\n  depends: [\"p\" \"c\" {< \"2\"} \"d\" {< \"2\"}]\n",
              {"a.1", "b.1"}, {"a.1", "b.1", "e.1"});
  // q on c.1 and r on d.1 were both there before, but not below one p.
  CHECK(compared.added() == Words{"e.1 changed: e.1", "p.1 dependency: q.1 r.1"});
}

TEST_CASE("the cone has every layer once, by package and then by key") {
  constexpr std::string_view text = R"(
B.1
  depends: ["p" "c" {< "2"}]
a.1
  depends: ["p"]
p.1
  depends: ["c"]
c.1
c.2
)";
  const auto compared = compare("", text, {}, {"a.1", "B.1"});
  std::vector<std::string> packages;
  for (const ConeLayer& layer : compared.cone.added) packages.push_back(layer.package.to_string());
  CHECK(packages == Words{"a.1", "B.1", "c.1", "c.2", "p.1", "p.1"});
  CHECK(compared.cone.added[4].key < compared.cone.added[5].key);
  CHECK(compared.cone.packages_rebuilt() == 5);
  CHECK(compared.cone.layers() == 6);
}

TEST_CASE("a cone's layers have their build-id, key and dependencies") {
  const auto compared = compare("", R"(
a.1
  depends: ["c" "b"]
b.1
c.1
  url { src: "https://example.org/c.tar" }
)",
                                {}, {"a.1"});
  REQUIRE(compared.cone.added.size() == 3);
  const ConeLayer& a = compared.cone.added[0];
  CHECK_FALSE(a.build_id);
  CHECK(a.key.size() == 64);
  CHECK(a.deps == std::vector<opam::PackageId>{{"b", "1"}, {"c", "1"}});
  CHECK_FALSE(a.cached);
  const ConeLayer& b = compared.cone.added[1];
  CHECK(b.build_id == b.key);
  CHECK(b.key == sha256_hex(effective_sha256("b.1")));
}

TEST_CASE("a root without a solution brings nothing into the cone") {
  const auto compared = compare(chain, "a.1\n  depends: [\"b\"]\n", {"a.1"});
  CHECK(compared.added().empty());
  CHECK(compared.removed() == Words{"a.1", "b.1", "c.1"});
}

TEST_CASE("every cause has a name") {
  CHECK(name(Cause::changed) == "changed");
  CHECK(name(Cause::dependency) == "dependency");
  CHECK(name(Cause::choice) == "choice");
  CHECK(name(Cause::chosen) == "chosen");
}
