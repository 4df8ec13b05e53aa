#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "solve/explanation.h"
#include "tests/fakes/literal_universe.h"
#include "tests/sanitized.h"
#include "tests/solve/formula.h"

using namespace oxbow;
using namespace oxbow::solve;
using oxbow::tests::cases;

namespace {

/// A line of an explanation, and the one line of a package's file that it is about.
struct Line {
  std::string package;
  std::string field;
  std::string formula;
};

using Lines = std::map<std::string, Line>;

constexpr std::string_view target_line = "the target is ocaml.2";

constexpr int names = 9;
constexpr std::string_view both_versions[] = {".1", ".2"};

/// Packages that constrain each other, the compiler, and names of six versions. No two versions of
/// a package constrain the same name, so that each constraint is one line.
Lines random_lines(std::uint32_t seed) {
  Dice dice(seed);
  Lines lines;
  for (int i = 0; i < names; ++i) {
    std::set<std::string> constrained;
    for (const std::string_view version : both_versions) {
      const std::string package = "p" + std::to_string(i) + std::string(version);
      for (std::uint32_t k = 2 + dice.roll(3); k > 0; --k) {
        const bool is_leaf = dice.chance(40);
        const bool is_compiler = is_leaf && dice.chance(15);
        std::string other = is_leaf ? "v" : "p";
        other += std::to_string(dice.roll(is_leaf ? 3 : names));
        if (is_compiler) other = "ocaml";
        if (!constrained.insert(other).second) continue;
        const bool refuses = dice.chance(25);
        std::string words = other;
        std::string formula = "\"" + other + "\"";
        if (is_leaf || dice.chance(50)) {
          constexpr std::string_view ops[] = {"<", ">", "=", "!="};
          const std::string op(ops[dice.roll(4)]);
          const std::string bound = std::to_string(1 + dice.roll(is_leaf ? 6 : 2));
          words += " " + op + " " + bound;
          formula += " {" + op + " \"" + bound + "\"}";
        }
        lines[package + (refuses ? " conflicts with " : " requires ") + words] = {
            package, refuses ? "conflicts" : "depends", formula};
      }
    }
  }
  return lines;
}

std::shared_ptr<const Universe> universe_of(const Lines& lines, std::string_view compiler) {
  std::string text = "none.1\nocaml.1\nocaml.2\nocaml.3\n";
  for (const char* const name : {"v0.", "v1.", "v2."}) {
    for (int i = 1; i <= 6; ++i) text += name + std::to_string(i) + "\n";
  }
  for (int i = 0; i < names; ++i) {
    for (const std::string_view version : both_versions) {
      const std::string package = "p" + std::to_string(i) + std::string(version);
      text += package + "\n";
      for (const char* const field : {"depends", "conflicts"}) {
        text += "  " + std::string(field) + ": [";
        for (const auto& [words, line] : lines) {
          if (line.package == package && line.field == field) text += line.formula + " ";
        }
        text += "]\n";
      }
    }
  }
  return literal_universe(text, compiler);
}

bool has_solution(const Lines& lines, std::string_view root, std::string_view compiler) {
  const auto universe = universe_of(lines, compiler);
  return Solver(*universe).solve(package_at(*universe, root)).has_value();
}

struct Explained {
  Lines lines;
  bool target = false;
};

Explained explained(const Universe& universe, const Lines& lines, PackageIndex root,
                    Effort effort) {
  const Background nothing{"nothing",
                           [](const opam::PackageId&, std::string_view) { return false; }};
  Explained result;
  for (const NamedConstraints& named : explain(universe, root, effort, nothing)) {
    for (const Constraint& constraint : named.constraints) {
      if (constraint.text == target_line) {
        result.target = true;
        continue;
      }
      INFO(constraint.text);
      REQUIRE(lines.contains(constraint.text));
      result.lines.insert(*lines.find(constraint.text));
    }
  }
  return result;
}

std::string_view compiler_of(const Explained& explained) {
  return explained.target ? "ocaml.2" : "none.1";
}

}  // namespace

TEST_CASE("what an explanation names alone has no solution, and of a minimal one all is needed") {
  int explanations = 0;
  int about_the_target = 0;
  int shorter = 0;
  for (std::uint32_t seed = 0; seed < cases(2000U); ++seed) {
    const Lines lines = random_lines(seed);
    const auto universe = universe_of(lines, "ocaml.2");
    Solver solver(*universe);
    for (int i = 0; i < names; ++i) {
      const std::string root = "p" + std::to_string(i) + ".1";
      INFO("universe " << seed << ", root " << root);
      const PackageIndex at = package_at(*universe, root);
      if (solver.solve(at)) continue;
      const Explained quick = explained(*universe, lines, at, Effort::quick);
      CHECK_FALSE(has_solution(quick.lines, root, compiler_of(quick)));
      const Explained minimal = explained(*universe, lines, at, Effort::minimal);
      CHECK_FALSE(has_solution(minimal.lines, root, compiler_of(minimal)));
      for (const auto& [words, line] : minimal.lines) {
        INFO("without " << words);
        Lines fewer = minimal.lines;
        fewer.erase(words);
        CHECK(has_solution(fewer, root, compiler_of(minimal)));
      }
      if (minimal.target) CHECK(has_solution(minimal.lines, root, "none.1"));
      ++explanations;
      shorter += minimal.lines.size() < quick.lines.size() ? 1 : 0;
      about_the_target += minimal.target ? 1 : 0;
    }
  }
  CHECK(explanations > cases(500));
  CHECK(about_the_target > cases(20));
  CHECK(shorter > cases(20));
}

TEST_CASE("the same question has the same explanation") {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    const Lines lines = random_lines(seed);
    const auto texts = [&](Effort effort) {
      const auto universe = universe_of(lines, "ocaml.2");
      std::vector<std::string> all;
      for (const opam::Package& package : universe->packages()) {
        const Background nothing{"nothing",
                                 [](const opam::PackageId&, std::string_view) { return false; }};
        for (const auto& named : explain(*universe, universe->index_of(package), effort, nothing)) {
          for (const Constraint& constraint : named.constraints) all.push_back(constraint.text);
        }
      }
      return all;
    };
    CHECK(texts(Effort::quick) == texts(Effort::quick));
    CHECK(texts(Effort::minimal) == texts(Effort::minimal));
  }
}
