#include "job/layer_graph.h"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <set>

#include "report/solve_json.h"
#include "tests/job/solved_stack.h"

using namespace oxbow;
using namespace oxbow::job;
using Catch::Matchers::Contains;

namespace {

constexpr std::string_view diamond = R"(
a.1
  depends: ["b" "c"]
b.1
  depends: ["d"]
c.1
  depends: ["d"]
d.1
)";

layer::Recipe spec_of(const SolvedStack& stack, std::string_view id) {
  auto spec = stack.graph.recipe(stack.at(id));
  INFO((spec ? "" : spec.error().message));
  REQUIRE(spec);
  return std::move(*spec);
}

std::string words(const std::vector<layer::LayerName>& layers) {
  std::string words;
  for (const layer::LayerName& layer : layers) {
    words += (words.empty() ? "" : " ") + layer.package.to_string();
  }
  return words;
}

// What `oxbow solve --json` says of each package of a root.
std::map<std::string, std::string> told_keys(SolvedStack& stack, std::string_view root,
                                             const char* field) {
  plan::TreeKeys tree_keys(stack.solved().universe(), stack.digests());
  rapidjson::Document document;
  document.Parse(report::solved_root_json(stack.solved(), stack.solve(root), tree_keys).c_str());
  REQUIRE_FALSE(document.HasParseError());
  std::map<std::string, std::string> keys;
  for (const auto& member : document["packages"].GetObject()) {
    keys[member.name.GetString()] = member.value[field].GetString();
  }
  return keys;
}

std::map<std::string, std::string> keys_of(const LayerGraph& graph) {
  std::map<std::string, std::string> keys;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto at = static_cast<NodeIndex>(i);
    keys[graph.package(at).to_string()] = graph[at].key;
  }
  return keys;
}

RepositoryTree with_files(std::string_view text, const std::vector<repo::MemoryFile>& files) {
  return literal_repository(repository_files(text, files), "");
}

}  // namespace

TEST_CASE("layers have the keys that 'oxbow solve' tells, by either kind") {
  for (const auto& [kind, field] :
       {std::pair(KeyKind::build_id, "key"), std::pair(KeyKind::day10, "day10_key")}) {
    SolvedStack stack(diamond, kind);
    const auto own = stack.add("a.1");
    REQUIRE(own);
    CHECK(stack.graph.package(*own).to_string() == "a.1");
    CHECK(keys_of(stack.graph) == told_keys(stack, "a.1", field));
    CHECK(stack.graph.nodes().size() == 4);
  }
}

TEST_CASE("what several roots stand on is one layer, and a root may be added twice") {
  for (const KeyKind kind : {KeyKind::build_id, KeyKind::day10}) {
    SolvedStack stack(diamond, kind);
    const auto b = stack.add("b.1");
    CHECK(stack.graph.nodes().size() == 2);
    const auto c = stack.add("c.1");
    CHECK(stack.graph.nodes().size() == 3);
    CHECK(stack.add("a.1"));
    CHECK(stack.graph.nodes().size() == 4);
    CHECK(stack.add("b.1") == b);
    CHECK(stack.add("c.1") == c);
    CHECK(stack.graph.nodes().size() == 4);
    CHECK(stack.words(stack.graph[stack.at("b.1")].deps) == "d.1");
  }
}

TEST_CASE("one package on other dependencies is another layer") {
  SolvedStack stack(
      "a.1\n  depends: [\"b\"]\nb.1\n  depends: [\"d\"]\nd.1\nd.2\n"
      "e.1\n  depends: [\"b\" \"d\" {= \"1\"}]\n");
  stack.add("a.1");
  stack.add("e.1");
  std::multiset<std::string> packages;
  for (std::size_t i = 0; i < stack.graph.nodes().size(); ++i) {
    packages.insert(stack.graph.package(static_cast<NodeIndex>(i)).to_string());
  }
  CHECK(packages == std::multiset<std::string>{"a.1", "b.1", "b.1", "d.1", "d.2", "e.1"});
}

