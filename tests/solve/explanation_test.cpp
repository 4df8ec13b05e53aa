#include "solve/explanation.h"

#include <catch2/catch.hpp>

#include <set>

#include "tests/fakes/literal_universe.h"

using namespace oxbow;
using namespace oxbow::solve;

namespace {

using Words = std::vector<std::string>;

const Background no_background{"nothing",
                               [](const opam::PackageId&, std::string_view) { return false; }};

/// "NAME: constraint; constraint" for each name.
Words in_words(const Explanation& explanation) {
  Words words;
  for (const NamedConstraints& named : explanation) {
    std::string line = named.name + ":";
    for (const Constraint& constraint : named.constraints) {
      line += (line.back() == ':' ? " " : "; ") + constraint.text;
    }
    words.push_back(line);
  }
  return words;
}

Words explained(std::string_view text, std::string_view root, std::string_view compiler = "ocaml.5",
                Effort effort = Effort::minimal, const Background& background = no_background) {
  const auto universe =
      literal_universe("ocaml.4\nocaml.5\nocaml.6\n" + std::string(text), compiler);
  const PackageIndex at = package_at(*universe, root);
  REQUIRE_FALSE(Solver(*universe).solve(at));
  return in_words(explain(*universe, at, effort, background));
}

}  // namespace

TEST_CASE("an explanation says what asks for a version that is not there") {
  CHECK(explained("a.1\n  depends: [\"b\" {>= \"2\"}]\nb.1\n", "a.1") ==
        Words{"b: a.1 requires b >= 2"});
}

TEST_CASE("an explanation names both sides") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" "c"]
b.1
  depends: ["d" {< "2"}]
c.1
  depends: ["d" {>= "2" & != "3"}]
d.1
d.2
)";
  CHECK(explained(text, "a.1") == Words{"b: a.1 requires b", "c: a.1 requires c",
                                        "d: b.1 requires d < 2; c.1 requires d >= 2 & != 3"});
}

TEST_CASE("the constraints on a name are in the order of their words") {
  constexpr std::string_view text = R"(
a.1
  depends: ["B" "d" {< "2"}]
B.1
  depends: ["d" {>= "2"}]
d.1
d.2
)";
  CHECK(explained(text, "a.1") ==
        Words{"B: a.1 requires B", "d: B.1 requires d >= 2; a.1 requires d < 2"});
}

TEST_CASE("an explanation begins with the name nearest to the root") {
  constexpr std::string_view text = R"(
a.1
  depends: ["z"]
z.1
  depends: ["y"]
y.1
  depends: ["b"]
)";
  CHECK(explained(text, "a.1") == Words{"z: a.1 requires z", "y: z.1 requires y",
                                        "b: y.1 requires b, of which there is no version"});
}

TEST_CASE("an explanation says why a name has no candidate") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b"]
a.2
  depends: ["c"]
a.3
  depends: ["d" {>= "1"}]
b.1
  available: os = "macos"
c.1
  flags: avoid-version
)";
  CHECK(explained(text, "a.1") ==
        Words{"b: a.1 requires b, of which no version is available for the target"});
  CHECK(explained(text, "a.2") ==
        Words{"c: a.2 requires c, of which every available version is flagged avoid-version"});
  CHECK(explained(text, "a.3") == Words{"d: a.3 requires d >= 1, of which there is no version"});
}

TEST_CASE("an explanation counts versions that say the same") {
  const auto text = [](int versions) {
    std::string packages = "a.1\n  depends: [\"b\"]\n";
    for (int i = 1; i <= versions; ++i) {
      packages +=
          "b." + std::to_string(i) + "\n  depends: [\"c\" {>= \"2\"}]\n  conflicts: [\"d\"]\n";
    }
    return packages + "c.1\n";
  };
  CHECK(explained(text(2), "a.1") ==
        Words{"b: a.1 requires b", "c: b.2 and 1 other version require c >= 2"});
  CHECK(explained(text(3), "a.1") ==
        Words{"b: a.1 requires b", "c: b.3 and 2 other versions require c >= 2"});
}

TEST_CASE("an explanation names conflicts") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" "c"]
b.1
  conflicts: ["c" {>= "1"}]
b.2
  conflicts: ["c" {>= "1"}]
c.1
)";
  CHECK(explained(text, "a.1") ==
        Words{"b: a.1 requires b",
              "c: a.1 requires c; b.2 and 1 other version conflict with c >= 1"});
  CHECK(explained("a.1\n  conflicts: [\"a\"]\n", "a.1") == Words{"a: a.1 conflicts with a"});
}

TEST_CASE("an explanation names conflict classes") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" "c"]
b.1
  conflict-class: "x"
c.1
  conflict-class: "x"
)";
  CHECK(explained(text, "a.1") ==
        Words{"b: a.1 requires b", "c: a.1 requires c; b and c are of the conflict class x"});
}

