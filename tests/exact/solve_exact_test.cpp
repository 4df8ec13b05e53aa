#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/hash.h"
#include "job/roots.h"
#include "job/state.h"
#include "opam/effective.h"
#include "report/solve_json.h"
#include "tests/exact/mirrors.h"
#include "tests/exact/reference_data.h"

using namespace oxbow;
using namespace oxbow::exact;

namespace {

// Whether a root's line of ours says what the reference's says. Ours says more.
void compare_line(std::string_view expected_line, const std::string& line,
                  Differences& differences) {
  rapidjson::Document expected;
  expected.Parse(expected_line.data(), expected_line.size());
  rapidjson::Document actual;
  actual.Parse(line.data(), line.size());
  const std::string root = expected["root"].GetString();
  if (actual["ok"].GetBool() != expected["ok"].GetBool()) {
    differences.add(root + ": has " + (expected["ok"].GetBool() ? "a" : "no") + " solution");
    return;
  }
  if (!expected["ok"].GetBool()) {
    if (actual["explanation"].Empty()) differences.add(root + ": no explanation");
    return;
  }
  const auto& packages = expected["packages"];
  if (actual["packages"].MemberCount() != packages.MemberCount()) {
    differences.add(root + ": another number of packages");
  }
  for (const auto& package : packages.GetObject()) {
    const auto found = actual["packages"].FindMember(package.name);
    if (found == actual["packages"].MemberEnd()) {
      differences.add(root + ": without " + package.name.GetString());
      continue;
    }
    for (const char* const field : {"deps", "build_id", "day10_key"}) {
      if (found->value[field] != package.value[field]) {
        differences.add(root + ": another " + field + " of " + package.name.GetString());
      }
    }
  }
}

void check_stack(const std::vector<job::RepositoryTree>& trees, std::string_view compiler,
                 std::string_view table, std::size_t root_count, std::size_t solved_count) {
  job::NoProgress progress;
  job::StateLoader loader(progress);
  const auto state = loader.load(trees, repo::Trust::merged);
  REQUIRE(state.has_value());
  const auto solved = (*state)->target(reference_target(compiler), loader.digests());
  REQUIRE(solved.has_value());
  const solve::Universe& universe = (*solved)->universe();
  const auto roots = job::choose_roots(universe, (*state)->stack(), job::Scope::stack);
  CHECK(roots.size() == root_count);
  (*solved)->solve(roots);

  plan::TreeKeys keys(universe, loader.digests());
  std::map<std::string, std::string> lines;
  std::size_t with_solution = 0;
  for (const solve::PackageIndex at : roots) {
    const plan::SolvedRoot& root = (*solved)->root(at);
    const opam::PackageId& id = universe.package(at).id;
    with_solution += root.solution ? 1U : 0U;
    lines[id.to_string()] =
        root.solution
            ? report::solved_root_json(**solved, root, keys)
            : report::unsolved_root_json({id, plan::explain(universe, at, solve::Effort::quick)});
  }
  CHECK(with_solution == solved_count);

  Differences differences;
  std::size_t compared = 0;
  each_line(data_path("reference/" + std::string(table)), [&](std::string_view expected) {
    rapidjson::Document document;
    document.Parse(expected.data(), expected.size());
    const auto line = lines.find(document["root"].GetString());
    ++compared;
    if (line == lines.end()) {
      differences.add(std::string(document["root"].GetString()) + ": is not a root");
    } else {
      compare_line(expected, line->second, differences);
    }
  });
  CHECK(compared == root_count);
  INFO(differences.to_string());
  CHECK(differences.count() == 0);
}

}  // namespace

TEST_CASE("every effective part of the oxcaml stack is the reference's") {
  job::NoProgress progress;
  job::StateLoader loader(progress);
  const auto state = loader.load({tree_at("oxcaml", oxcaml_main), tree_at("opam", opam_main)},
                                 repo::Trust::merged);
  REQUIRE(state.has_value());
  std::map<std::string, std::string> hashes;
  for (const opam::Package& package : (*state)->stack().packages) {
    REQUIRE(package.definition != nullptr);
    hashes[package.id.to_string()] = sha256_hex(
        opam::effective_part(*package.definition->whole(), package.id.name, package.id.version));
  }
  Differences differences;
  std::size_t compared = 0;
  each_row(data_path("reference/effective.tsv.xz"),
           [&](const std::vector<std::string_view>& columns) {
             ++compared;
             const auto found = hashes.find(std::string(columns[0]));
             if (found == hashes.end() || found->second != columns[1]) {
               differences.add(std::string(columns[0]));
             }
           });
  CHECK(compared == 19662);
  CHECK(hashes.size() == 19662);
  INFO(differences.to_string());
  CHECK(differences.count() == 0);
}

TEST_CASE("solutions, build-ids and day10 keys of the oxcaml stack are the reference's") {
  check_stack({tree_at("oxcaml", oxcaml_main), tree_at("opam", opam_main)},
              "ocaml-variants.5.2.0+ox", "oxcaml-stack.jsonl.xz", 4756, 3596);
}

TEST_CASE("solutions, build-ids and day10 keys of the opam stack are the reference's") {
  check_stack({tree_at("opam", opam_main)}, "ocaml.5.3.0", "opam.jsonl.xz", 4476, 3668);
}
