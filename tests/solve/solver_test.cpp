#include "solve/solver.h"

#include <catch2/catch.hpp>

#include "tests/fakes/literal_universe.h"

using namespace oxbow;
using namespace oxbow::solve;

namespace {

constexpr std::string_view compilers = "ocaml.4\nocaml.5\nocaml.6\n";

/// A root's answer in a universe with three compilers, of which ocaml.5 is the target's.
class Answer {
 public:
  Answer(std::string_view text, std::string_view root, std::string_view compiler = "ocaml.5")
      : universe_(literal_universe(std::string(compilers) + std::string(text), compiler)),
        solution_(Solver(*universe_).solve(package_at(*universe_, root))) {}

  /// What was chosen, without the compiler; "none" if there is no solution.
  std::string chosen() const {
    if (!solution_) return "none";
    std::vector<PackageIndex> without_compiler;
    for (const PackageIndex package : solution_->chosen) {
      if (universe_->package(package).id.name != "ocaml") without_compiler.push_back(package);
    }
    return in_words(*universe_, without_compiler);
  }

  std::string all_chosen() const { return in_words(*universe_, solution_->chosen); }

  std::string reachable() const {
    std::vector<PackageIndex> packages;
    for (const SolutionNode node : solution_->reachable) packages.push_back(node.package);
    return in_words(*universe_, packages);
  }

  std::string deps(std::string_view package) const {
    REQUIRE(solution_);
    const auto at = solution_->reachable.position(package_at(*universe_, package));
    REQUIRE(at);
    return in_words(*universe_, solution_->reachable[*at].deps);
  }

  bool reaches(std::string_view package) const {
    return solution_->reachable.position(package_at(*universe_, package)).has_value();
  }

 private:
  std::shared_ptr<const Universe> universe_;
  std::optional<Solution> solution_;
};

std::string chosen(std::string_view text, std::string_view root) {
  return Answer(text, root).chosen();
}

}  // namespace

TEST_CASE("choice: the newest version that the constraint allows") {
  constexpr std::string_view text = "b.1\nb.2\nb.3\n";
  CHECK(chosen("a.1\n  depends: [\"b\"]\n" + std::string(text), "a.1") == "a.1 b.3");
  CHECK(chosen("a.1\n  depends: [\"b\" {< \"3\"}]\n" + std::string(text), "a.1") == "a.1 b.2");
  CHECK(chosen("a.1\n  depends: [\"b\" {!= \"3\" & < \"2\"}]\n" + std::string(text), "a.1") ==
        "a.1 b.1");
  CHECK(chosen("a.1\n  depends: [\"b\" {> \"3\"}]\n" + std::string(text), "a.1") == "none");
}

TEST_CASE("choice: a version that leads nowhere is passed over") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b"]
b.1
b.2
  depends: ["c" {>= "2"}]
c.1
)";
  CHECK(chosen(text, "a.1") == "a.1 b.1");
}

TEST_CASE("choice: alternatives in their order") {
  constexpr std::string_view text = "b.1\nc.1\nd.1\n";
  const auto with = [&](const std::string& depends) {
    return chosen("a.1\n  depends: [" + depends + "]\n" + std::string(text), "a.1");
  };
  CHECK(with(R"("c" | "b")") == "a.1 c.1");
  CHECK(with(R"("c" {> "1"} | "b" | "d")") == "a.1 b.1");
  CHECK(with(R"("none" | "c" & "b")") == "a.1 b.1 c.1");
  CHECK(with(R"("c" & "none" | ("d" | "b"))") == "a.1 d.1");
  CHECK(with(R"("none" | "nothing")") == "none");
}

TEST_CASE("choice: alternatives do not care for what is there anyway") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" "c" | "b"]
b.1
c.1
)";
  CHECK(chosen(text, "a.1") == "a.1 b.1 c.1");
}

