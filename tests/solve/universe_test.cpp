#include "solve/universe.h"

#include <catch2/catch.hpp>

#include "tests/fakes/literal_universe.h"

using namespace oxbow;
using namespace oxbow::solve;

namespace {

std::string candidates(const Universe& universe, std::string_view name) {
  const auto var = universe.variable(name);
  REQUIRE(var);
  return in_words(universe, universe.candidates(*var));
}

std::string candidates(std::string_view text, std::string_view name,
                       std::string_view compiler = "ocaml.5") {
  return candidates(*literal_universe(text, compiler), name);
}

/// What an exclusion says, as "a needs b >= 2".
std::vector<std::string> reasons(const Universe& universe) {
  std::vector<std::string> all;
  for (std::uint32_t i = 0; i < universe.problem().exclusions(); ++i) {
    const Reason& reason = universe.reason(ExclusionId{i});
    constexpr const char* verbs[] = {" needs ", " one of ", " refuses ", " in class with "};
    std::string words = universe.package(reason.package).id.to_string();
    if (reason.versions > 1) words += " x" + std::to_string(reason.versions);
    words += verbs[static_cast<std::size_t>(reason.kind)];
    if (universe.is_name(reason.other)) words += std::string(universe.name(reason.other)) + " ";
    all.push_back(words + "[" + std::string(reason.text) + "]");
  }
  return all;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("candidates: the newest first, in opam's order of versions") {
  CHECK(candidates("a.9\na.10\na.10~rc\na.v1\n", "a") == "a.v1 a.10 a.10~rc a.9");
}

TEST_CASE("candidates: what is not available is not there") {
  constexpr std::string_view text = R"(
a.1
  available: os = "linux"
a.2
  available: os = "macos"
a.3
  available: unknown = "x"
a.4
  unreadable
)";
  CHECK(candidates(text, "a") == "a.1");
  const auto universe = literal_universe(text);
  CHECK(universe->is_available(package_at(*universe, "a.1")));
  for (const char* const id : {"a.2", "a.3", "a.4"}) {
    CHECK_FALSE(universe->is_available(package_at(*universe, id)));
  }
}

TEST_CASE("candidates: availability may depend on the compiler") {
  constexpr std::string_view text = "a.1\n  available: ocaml:version >= \"5.2\"\n";
  CHECK(candidates(text, "a", "ocaml.5.2") == "a.1");
  CHECK(candidates(text, "a", "ocaml.5.1").empty());
}

TEST_CASE("candidates: what is to be avoided comes last, in its own order") {
  CHECK(candidates("a.1\na.2\na.3\n  flags: avoid-version\na.4\n  flags: avoid-version\n", "a") ==
        "a.2 a.1 a.4 a.3");
  CHECK(candidates("a.1\na.2\n  flags: deprecated\n", "a") == "a.2 a.1");
}

TEST_CASE("candidates: none if everything available is to be avoided") {
  constexpr std::string_view text = R"(
a.1
  available: false
a.2
  flags: avoid-version
a.3
  flags: [light-uninstall avoid-version]
)";
  CHECK(candidates(text, "a").empty());
  const auto universe = literal_universe(text);
  CHECK(universe->is_available(package_at(*universe, "a.2")));
}

TEST_CASE("candidates: versions equal in opam's order are both there, by their text") {
  CHECK(candidates("a.1\na.2+b\na.2+b0\na.2+b00\n", "a") == "a.2+b a.2+b0 a.2+b00 a.1");
  const auto universe = literal_universe("a.1\na.2+b\na.2+b0\n");
  const Var name = *universe->variable("a");
  for (const char* const version : {"2+b", "2+b0", "2+b000"}) {
    const ValueSet equal = universe->equal_to(name, version);
    CHECK(equal.contains(Value{0}));
    CHECK(equal.contains(Value{1}));
    CHECK_FALSE(equal.contains(Value{2}));
    CHECK_FALSE(equal.contains(equal.rest()));
  }
  CHECK(universe->equal_to(name, "3").empty());
}

TEST_CASE("packages are found by their text, and by name") {
  const auto universe = literal_universe("B.1\na.1\na.2\nb.1\n");
  CHECK(universe->find({"a", "2"}) == PackageIndex{1});
  CHECK(universe->find({"b", "1"}) == PackageIndex{3});
  CHECK_FALSE(universe->find({"a", "2.0"}));
  CHECK_FALSE(universe->find({"c", "1"}));
  CHECK(universe->versions("a").size() == 2);
  CHECK(universe->versions("c").empty());
  CHECK(universe->index_of(universe->versions("b").front()) == PackageIndex{3});
}

TEST_CASE("a name that only formulas mention is a variable without candidates") {
  const auto universe = literal_universe("a.1\n  depends: [\"missing\"]\n");
  const auto missing = universe->variable("missing");
  REQUIRE(missing);
  CHECK(universe->is_name(*missing));
  CHECK(universe->name(*missing) == "missing");
  CHECK(universe->candidates(*missing).empty());
  CHECK(universe->versions("missing").empty());
  CHECK_FALSE(universe->variable("elsewhere"));
}

