#include "solve/universe_compiler.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/parallel.h"
#include "opam/package_id.h"
#include "opam/version.h"
#include "solve/variables.h"

namespace oxbow::solve {
namespace {

using opam::PackageFormula;
using FormulaKind = PackageFormula::Kind;

std::uint32_t narrow(std::size_t value) { return static_cast<std::uint32_t>(value); }

std::string to_text(const PackageFormula& formula) {
  switch (formula.kind) {
    case FormulaKind::none: return "";
    case FormulaKind::atom:
      return std::string(formula.name) + (formula.text.empty() ? "" : " {" + formula.text + "}");
    case FormulaKind::block: return "(" + to_text(formula.operands.front()) + ")";
    case FormulaKind::conj:
    case FormulaKind::disj: break;
  }
  std::string text;
  for (const PackageFormula& operand : formula.operands) {
    if (!text.empty()) text += formula.kind == FormulaKind::conj ? " & " : " | ";
    text += to_text(operand);
  }
  return text;
}

// The branches of a disjunction, through those directly below it; parentheses end the search.
void collect_branches(const PackageFormula& formula, std::vector<const PackageFormula*>& into) {
  if (formula.kind != FormulaKind::disj) {
    into.push_back(&formula);
    return;
  }
  for (const PackageFormula& operand : formula.operands) collect_branches(operand, into);
}

// What must not be there is "a & b" where the conflicts say "a | b", at the top level only.
PackageFormula as_prevented(PackageFormula conflicts) {
  if (conflicts.kind == FormulaKind::disj) {
    conflicts.kind = FormulaKind::conj;
  } else if (conflicts.kind == FormulaKind::conj) {
    conflicts.kind = FormulaKind::disj;
  }
  if (conflicts.kind != FormulaKind::atom) {
    for (PackageFormula& operand : conflicts.operands) operand = as_prevented(std::move(operand));
  }
  return conflicts;
}

}  // namespace

void UniverseCompiler::compile(const Universe* similar) {
  universe_->evaluated_.resize(universe_->packages_.size());
  universe_->places_.resize(universe_->packages_.size());
  if (similar != nullptr) share_evaluated(*similar);
  evaluate();
  choose_candidates();
  const std::size_t names = universe_->names_.size();
  for (std::size_t i = 0; i < names; ++i) compile_name(Var{narrow(i)});
  compile_classes();
  universe_->problem_ = std::move(builder_).build();
}

// Both are in the same order, so one pass finds what they have in common.
void UniverseCompiler::share_evaluated(const Universe& similar) {
  const auto& packages = universe_->packages_;
  std::size_t theirs = 0;
  for (std::size_t i = 0; i < packages.size(); ++i) {
    const opam::PackageId& id = packages[i].id;
    while (theirs < similar.packages_.size()) {
      const opam::PackageId& other = similar.packages_[theirs].id;
      const int order = opam::compare_names(other.name, id.name);
      if (order > 0 || (order == 0 && other.version >= id.version)) break;
      ++theirs;
    }
    if (theirs == similar.packages_.size()) return;
    const opam::Package& other = similar.packages_[theirs];
    if (other.id == id && other.definition == packages[i].definition) {
      universe_->evaluated_[i] = similar.evaluated_[theirs];
    }
  }
}

void UniverseCompiler::evaluate() {
  const auto& packages = universe_->packages_;
  parallel_for(packages.size(), 256, worker_count(), [&] {
    return [&](std::size_t i) {
      auto& result = universe_->evaluated_[i];
      if (result == nullptr) result = evaluated(packages[i]);
    };
  });
}

std::shared_ptr<const Universe::Evaluated> UniverseCompiler::evaluated(
    const opam::Package& package) const {
  auto result = std::make_shared<Evaluated>();
  const opam::Outline* const definition = package.definition.get();
  if (definition == nullptr) return result;
  const SolverVariables variables(universe_->target_, package.id.version);
  const opam::Node* const available = definition->field(opam::Field::available);
  if (available != nullptr && !holds(*available, variables)) return result;
  result->available = true;
  result->depends =
      evaluate_formula(definition->field(opam::Field::depends), opam::Op::conj, variables);
  result->prevented = as_prevented(
      evaluate_formula(definition->field(opam::Field::conflicts), opam::Op::disj, variables));
  return result;
}

void UniverseCompiler::choose_candidates() {
  const std::span<const opam::Package> packages = universe_->packages_;
  for (std::size_t begin = 0; begin < packages.size();) {
    std::size_t end = begin + 1;
    while (end < packages.size() && packages[end].id.name == packages[begin].id.name) ++end;
    const auto versions = packages.subspan(begin, end - begin);
    const std::string_view name = versions.front().id.name;
    universe_->versions_.emplace(name, versions);
    add_variable(name, ordered_candidates(versions));
    begin = end;
  }
}

Var UniverseCompiler::add_variable(std::string_view name, std::vector<PackageIndex> candidates) {
  const Var added = builder_.add_variable(candidates.size());
  universe_->variables_.emplace(name, added);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    universe_->places_[index(candidates[i])] = {added, Value{narrow(i)}};
  }
  universe_->names_.push_back(name);
  universe_->name_of_.push_back(added);
  universe_->candidates_.push_back(std::move(candidates));
  universe_->satisfying_.emplace_back();
  return added;
}