TEST_CASE("choice: what the walk meets first has the better version") {
  constexpr std::string_view packages = R"(
b.1
b.2
  conflicts: ["c" {= "2"}]
c.1
c.2
)";
  const std::string text(packages);
  CHECK(chosen("a.1\n  depends: [\"b\" \"c\"]\n" + text, "a.1") == "a.1 b.2 c.1");
  CHECK(chosen("a.1\n  depends: [\"c\" \"b\"]\n" + text, "a.1") == "a.1 b.1 c.2");
}

TEST_CASE("choice: the walk goes down before it goes on") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" "c"]
b.1
  depends: ["d"]
d.1
d.2
  conflicts: ["c" {= "2"}]
c.1
c.2
)";
  CHECK(chosen(text, "a.1") == "a.1 b.1 c.1 d.2");
}

TEST_CASE("choice: the compiler's own dependencies come before the root's") {
  constexpr std::string_view text = R"(
a.1
  depends: ["c" "b"]
b.1
b.2
  conflicts: ["c" {= "2"}]
c.1
c.2
compiler.1
  depends: ["b"]
)";
  CHECK(Answer(text, "a.1", "compiler.1").chosen() == "a.1 b.2 c.1 compiler.1");
}

TEST_CASE("conflicts are with every version that they name, whoever has them") {
  const std::string packages = "b.1\nb.2\nc.1\nc.2\n";
  const auto with = [&](const std::string& conflicts) {
    return chosen("a.1\n  depends: [\"b\" \"c\"]\n  conflicts: [" + conflicts + "]\n" + packages,
                  "a.1");
  };
  CHECK(with(R"("b" {= "2"})") == "a.1 b.1 c.2");
  CHECK(with(R"("b" {= "2"} "c" {= "2"})") == "a.1 b.1 c.1");
  CHECK(with(R"("b" {= "2"} | "c" {= "2"})") == "a.1 b.1 c.1");
  CHECK(with(R"("b" {= "2"} & "c" {= "2"})") == "a.1 b.1 c.1");
  CHECK(with(R"("d" & ("b" {= "2"} | ("c" {= "2"} & "d")))") == "a.1 b.1 c.1");
  CHECK(with(R"("b")") == "none");
  CHECK(with(R"("missing")") == "a.1 b.2 c.2");
}

TEST_CASE("a conflict excludes nothing that is not there") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b"]
b.1
b.2
  conflicts: ["c"]
c.1
)";
  CHECK(chosen(text, "a.1") == "a.1 b.2");
}

TEST_CASE("of a conflict class there is one package") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" "c"]
b.1
b.2
  conflict-class: "x"
c.1
c.2
  conflict-class: ["y" "x"]
c.3
  conflict-class: "y"
  depends: ["d"]
d.1
  conflict-class: "x"
)";
  CHECK(chosen(text, "a.1") == "a.1 b.2 c.1");
  CHECK(chosen(text, "c.3") == "c.3 d.1");
}

TEST_CASE("versions of one name do not exclude each other by their class") {
  CHECK(chosen("a.1\n  conflict-class: \"a\"\na.2\n  conflict-class: \"a\"\n", "a.1") == "a.1");
}

TEST_CASE("a package that conflicts with itself cannot be") {
  CHECK(chosen("a.1\n  conflicts: [\"a\"]\n", "a.1") == "none");
  CHECK(chosen("a.1\n  conflicts: [\"a\" {= version}]\n", "a.1") == "none");
  CHECK(chosen("a.1\n  conflicts: [\"a\" {!= \"1\"}]\na.2\n", "a.1") == "a.1");
  CHECK(chosen("a.1\n  depends: [\"b\"]\nb.1\nb.2\n  conflicts: [\"b\"]\n", "a.1") == "a.1 b.1");
}

TEST_CASE("a package that depends on itself can be, in the version it asks for") {
  CHECK(chosen("a.1\n  depends: [\"a\"]\n", "a.1") == "a.1");
  CHECK(chosen("a.1\n  depends: [\"a\" {>= \"2\"}]\na.2\n", "a.1") == "none");
  CHECK(chosen("a.1\n  depends: [\"b\" | \"a\"]\n", "a.1") == "a.1");
  CHECK(Answer("a.1\n  depends: [\"a\"]\n", "a.1").deps("a.1") == "a.1");
}

