#include <catch2/catch.hpp>

#include <functional>
#include <optional>
#include <set>

#include "tests/fakes/literal_universe.h"
#include "tests/sanitized.h"
#include "tests/solve/random_repository.h"

using namespace oxbow;
using namespace oxbow::solve;
using oxbow::tests::cases;

namespace {

/// Something that has to be decided: a name, or a place where a chosen package has alternatives.
struct Role {
  std::string name;             ///< of a name
  const Tree* place = nullptr;  ///< of alternatives
  std::string owner{};          ///< of alternatives

  friend auto operator<=>(const Role&, const Role&) = default;
};

/// The answer by definition. From the compiler and the root on, depth-first through the
/// dependencies of what is chosen, in order, each role takes the first candidate with which a
/// complete solution still exists: the first of all complete solutions in the order of the walk.
class Enumeration {
 public:
  Enumeration(const RandomRepository& repository, const std::string& compiler,
              const std::string& root_name, const std::string& root_version)
      : root_(root_name) {
    for (const auto& [name, versions] : repository.versions) {
      for (const RandomVersion* one : ordered(versions)) {
        const bool wanted = name == root_name
                                ? rank_of(one->version) == rank_of(root_version)
                                : name != "ocaml" || rank_of(one->version) == rank_of(compiler);
        if (wanted) candidates_[name].push_back(one);
      }
    }
  }

  bool solve() { return extend(); }

  std::set<std::string> chosen() const {
    std::set<std::string> packages;
    for (const auto& [role, at] : decided_) {
      if (role.place == nullptr) packages.insert(package(role.name));
    }
    return packages;
  }

  /// What the chosen version of a name depends on, as day10 counts.
  std::set<std::string> deps(const std::string& name) const {
    const RandomVersion& version = *candidates_.at(name)[decided_.at({name})];
    std::set<std::string> names;
    for (const Tree& tree : version.depends) expand(tree, package(name), names);
    for (const std::string& optional : version.depopts) {
      if (decided_.contains({optional})) names.insert(optional);
    }
    std::set<std::string> before;
    std::set<std::string> all;
    for (const Tree& tree : version.depends) {
      collect(tree, all, [](const Tree&) { return true; });
      collect(tree, before, [](const Tree& atom) { return !atom.post; });
    }
    std::set<std::string> packages;
    for (const std::string& dep : names) {
      if (!all.contains(dep) || before.contains(dep)) packages.insert(package(dep));
    }
    return packages;
  }

 private:
  using Versions = std::vector<const RandomVersion*>;

  static Versions ordered(const std::vector<RandomVersion>& versions) {
    Versions result;
    for (const RandomVersion& one : versions) {
      if (one.available) result.push_back(&one);
    }
    if (std::ranges::all_of(result, &RandomVersion::avoid)) return {};
    std::ranges::stable_sort(result, [](const RandomVersion* x, const RandomVersion* y) {
      if (x->avoid != y->avoid) return y->avoid;
      return rank_of(x->version) > rank_of(y->version);
    });
    return result;
  }

  std::string package(const std::string& name) const {
    return name + "." + candidates_.at(name)[decided_.at({name})]->version;
  }

  std::size_t count(const Role& role) const {
    if (role.place != nullptr) return role.place->operands.size();
    const auto found = candidates_.find(role.name);
    return found == candidates_.end() ? 0 : found->second.size();
  }

  bool extend() {
    const std::optional<Role> next = first_undecided();
    if (!next) return true;
    for (std::size_t at = 0; at < count(*next); ++at) {
      decided_[*next] = at;
      if (is_consistent() && extend()) return true;
      decided_.erase(*next);
    }
    return false;
  }

  std::optional<Role> first_undecided() const {
    std::set<Role> seen;
    std::optional<Role> found;
    visit({"ocaml"}, seen, found);
    visit({root_}, seen, found);
    return found;
  }

  void visit(const Role& role, std::set<Role>& seen, std::optional<Role>& found) const {
    if (found || !seen.insert(role).second) return;
    const auto decided = decided_.find(role);
    if (decided == decided_.end()) {
      found = role;
    } else if (role.place != nullptr) {
      visit_tree(role.place->operands[decided->second], role.owner, seen, found);
    } else {
      for (const Tree& tree : candidates_.at(role.name)[decided->second]->depends) {
        visit_tree(tree, package(role.name), seen, found);
      }
    }
  }

  void visit_tree(const Tree& tree, const std::string& owner, std::set<Role>& seen,
                  std::optional<Role>& found) const {
    switch (tree.kind) {
      case Tree::Kind::atom: visit({tree.name}, seen, found); return;
      case Tree::Kind::any: visit({"", &tree, owner}, seen, found); return;
      case Tree::Kind::all:
        for (const Tree& operand : tree.operands) visit_tree(operand, owner, seen, found);
    }
  }