// A name that only formulas mention has no candidates.
Var UniverseCompiler::variable(std::string_view name) {
  const auto known = universe_->variables_.find(name);
  return known != universe_->variables_.end() ? known->second : add_variable(name, {});
}

// What is available, the newest first, but what is to be avoided last; and nothing at all if
// everything is to be avoided.
std::vector<PackageIndex> UniverseCompiler::ordered_candidates(
    std::span<const opam::Package> versions) const {
  std::vector<PackageIndex> candidates;
  bool all_avoided = true;
  for (const opam::Package& package : versions) {
    const PackageIndex at = universe_->index_of(package);
    if (!universe_->is_available(at)) continue;
    candidates.push_back(at);
    all_avoided = all_avoided && package.definition->avoid_version();
  }
  if (all_avoided) return {};
  std::stable_sort(candidates.begin(), candidates.end(), [&](PackageIndex x, PackageIndex y) {
    const opam::Package& a = universe_->package(x);
    const opam::Package& b = universe_->package(y);
    const bool avoid_a = a.definition->avoid_version();
    const bool avoid_b = b.definition->avoid_version();
    if (avoid_a != avoid_b) return avoid_b;
    return opam::compare_versions(a.id.version, b.id.version) > 0;
  });
  return candidates;
}

void UniverseCompiler::compile_name(Var name) {
  alternatives_.clear();
  std::vector<Entry> entries;
  std::vector<Dependency> found;
  // A copy: a variable that is added meanwhile may move the candidates.
  const std::vector<PackageIndex> candidates = universe_->candidates_[index(name)];
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Value value{narrow(i)};
    const Evaluated& evaluated = *universe_->evaluated_[index(candidates[i])];
    found.clear();
    dependencies(evaluated.depends, Sense::ensure, candidates[i], found);
    dependencies(evaluated.prevented, Sense::prevent, candidates[i], found);
    for (const Dependency& dependency : found) {
      if (dependency.is_required()) builder_.require(name, value, dependency.other);
      entries.push_back({value, candidates[i], dependency});
    }
  }
  exclude_grouped(name, entries);
}

// Candidates that exclude the same are one exclusion: it says more while they are still several.
void UniverseCompiler::exclude_grouped(Var name, std::vector<Entry>& entries) {
  const auto key = [](const Entry& entry) {
    const Dependency& dependency = entry.dependency;
    return std::tuple(dependency.other, dependency.kind, dependency.satisfying->word(0));
  };
  const auto same = [&](const Entry& x, const Entry& y) {
    if (key(x) != key(y)) return false;
    for (std::size_t i = 1; i < x.dependency.satisfying->words(); ++i) {
      if (x.dependency.satisfying->word(i) != y.dependency.satisfying->word(i)) return false;
    }
    return true;
  };
  std::stable_sort(entries.begin(), entries.end(),
                   [&](const Entry& x, const Entry& y) { return key(x) < key(y); });
  for (std::size_t begin = 0; begin < entries.size();) {
    ValueSet values(universe_->candidates(name).size());
    std::size_t end = begin;
    std::size_t versions = 0;
    for (; end < entries.size() && same(entries[begin], entries[end]); ++end) {
      versions += values.contains(entries[end].value) ? 0U : 1U;
      values.insert(entries[end].value);
    }
    exclude(name, values, entries[begin].dependency, entries[begin].package, versions);
    begin = end;
  }
}

void UniverseCompiler::exclude(Var owner, const ValueSet& values, const Dependency& dependency,
                               PackageIndex package, std::size_t versions) {
  const ValueSet& satisfying = *dependency.satisfying;
  builder_.exclude(
      owner, {{owner, values},
              {dependency.other, dependency.is_required() ? satisfying.complement() : satisfying}});
  universe_->reasons_.push_back(
      {dependency.kind, dependency.other, package, narrow(versions), dependency.text});
}