TEST_CASE("packages may depend on each other") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b"]
b.1
  depends: ["a" {= "1"}]
b.2
  depends: ["a" {= "2"}]
a.2
)";
  const Answer answer(text, "a.1");
  CHECK(answer.chosen() == "a.1 b.1");
  CHECK(answer.deps("a.1") == "b.1");
  CHECK(answer.deps("b.1") == "a.1");
}

TEST_CASE("a version to be avoided is taken only where no other will do") {
  constexpr std::string_view packages = "b.1\nb.2\n  flags: avoid-version\n";
  const std::string text(packages);
  CHECK(chosen("a.1\n  depends: [\"b\"]\n" + text, "a.1") == "a.1 b.1");
  CHECK(chosen("a.1\n  depends: [\"b\" {> \"1\"}]\n" + text, "a.1") == "a.1 b.2");
  CHECK(chosen(text, "b.2") == "b.2");
}

TEST_CASE("a root all of whose name's versions are to be avoided has no solution") {
  CHECK(chosen("a.1\n  flags: avoid-version\n", "a.1") == "none");
  CHECK(chosen("a.1\n  flags: avoid-version\na.2\n  available: false\n", "a.1") == "none");
}

TEST_CASE("a root that is not available has no solution") {
  CHECK(chosen("a.1\n  available: false\na.2\n", "a.1") == "none");
  CHECK(chosen("a.1\n  unreadable\na.2\n", "a.1") == "none");
}

TEST_CASE("the compiler is the target's, or there is no solution") {
  CHECK(Answer("a.1\n  depends: [\"ocaml\"]\n", "a.1").all_chosen() == "a.1 ocaml.5");
  CHECK(Answer("a.1\n", "a.1").all_chosen() == "a.1 ocaml.5");
  CHECK(chosen("a.1\n  depends: [\"ocaml\" {< \"5\"}]\n", "a.1") == "none");
  CHECK(chosen("a.1\n  conflicts: [\"ocaml\" {= \"5\"}]\n", "a.1") == "none");
  CHECK(Answer("a.1\n", "a.1", "ocaml.7").chosen() == "none");
  CHECK(Answer("a.1\n", "a.1", "absent.1").chosen() == "none");
}

TEST_CASE("a compiler that the root does not need is chosen but not reached") {
  const Answer answer("a.1\n  depends: [\"b\"]\nb.1\n", "a.1");
  CHECK(answer.all_chosen() == "a.1 b.1 ocaml.5");
  CHECK(answer.reachable() == "a.1 b.1");
}

TEST_CASE("a root with the compiler's name takes the compiler's place") {
  CHECK(Answer("", "ocaml.4").all_chosen() == "ocaml.4");
  CHECK(Answer("", "ocaml.6").reachable() == "ocaml.6");
  CHECK(Answer("", "ocaml.5").all_chosen() == "ocaml.5");
}

TEST_CASE("a solver that was asked for another compiler still has its own") {
  const auto universe = literal_universe(std::string(compilers) + "a.1\n  depends: [\"ocaml\"]\n");
  Solver solver(*universe);
  const auto ask = [&](std::string_view root) {
    const auto solution = solver.solve(package_at(*universe, root));
    REQUIRE(solution);
    return in_words(*universe, solution->chosen);
  };
  CHECK(ask("ocaml.4") == "ocaml.4");
  CHECK(ask("a.1") == "a.1 ocaml.5");
  CHECK(ask("ocaml.6") == "ocaml.6");
  CHECK(ask("a.1") == "a.1 ocaml.5");
}