TEST_CASE("what filters rule out is not in the universe") {
  const auto universe = literal_universe(R"(
a.1
  depends: ["test" {with-test} "windows" {os = "windows"} "later" {post}]
  depopts: ["optional"]
a.2
  available: false
  depends: ["hidden"]
)");
  CHECK(reasons(*universe) == Words{"a.1 needs later []"});
  for (const char* const name : {"test", "windows", "optional", "hidden"}) {
    INFO(name);
    CHECK_FALSE(universe->variable(name));
  }
}

TEST_CASE("requirements are visited in the order of the formula, conflicts not at all") {
  const auto universe = literal_universe(R"(
a.1
  depends: ["z" ("y" | "x") "b" {>= "2"}]
  conflicts: ["w"]
)");
  const Problem& problem = universe->problem();
  const auto required = problem.requirements(*universe->variable("a"), Value{0});
  REQUIRE(required.size() == 3);
  CHECK(required[0] == universe->variable("z"));
  CHECK_FALSE(universe->is_name(required[1]));
  CHECK(required[2] == universe->variable("b"));
  REQUIRE(problem.values(required[1]) == 2);
  CHECK(problem.requirements(required[1], Value{0}).front() == universe->variable("y"));
  CHECK(problem.requirements(required[1], Value{1}).front() == universe->variable("x"));
}

TEST_CASE("alternatives directly below alternatives are one list, in parentheses they are not") {
  const auto flat = literal_universe("a.1\n  depends: [\"b\" | \"c\" | \"d\"]\n");
  const Var list = flat->problem().requirements(*flat->variable("a"), Value{0}).front();
  CHECK(flat->problem().values(list) == 3);

  const auto nested = literal_universe("a.1\n  depends: [\"b\" | (\"c\" | \"d\")]\n");
  const Var outer = nested->problem().requirements(*nested->variable("a"), Value{0}).front();
  REQUIRE(nested->problem().values(outer) == 2);
  const Var inner = nested->problem().requirements(outer, Value{1}).front();
  CHECK_FALSE(nested->is_name(inner));
  CHECK(nested->problem().values(inner) == 2);
}

TEST_CASE("versions that say the same are one reason, the most preferred's") {
  const auto universe = literal_universe(R"(
a.1
  depends: ["b" {>= "2"}]
a.2
  depends: ["b" {>= "3"}]
a.3
  depends: ["b" {>= "2"}]
b.1
b.2
b.3
)");
  CHECK(reasons(*universe) == Words{"a.2 needs b [>= 3]", "a.3 x2 needs b [>= 2]"});
}

TEST_CASE("a conflict is with each package of the list, & and parentheses make no difference") {
  for (const char* const list : {R"("b" "c" {< "2"})", R"("b" | "c" {< "2"})",
                                 R"("b" & "c" {< "2"})", R"(("b" & ("c" {< "2"})))"}) {
    INFO(list);
    const auto universe = literal_universe("a.1\n  conflicts: [" + std::string(list) + "]\n");
    CHECK(reasons(*universe) == Words{"a.1 refuses b []", "a.1 refuses c [< 2]"});
  }
}

TEST_CASE("a conflict class keeps every two of its names apart") {
  const auto universe = literal_universe(R"(
a.1
  conflict-class: "x"
a.2
  conflict-class: ["x" "y"]
b.1
  conflict-class: "y"
c.1
  conflict-class: "x"
)");
  CHECK(reasons(*universe) == Words{"a.2 in class with c [x]", "a.2 in class with b [y]"});
}

TEST_CASE("a universe may take over what a similar one evaluated, and is the same") {
  constexpr std::string_view before = R"(
a.1
  depends: ["b"]
b.1
  available: false
b.2
  conflicts: ["c"]
)";
  constexpr std::string_view after = R"(
A.1
  depends: ["a"]
a.1
  depends: ["b" {= "1"}]
b.1
b.2
  conflicts: ["c"]
c.1
  depends: ["a"]
)";
  const auto target = literal_target("ocaml.5");
  auto old_packages = opam::literal_packages(before);
  auto new_packages = opam::literal_packages(after);
  new_packages[3].definition = old_packages[2].definition;  // b.2, at another position
  const Universe similar(old_packages, target);
  const Universe shared(new_packages, target, &similar);
  const Universe alone(new_packages, target);
  CHECK(reasons(shared) == reasons(alone));
  CHECK(candidates(shared, "b") == "b.2 b.1");
  CHECK(reasons(shared) ==
        Words{"A.1 needs a []", "a.1 needs b [= 1]", "b.2 refuses c []", "c.1 needs a []"});
}

TEST_CASE("equal definitions of different packages are evaluated for each") {
  const auto target = literal_target("ocaml.5");
  auto packages = opam::literal_packages("a.1\n  depends: [\"b\" {= version}]\nb.1\nb.2\n");
  packages.insert(packages.begin() + 1, {{"a", "2"}, packages[0].definition});
  const Universe similar({{{"a", "3"}, packages[0].definition}}, target);
  const Universe universe(packages, target, &similar);
  CHECK(reasons(universe) == Words{"a.2 needs b [= 2]", "a.1 needs b [= 1]"});
}