// At most one package of a class is in a solution.
void UniverseCompiler::compile_classes() {
  std::map<std::string_view, std::vector<Term>> classes;
  for (std::size_t i = 0; i < universe_->candidates_.size(); ++i) {
    const Var name{narrow(i)};
    const auto candidates = universe_->candidates(name);
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      const opam::Outline& definition = *universe_->package(candidates[c]).definition;
      std::vector<std::string_view> named;
      opam::collect_names(definition.field(opam::Field::conflict_class), named);
      for (const std::string_view one : named) {
        std::vector<Term>& members = classes[one];
        if (members.empty() || members.back().var != name) {
          members.push_back({name, ValueSet(candidates.size())});
        }
        members.back().set.insert(Value{narrow(c)});
      }
    }
  }
  const auto first_of = [&](const Term& term) {
    std::uint32_t first = 0;
    while (!term.set.contains(Value{first})) ++first;
    return universe_->candidate(term.var, Value{first});
  };
  for (const auto& [name, members] : classes) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      for (std::size_t j = i + 1; j < members.size(); ++j) {
        builder_.exclude(members[i].var, {members[i], members[j]});
        universe_->reasons_.push_back(
            {Reason::Kind::conflict_class, members[j].var, first_of(members[i]), 1, name});
      }
    }
  }
}

void UniverseCompiler::dependencies(const PackageFormula& formula, Sense sense,
                                    PackageIndex package, std::vector<Dependency>& into) {
  switch (formula.kind) {
    case FormulaKind::none: return;
    case FormulaKind::atom: into.push_back(atom(formula, sense)); return;
    case FormulaKind::disj: into.push_back(alternatives(formula, sense, package)); return;
    case FormulaKind::block:
    case FormulaKind::conj:
      for (const PackageFormula& operand : formula.operands) {
        dependencies(operand, sense, package, into);
      }
      return;
  }
}

UniverseCompiler::Dependency UniverseCompiler::atom(const PackageFormula& atom, Sense sense) {
  const Var other = variable(atom.name);
  const auto& [text, set] = satisfying(other, atom);
  return {sense == Sense::ensure ? Reason::Kind::requirement : Reason::Kind::conflict, other, &set,
          text};
}

UniverseCompiler::Dependency UniverseCompiler::alternatives(const PackageFormula& formula,
                                                            Sense sense, PackageIndex package) {
  std::string text = to_text(formula);
  const std::string key = (sense == Sense::ensure ? "+" : "-") + text;
  const auto known = alternatives_.find(key);
  if (known != alternatives_.end()) return known->second;
  const Var variable = alternatives_variable(formula, sense, package);
  const ValueSet& any =
      any_alternative_.emplace_back(ValueSet(builder_.values(variable)).complement());
  any_alternative_.back().erase(any.rest());
  const Dependency made{Reason::Kind::alternatives, variable, &any,
                        universe_->texts_.emplace_back(std::move(text))};
  alternatives_.emplace(key, made);
  return made;
}

Var UniverseCompiler::alternatives_variable(const PackageFormula& formula, Sense sense,
                                            PackageIndex package) {
  std::vector<const PackageFormula*> branches;
  collect_branches(formula, branches);
  const Var variable = builder_.add_variable(branches.size());
  universe_->names_.emplace_back();
  universe_->name_of_.push_back(universe_->places_[index(package)].name);
  universe_->candidates_.emplace_back();
  universe_->satisfying_.emplace_back();
  for (std::size_t i = 0; i < branches.size(); ++i) {
    const Value value{narrow(i)};
    std::vector<Dependency> found;
    dependencies(*branches[i], sense, package, found);
    for (const Dependency& dependency : found) {
      if (dependency.is_required()) builder_.require(variable, value, dependency.other);
      exclude(variable, ValueSet(branches.size(), {value}), dependency, package, 1);
    }
  }
  return variable;
}

const std::pair<const std::string, ValueSet>& UniverseCompiler::satisfying(
    Var name, const PackageFormula& atom) {
  auto& known = universe_->satisfying_[index(name)];
  if (const auto found = known.find(atom.text); found != known.end()) return *found;
  const auto candidates = universe_->candidates(name);
  ValueSet set(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (satisfies(universe_->package(candidates[i]).id.version, atom.constraint)) {
      set.insert(Value{narrow(i)});
    }
  }
  return *known.emplace(atom.text, std::move(set)).first;
}

}  // namespace oxbow::solve