TEST_CASE("a root stands for every version that is equal to it in opam's order") {
  constexpr std::string_view text = "a.1+b\na.1+b0\n";
  CHECK(chosen(text, "a.1+b") == "a.1+b");
  CHECK(chosen(text, "a.1+b0") == "a.1+b");
  CHECK(chosen("a.1+b\n  available: false\na.1+b0\n", "a.1+b0") == "a.1+b0");
  CHECK(Answer(text, "a.1+b0").reachable() == "a.1+b");
  CHECK(Answer("b.1\na.1+b\n  available: false\na.1+b0\n", "a.1+b").reachable() == "a.1+b0");
  CHECK(chosen("a.1+b\n  depends: [\"missing\"]\na.1+b0\n", "a.1+b") == "a.1+b0");
}

TEST_CASE("a compiler stands for every version that is equal to it in opam's order") {
  constexpr std::string_view text = R"(
a.1
ocaml.5.0+x
  conflicts: ["a"]
ocaml.5.0+x0
)";
  CHECK(Answer(text, "a.1", "ocaml.5.0+x").all_chosen() == "a.1 ocaml.5.0+x0");
}

TEST_CASE("deps: through the alternatives that were chosen, in the order of packages") {
  constexpr std::string_view text = R"(
a.1
  depends: ["z" ("missing" | "c" & ("none" | "B")) "z" {>= "1"} "ocaml"]
B.1
c.1
z.1
)";
  const Answer answer(text, "a.1");
  CHECK(answer.deps("a.1") == "B.1 c.1 ocaml.5 z.1");
  CHECK(answer.deps("c.1").empty());
}

TEST_CASE("deps: a package alternative to one that is there is none") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" | "c"]
b.1
  depends: ["c"]
c.1
)";
  CHECK(Answer(text, "a.1").deps("a.1") == "b.1");
}

TEST_CASE("deps: what is needed only afterwards is solved for and left out") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" {post} "c" "d" {post & >= "2"}]
b.1
b.2
  conflicts: ["c"]
c.1
d.1
d.2
)";
  const Answer answer(text, "a.1");
  CHECK(answer.chosen() == "a.1 b.1 c.1 d.2");
  CHECK(answer.deps("a.1") == "c.1");
  CHECK(answer.reachable() == "a.1 c.1");
}

TEST_CASE("deps: a name that is needed both before and afterwards counts") {
  constexpr std::string_view text = "b.1\nc.1\n";
  const auto deps = [&](const std::string& depends) {
    return Answer("a.1\n  depends: [" + depends + "]\n" + std::string(text), "a.1").deps("a.1");
  };
  CHECK(deps(R"("b" "b" {post & = "1"})") == "b.1");
  CHECK(deps(R"("b" {post} | "b")") == "b.1");
  CHECK(deps(R"("b" {post} | "c")").empty());
  CHECK(deps(R"("b" {!post})").empty());
  CHECK(deps(R"("b" {!post} "b" {post})") == "b.1");
}

TEST_CASE("deps: optional dependencies count if they are there for another reason") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b"]
  depopts: ["d" "c" "missing"]
b.1
  depends: ["c"]
c.1
d.1
)";
  const Answer answer(text, "a.1");
  CHECK(answer.chosen() == "a.1 b.1 c.1");
  CHECK(answer.deps("a.1") == "b.1 c.1");
}

TEST_CASE("deps: optional dependencies count whatever their filters and versions say") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b"]
  depopts: ["c" {with-test & > "7"} "ocaml"]
b.1
  depends: ["c"]
c.1
)";
  const Answer answer(text, "a.1");
  CHECK(answer.deps("a.1") == "b.1 c.1 ocaml.5");
  CHECK(answer.reaches("ocaml.5"));
}

TEST_CASE("deps: an optional dependency that is needed afterwards is left out") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" {post}]
  depopts: ["b"]
b.1
)";
  CHECK(Answer(text, "a.1").deps("a.1").empty());
}

TEST_CASE("deps: constraints hold by the compiler's version and the package's own") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b" {= version} "c" {ocaml:version >= "5"} "d" {ocaml:version < "5"}]
b.1
b.2
c.1
d.1
)";
  CHECK(Answer(text, "a.1").deps("a.1") == "b.1 c.1");
}
