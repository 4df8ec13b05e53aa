#include "solve/solver.h"

#include <algorithm>
#include <array>
#include <utility>

#include "opam/formula.h"
#include "solve/variables.h"

namespace oxbow::solve {
namespace {

bool mentions(const opam::Node* node, std::string_view variable) {
  for (const opam::Node& sibling : opam::siblings(node)) {
    if (sibling.is(opam::NodeKind::ident) && sibling.text == variable) return true;
    if (mentions(sibling.child, variable)) return true;
  }
  return false;
}

void collect_atoms(const opam::PackageFormula& formula, std::vector<std::string_view>& names) {
  if (formula.kind == opam::PackageFormula::Kind::atom) names.push_back(formula.name);
  for (const opam::PackageFormula& operand : formula.operands) collect_atoms(operand, names);
}

std::vector<std::string_view> filtered_names(const opam::Package& package,
                                             const opam::Target& target, bool post) {
  std::vector<std::string_view> names;
  const TreeVariables variables(target, package.id.version, post);
  collect_atoms(
      evaluate_formula(package.definition->field(opam::Field::depends), opam::Op::conj, variables),
      names);
  return names;
}

}  // namespace

const SolutionNode* Solution::find(PackageIndex package) const {
  const auto found = std::ranges::lower_bound(reachable, package, {}, &SolutionNode::package);
  return found != reachable.end() && found->package == package ? &*found : nullptr;
}

std::vector<Term> compiler_facts(const Universe& universe) {
  const opam::PackageId& compiler = universe.target().compiler;
  const auto name = universe.variable(compiler.name);
  if (!name) return {};
  return {{*name, universe.equal_to(*name, compiler.version)}};
}

Solver::Solver(const Universe& universe)
    : universe_(&universe),
      search_(universe.problem(), compiler_facts(universe)),
      optional_(universe.packages().size()),
      chosen_(universe.problem().variables()),
      stamp_(universe.problem().variables()),
      reached_(universe.problem().variables()) {}

std::optional<Solution> Solver::solve(PackageIndex root) {
  const auto name = universe_->variable(universe_->package(root).id.name);
  if (!name) return std::nullopt;
  const auto choices = search(root, *name);
  if (!choices) return std::nullopt;
  return collect(root, *choices);
}

// A root with the compiler's name takes its place, so what was learnt for the compiler is of no
// use: there are few of those, and each gets a search of its own.
std::optional<std::span<const Choice>> Solver::search(PackageIndex root, Var name) {
  const Term wanted{name, universe_->equal_to(name, universe_->package(root).id.version)};
  const auto compiler = universe_->variable(universe_->target().compiler.name);
  if (!compiler || wanted.set.empty()) return std::nullopt;
  if (*compiler != name) {
    const std::array starts = {*compiler, name};
    return search_.solve(std::span(&wanted, 1), starts);
  }
  Search alone(universe_->problem());
  const auto choices = alone.solve(std::span(&wanted, 1), std::span(&name, 1));
  if (!choices) return std::nullopt;
  own_choices_.assign(choices->begin(), choices->end());
  return own_choices_;
}

Solution Solver::collect(PackageIndex root, std::span<const Choice> choices) {
  ++now_;
  Solution solution;
  solution.root = root;
  for (const Choice& choice : choices) {
    if (choice.value == universe_->problem().rest(choice.var)) continue;
    chosen_[index(choice.var)] = choice.value;
    stamp_[index(choice.var)] = now_;
    if (universe_->is_name(choice.var)) {
      solution.chosen.push_back(universe_->candidate(choice.var, choice.value));
    }
  }
  std::ranges::sort(solution.chosen);

  // The root as it was chosen: of versions that are equal in opam's order it may be another.
  std::vector<Var> open = {*universe_->variable(universe_->package(root).id.name)};
  reached_[index(open.front())] = now_;
  while (!open.empty()) {
    const Var name = open.back();
    open.pop_back();
    const Value value = chosen_[index(name)];
    const PackageIndex package = universe_->candidate(name, value);
    solution.reachable.push_back({package, deps_of(package, name, value)});
    for (const PackageIndex dep : solution.reachable.back().deps) {
      const Var dep_name = universe_->place(dep).name;
      if (std::exchange(reached_[index(dep_name)], now_) != now_) open.push_back(dep_name);
    }
  }
  std::ranges::sort(solution.reachable, {}, &SolutionNode::package);
  return solution;
}

std::vector<PackageIndex> Solver::deps_of(PackageIndex package, Var name, Value value) {
  const Problem& problem = universe_->problem();
  std::vector<PackageIndex> deps;
  const Optional& optional = this->optional(package);
  const auto add = [&](Var var) {
    if (stamp_[index(var)] != now_ ||
        std::ranges::find(optional.post, var) != optional.post.end()) {
      return;
    }
    deps.push_back(universe_->candidate(var, chosen_[index(var)]));
  };
  std::vector<Choice> open = {{name, value}};
  while (!open.empty()) {
    const Choice choice = open.back();
    open.pop_back();
    for (const Var required : problem.requirements(choice.var, choice.value)) {
      if (universe_->is_name(required)) {
        add(required);
      } else if (stamp_[index(required)] == now_) {
        open.push_back({required, chosen_[index(required)]});
      }
    }
  }
  for (const Var depopt : optional.depopts) add(depopt);
  std::ranges::sort(deps);
  const auto [first, last] = std::ranges::unique(deps);
  deps.erase(first, last);
  return deps;
}

const Solver::Optional& Solver::optional(PackageIndex at) {
  auto& known = optional_[index(at)];
  if (known == nullptr) {
    const opam::Package& package = universe_->package(at);
    auto made = std::make_unique<Optional>();
    std::vector<std::string_view> names;
    opam::collect_names(package.definition->field(opam::Field::depopts), names);
    for (const std::string_view name : names) {
      if (const auto var = universe_->variable(name)) made->depopts.push_back(*var);
    }
    made->post = post_names(package);
    known = std::move(made);
  }
  return *known;
}

// The names that only a `post` dependency brings in.
std::vector<Var> Solver::post_names(const opam::Package& package) const {
  std::vector<Var> post;
  if (!mentions(package.definition->field(opam::Field::depends), "post")) return post;
  const auto without = filtered_names(package, universe_->target(), false);
  for (const std::string_view name : filtered_names(package, universe_->target(), true)) {
    if (std::ranges::find(without, name) != without.end()) continue;
    if (const auto var = universe_->variable(name)) post.push_back(*var);
  }
  return post;
}

}  // namespace oxbow::solve