TEST_CASE("a layer stands on what its build-id counts beside what the solver chose") {
  // The solver is content with b, and c is there for the sake of b.
  SolvedStack stack("a.1\n  depends: [\"b\" | \"c\"]\nb.1\n  depends: [\"c\"]\nc.1\n");
  const auto& root = stack.solve("a.1");
  const auto& reachable = root.solution->reachable;
  const auto at = reachable.position(root.root);
  REQUIRE(at);
  CHECK(solve::in_words(stack.solved().universe(), reachable[*at].deps) == "b.1");
  stack.add("a.1");
  CHECK(words(spec_of(stack, "a.1").deps) == "b.1 c.1");
}

TEST_CASE("a layer stands on what the solver chose beside what its build-id counts") {
  SolvedStack stack("a.1\n  depends: [\"b\"]\nb.1\n");
  stack.add("a.1");
  const plan::SolvedRoot& root = stack.solve("a.1");
  for (std::size_t i = 0; i < root.layers.size(); ++i) {
    const auto [package, deps] = root.solution->reachable[i];
    const auto id = stack.solved().universe().package(package).id.to_string();
    const std::string all = stack.words(stack.graph[stack.at(id)].deps);
    for (const solve::PackageIndex dep : deps) {
      CHECK_THAT(all, Contains(stack.solved().universe().package(dep).id.to_string()));
    }
  }
}

TEST_CASE("the build order has dependencies first") {
  SolvedStack stack(diamond);
  stack.add("a.1");
  const auto order = stack.graph.build_order();
  REQUIRE(order.size() == 4);
  CHECK(stack.graph.package(order.front()).to_string() == "d.1");
  CHECK(stack.graph.package(order.back()).to_string() == "a.1");
}

TEST_CASE("what leads back to itself, and what is above, is not in the build order") {
  constexpr std::string_view text =
      "a.1\n  depends: [\"b\" \"free\"]\nb.1\n  depends: [\"c\"]\nc.1\n  depends: [\"b\"]\n"
      "free.1\n";
  SolvedStack stack(text);
  CHECK(stack.add("a.1"));
  CHECK(stack.graph.nodes().size() == 4);
  CHECK(stack.words(stack.graph.build_order()) == "free.1");

  // day10 has no keys for such.
  SolvedStack as_day10(text, KeyKind::day10);
  CHECK_FALSE(as_day10.add("a.1"));
  CHECK(as_day10.graph.nodes().empty());
  CHECK(as_day10.add("free.1"));
}

TEST_CASE("a spec has all below it, dependents first, and its dependencies in opam's order") {
  SolvedStack stack(
      "a.1\n  depends: [\"c\" \"D\" \"b\"]\nb.1\n  depends: [\"e\"]\nc.1\n"
      "  depends: [\"b\"]\nD.1\ne.1\nbeside.1\n  depends: [\"a\"]\n");
  stack.add("beside.1");
  const layer::Recipe spec = spec_of(stack, "a.1");
  CHECK(spec.platform == "debian-12-x86_64");
  CHECK(spec.package.to_string() == "a.1");
  CHECK(spec.key == stack.key("a.1"));
  CHECK(spec.opam == "opam-version: \"2.0\"\n  depends: [\"c\" \"D\" \"b\"]\n");
  CHECK(words(spec.deps) == "b.1 c.1 D.1");
  CHECK(spec.files.empty());
  CHECK(spec.system_packages.empty());
  REQUIRE(spec.below.size() == 4);
  std::set<std::string> needed;
  for (const layer::LayerName& layer : spec.below) {
    CHECK(layer.key == stack.key(layer.package.to_string()));
    // Nothing that comes later may stand on what came before.
    for (const NodeIndex dep : stack.graph[stack.at(layer.package.to_string())].deps) {
      CHECK_FALSE(needed.contains(stack.graph.package(dep).to_string()));
    }
    needed.insert(layer.package.to_string());
  }
  CHECK(needed == std::set<std::string>{"b.1", "c.1", "D.1", "e.1"});
  CHECK(words(spec_of(stack, "e.1").below).empty());
  CHECK(layer::parse_recipe(to_json(spec)));
}

