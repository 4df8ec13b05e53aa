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

std::vector<Term> compiler_facts(const Universe& universe) {
  const opam::PackageId& compiler = universe.target().compiler;
  const auto name = universe.variable(compiler.name);
  if (!name) return {};
  return {{*name, universe.equal_to(*name, compiler.version)}};
}

Solver::Solver(const Universe& universe)
    : universe_(&universe),
      search_(universe.problem(), compiler_facts(universe), Proof::grounds),
      optional_(universe.packages().size()),
      chosen_(universe.problem().variables()),
      stamp_(universe.problem().variables()),
      reached_(universe.problem().variables()) {}

std::optional<Solution> Solver::solve(PackageIndex root) {
  grounds_.reset();
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
  if (!compiler) return std::nullopt;
  if (wanted.set.empty()) {
    grounds_.emplace();
    return std::nullopt;
  }
  if (*compiler != name) {
    const std::array starts = {*compiler, name};
    const auto choices = search_.solve(std::span(&wanted, 1), starts);
    note_grounds(search_);
    return choices;
  }
  Search alone(universe_->problem(), {}, Proof::grounds);
  const auto choices = alone.solve(std::span(&wanted, 1), std::span(&name, 1));
  note_grounds(alone);
  if (!choices) return std::nullopt;
  own_choices_.assign(choices->begin(), choices->end());
  return own_choices_;
}

void Solver::note_grounds(const Search& search) {
  const auto variables = search.grounds();
  if (!variables) return;
  std::vector<Var>& names = grounds_.emplace();
  for (const Var var : *variables) names.push_back(universe_->name_of(var));
  std::ranges::sort(names);
  const auto [first, last] = std::ranges::unique(names);
  names.erase(first, last);
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
  solution.chosen.shrink_to_fit();

  found_.clear();
  deps_.clear();
  // The root as it was chosen: of versions that are equal in opam's order it may be another.
  open_.assign(1, *universe_->variable(universe_->package(root).id.name));
  reached_[index(open_.front())] = now_;
  while (!open_.empty()) {
    const Var name = open_.back();
    open_.pop_back();
    const Value value = chosen_[index(name)];
    const PackageIndex package = universe_->candidate(name, value);
    const auto begin = static_cast<std::uint32_t>(deps_.size());
    add_deps_of(package, name, value);
    found_.push_back({package, begin, static_cast<std::uint32_t>(deps_.size())});
    for (std::size_t i = begin; i < deps_.size(); ++i) {
      const Var dep_name = universe_->place(deps_[i]).name;
      if (std::exchange(reached_[index(dep_name)], now_) != now_) open_.push_back(dep_name);
    }
  }
  std::ranges::sort(found_, {}, &Found::package);
  solution.reachable.reserve(found_.size(), deps_.size());
  for (const Found& one : found_) {
    solution.reachable.add(one.package,
                           std::span(deps_).subspan(one.deps_begin, one.deps_end - one.deps_begin));
  }
  return solution;
}

void Solver::add_deps_of(PackageIndex package, Var name, Value value) {
  const Problem& problem = universe_->problem();
  const auto begin = static_cast<std::ptrdiff_t>(deps_.size());
  const Optional& optional = this->optional(package);
  const auto add = [&](Var var) {
    if (stamp_[index(var)] != now_ ||
        std::ranges::find(optional.post, var) != optional.post.end()) {
      return;
    }
    deps_.push_back(universe_->candidate(var, chosen_[index(var)]));
  };
  open_choices_.assign(1, {name, value});
  while (!open_choices_.empty()) {
    const Choice choice = open_choices_.back();
    open_choices_.pop_back();
    for (const Var required : problem.requirements(choice.var, choice.value)) {
      if (universe_->is_name(required)) {
        add(required);
      } else if (stamp_[index(required)] == now_) {
        open_choices_.push_back({required, chosen_[index(required)]});
      }
    }
  }
  for (const Var depopt : optional.depopts) add(depopt);
  std::sort(deps_.begin() + begin, deps_.end());
  deps_.erase(std::unique(deps_.begin() + begin, deps_.end()), deps_.end());
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