TEST_CASE("of a conflict class, a member is held responsible") {
  const auto universe = literal_universe(R"(
a.1
  depends: ["b" {= "1"} "c"]
b.1
  conflict-class: "x"
b.2
c.1
  conflict-class: "x"
ocaml.5
)");
  const auto explanation =
      explain(*universe, package_at(*universe, "a.1"), Effort::minimal, no_background);
  REQUIRE(explanation.size() == 2);
  REQUIRE(explanation[1].constraints.size() == 2);
  CHECK(explanation[1].constraints[1].package == opam::PackageId{"b", "1"});
}

TEST_CASE("an explanation names alternatives, and what each of them lacks") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" {>= "2"} | "c"]
b.1
)";
  CHECK(explained(text, "a.1") == Words{"b: a.1 requires b >= 2",
                                        "b {>= 2} | c: a.1 requires b {>= 2} | c",
                                        "c: a.1 requires c, of which there is no version"});
}

TEST_CASE("an explanation holds nobody else's alternatives against a package") {
  constexpr std::string_view text = R"(
a.1
  depends: ["x" | "y"]
b.1
  depends: ["x" | "y"]
)";
  for (const std::string user : {"a.1", "b.1"}) {
    CHECK(explained(text, user) ==
          Words{"x: " + user + " requires x, of which there is no version",
                "x | y: " + user + " requires x | y",
                "y: " + user + " requires y, of which there is no version"});
  }
}

TEST_CASE("an explanation says that it is about the target, where it is") {
  CHECK(explained("a.1\n  depends: [\"ocaml\" {< \"5\"}]\n", "a.1") ==
        Words{"ocaml: the target is ocaml.5; a.1 requires ocaml < 5"});
  CHECK(explained("a.1\n  depends: [\"b\"]\nb.1\n  conflicts: [\"ocaml\"]\n", "a.1") ==
        Words{"ocaml: the target is ocaml.5; b.1 conflicts with ocaml", "b: a.1 requires b"});
  CHECK(explained("a.1\n", "a.1", "ocaml.7") == Words{"ocaml: the target is ocaml.7"});
}

TEST_CASE("a root that is not a candidate is explained by that alone") {
  CHECK(explained("a.1\n  unreadable\n", "a.1") == Words{"a: a.1: its opam file cannot be read"});
  CHECK(explained("a.1\n  available: os = \"macos\" & arch != \"x86_64\"\n", "a.1") ==
        Words{"a: a.1: available: os = \"macos\" & arch != \"x86_64\" does not hold for ocaml.5 on "
              "debian-12-x86_64"});
  CHECK(explained("a.1\n  flags: avoid-version\na.2\n  flags: avoid-version\n", "a.1") ==
        Words{"a: a.1: every available version of a is flagged avoid-version, so none is chosen"});
}

TEST_CASE("a rejection is one line, however long the filter") {
  std::string filter = "os = \"a\"";
  for (int i = 0; i < 30; ++i) filter += " | os = \"another system\"";
  const Words words = explained("a.1\n  available: " + filter + "\n", "a.1");
  REQUIRE(words.size() == 1);
  CHECK(words[0].find('\n') == std::string::npos);
  CHECK(words[0].find("another system") != std::string::npos);
}

TEST_CASE("a root with the compiler's name is explained without the target") {
  CHECK(explained("compiler.1\n  depends: [\"b\"]\ncompiler.2\n", "compiler.1", "compiler.2") ==
        Words{"b: compiler.1 requires b, of which there is no version"});
}

TEST_CASE("what a reader need not know is only counted") {
  const Background guards{"guards", [](const opam::PackageId& package, std::string_view on) {
                            return package.name.starts_with("g") && on.starts_with("g");
                          }};
  constexpr std::string_view text = R"(
a.1
  depends: ["g1" "b"]
g1.1
  depends: ["g2"]
g2.1
  depends: ["g3"]
g3.1
  conflicts: ["b"]
b.1
)";
  CHECK(explained(text, "a.1", "ocaml.5", Effort::minimal, guards) ==
        Words{"b: a.1 requires b; g3.1 conflicts with b", "g1: a.1 requires g1",
              "guards: 2 constraints among them lead to the above"});
  constexpr std::string_view one = R"(
a.1
  depends: ["g1"]
g1.1
  depends: ["g2"]
)";
  CHECK(explained(one, "a.1", "ocaml.5", Effort::minimal, guards) ==
        Words{"g1: a.1 requires g1", "guards: 1 constraint among them lead to the above"});
}

TEST_CASE("a root with a solution has no explanation") {
  const auto universe = literal_universe("a.1\nocaml.5\n");
  for (const Effort effort : {Effort::quick, Effort::minimal}) {
    CHECK(explain(*universe, package_at(*universe, "a.1"), effort, no_background).empty());
  }
}