  /// Nothing that is chosen so far asks for or refuses what is chosen otherwise.
  bool is_consistent() const {
    std::map<std::string, int> classes;
    for (const auto& [role, at] : decided_) {
      if (role.place != nullptr) {
        if (!is_satisfied(role.place->operands[at])) return false;
        continue;
      }
      const RandomVersion& version = *candidates_.at(role.name)[at];
      for (const Tree& tree : version.depends) {
        if (!is_satisfied(tree)) return false;
      }
      for (const Tree& tree : version.conflicts) {
        if (is_refused(tree)) return false;
      }
      for (const std::string& one : version.classes) {
        if (++classes[one] > 1) return false;
      }
    }
    return true;
  }

  bool is_satisfied(const Tree& tree) const {
    if (tree.kind == Tree::Kind::any) return true;  // what was chosen of it is looked at itself
    if (tree.kind == Tree::Kind::all) {
      return std::ranges::all_of(tree.operands, [&](const Tree& one) { return is_satisfied(one); });
    }
    const auto decided = decided_.find({tree.name});
    return decided == decided_.end() ||
           tree.allows(candidates_.at(tree.name)[decided->second]->version);
  }

  /// A conflict is with whatever it names: opam reads "and" there as "or".
  bool is_refused(const Tree& tree) const {
    if (tree.kind != Tree::Kind::atom) {
      return std::ranges::any_of(tree.operands, [&](const Tree& one) { return is_refused(one); });
    }
    const auto decided = decided_.find({tree.name});
    return decided != decided_.end() &&
           tree.allows(candidates_.at(tree.name)[decided->second]->version);
  }

  void expand(const Tree& tree, const std::string& owner, std::set<std::string>& names) const {
    switch (tree.kind) {
      case Tree::Kind::atom: names.insert(tree.name); return;
      case Tree::Kind::any:
        expand(tree.operands[decided_.at({"", &tree, owner})], owner, names);
        return;
      case Tree::Kind::all:
        for (const Tree& operand : tree.operands) expand(operand, owner, names);
    }
  }

  static void collect(const Tree& tree, std::set<std::string>& names,
                      const std::function<bool(const Tree&)>& counts) {
    if (tree.kind == Tree::Kind::atom && counts(tree)) names.insert(tree.name);
    for (const Tree& operand : tree.operands) collect(operand, names, counts);
  }

  std::string root_;
  std::map<std::string, Versions> candidates_;
  std::map<Role, std::size_t> decided_;
};

std::set<std::string> in_set(const Universe& universe, std::span<const PackageIndex> packages) {
  std::set<std::string> ids;
  for (const PackageIndex package : packages) ids.insert(universe.package(package).id.to_string());
  return ids;
}

struct Tally {
  int solved = 0;
  int unsolvable = 0;
  int large = 0;  ///< solutions of five packages and more
};

void compare_root(const RandomRepository& repository, Solver& solver, PackageIndex root,
                  Tally& tally) {
  const Universe& universe = solver.universe();
  const opam::PackageId& id = universe.package(root).id;
  const std::string compiler = universe.target().compiler.version;
  INFO(id.to_string() << " with ocaml." << compiler << " in\n" << repository.text());
  Enumeration expected(repository, compiler, id.name, id.version);
  const auto solution = solver.solve(root);
  REQUIRE(solution.has_value() == expected.solve());
  if (!solution) {
    ++tally.unsolvable;
    return;
  }
  ++tally.solved;
  tally.large += solution->chosen.size() >= 5 ? 1 : 0;
  REQUIRE(in_set(universe, solution->chosen) == expected.chosen());
  for (const SolutionNode node : solution->reachable) {
    const std::string& name = universe.package(node.package).id.name;
    INFO("deps of " << name);
    REQUIRE(in_set(universe, node.deps) == expected.deps(name));
  }
}

}  // namespace

TEST_CASE("small repositories: every root's answer is the one that enumeration finds") {
  Dice dice(7);
  Tally tally;
  for (std::uint32_t seed = 0; seed < cases(4000U); ++seed) {
    const RandomRepository repository(seed);
    const auto universe = literal_universe(repository.text(), repository.compiler());
    Solver solver(*universe);
    std::vector<PackageIndex> roots;
    for (const opam::Package& package : universe->packages()) {
      roots.push_back(universe->index_of(package));
    }
    dice.shuffle(roots);
    for (const PackageIndex root : roots) compare_root(repository, solver, root, tally);
  }
  CHECK(tally.solved > cases(8000));
  CHECK(tally.unsolvable > cases(8000));
  CHECK(tally.large > cases(2000));
}