TEST_CASE("a spec has the files of the first repository that has the package") {
  const std::string folder = "packages/a/a.1/files/";
  SolvedStack stack({with_files("a.1\nocaml.5\n",
                                {{folder + "fix.patch", "overlay's"},
                                 {folder + "sub/run.sh", "#!/bin/sh", repo::EntryKind::file, true},
                                 {folder + "link", "/etc/passwd", repo::EntryKind::symlink}}),
                     with_files("a.1\nb.1\n  depends: [\"a\"]\nc.1\n  depends: [\"b\"]\n",
                                {{folder + "fix.patch", "lower's"},
                                 {folder + "more.patch", "lower's"},
                                 {"packages/b/b.1/files/b.patch", "of b"}})});
  stack.add("c.1");
  CHECK(spec_of(stack, "a.1").files ==
        std::vector<layer::RecipeFile>{{"fix.patch", "overlay's", false},
                                       {"sub/run.sh", "#!/bin/sh", true}});
  CHECK(spec_of(stack, "b.1").files == std::vector<layer::RecipeFile>{{"b.patch", "of b", false}});
  CHECK(spec_of(stack, "c.1").files.empty());
}

TEST_CASE("a first repository without files hides those of the same version below") {
  SolvedStack stack({literal_repository("a.1\nocaml.5\n", ""),
                     with_files("a.1\n", {{"packages/a/a.1/files/fix.patch", "lower's"}})});
  stack.add("a.1");
  CHECK(spec_of(stack, "a.1").files.empty());
}

TEST_CASE("a file that cannot be read is an infrastructure error of its layer") {
  SolvedStack stack({with_files("a.1\nocaml.5\n",
                                {{"packages/a/a.1/files/big", std::string((8U << 20) + 1, 'x')}})});
  stack.add("a.1");
  const auto spec = stack.graph.recipe(stack.at("a.1"));
  REQUIRE_FALSE(spec);
  CHECK(spec.error().outcome == verdict::Outcome::internal_error);
  CHECK(spec.error().trouble == verdict::Trouble::sandbox);
  CHECK_THAT(spec.error().message, Contains("more than the limit"));
}

TEST_CASE("a spec has the system packages of all that it stands on, on its platform") {
  constexpr std::string_view text = R"(
a.1
  depends: ["b"]
  depexts: [["zlib1g-dev" "m4"] {os-family = "debian"} ["zlib"] {os = "macos"}]
b.1
  depexts: ["m4" "autoconf"] {os-distribution = "debian"}
beside.1
  depends: ["a"]
  depexts: ["never"]
)";
  SolvedStack stack(text);
  stack.add("beside.1");
  using Names = std::vector<std::string>;
  CHECK(spec_of(stack, "a.1").system_packages == Names{"autoconf", "m4", "zlib1g-dev"});
  CHECK(spec_of(stack, "b.1").system_packages == Names{"autoconf", "m4"});
}

TEST_CASE("a name that can be no system package fails its package and all that stands on it") {
  SolvedStack stack("a.1\n  depends: [\"b\"]\nb.1\n  depexts: [\"--purge\"]\nc.1\n");
  stack.add("a.1");
  stack.add("c.1");
  for (const std::string_view id : {"a.1", "b.1"}) {
    const auto spec = stack.graph.recipe(stack.at(id));
    REQUIRE_FALSE(spec);
    CHECK(spec.error().outcome == verdict::Outcome::failure);
    CHECK(spec.error().message ==
          "depexts of b.1 name '--purge', which cannot be a system package");
  }
  CHECK(stack.graph.recipe(stack.at("c.1")));
}
