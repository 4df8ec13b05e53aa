#include "plan/build_dependencies.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "opam/formula.h"
#include "solve/variables.h"

namespace oxbow::plan {
namespace {

// The comparisons of a constraint, each on its own: opam counts a package as a dependency where
// any of them holds.
void collect_comparisons(const opam::VersionFormula& constraint,
                         std::vector<const opam::VersionFormula*>& into) {
  if (constraint.kind == opam::VersionFormula::Kind::compare) into.push_back(&constraint);
  for (const opam::VersionFormula& operand : constraint.operands) {
    collect_comparisons(operand, into);
  }
}

void collect_atoms(const opam::PackageFormula& formula,
                   std::vector<const opam::PackageFormula*>& into) {
  if (formula.kind == opam::PackageFormula::Kind::atom) into.push_back(&formula);
  for (const opam::PackageFormula& operand : formula.operands) collect_atoms(operand, into);
}

}  // namespace

BuildDependencies::BuildDependencies(const solve::Universe& universe)
    : universe_(&universe), known_(universe.packages().size()) {}

BuildDependencies::~BuildDependencies() {
  for (const auto& known : known_) delete known.load();
}

std::span<const BuildDependency> BuildDependencies::of(solve::PackageIndex package) {
  auto& known = known_[index(package)];
  if (const Dependencies* const found = known.load(std::memory_order_acquire)) return *found;
  auto made = work_out(universe_->package(package));
  const Dependencies* other = nullptr;
  // Another thread may have been faster.
  if (!known.compare_exchange_strong(other, made.get(), std::memory_order_acq_rel)) return *other;
  return *made.release();
}

std::unique_ptr<const BuildDependencies::Dependencies> BuildDependencies::work_out(
    const opam::Package& package) const {
  const opam::Outline& definition = *package.definition;
  const solve::BuildVariables variables(universe_->target().platform, package.id,
                                        definition.is_development());
  Dependencies made;
  for (const auto& [field, op] : {std::pair(opam::Field::depends, opam::Op::conj),
                                  std::pair(opam::Field::depopts, opam::Op::disj)}) {
    const auto formula = evaluate_formula(definition.field(field), op, variables);
    std::vector<const opam::PackageFormula*> found;
    collect_atoms(formula, found);
    for (const opam::PackageFormula* const atom : found) {
      const auto name = universe_->variable(atom->name);
      if (!name || universe_->candidates(*name).empty()) continue;
      made.push_back({*name, allowed(*name, *atom)});
    }
  }
  std::ranges::stable_sort(made, {}, &BuildDependency::name);
  auto merged = std::make_unique<Dependencies>();
  for (BuildDependency& one : made) {
    if (!merged->empty() && merged->back().name == one.name) {
      merged->back().allowed.unite(one.allowed);
    } else {
      merged->push_back(std::move(one));
    }
  }
  merged->shrink_to_fit();
  return merged;
}

solve::ValueSet BuildDependencies::allowed(solve::Var name,
                                           const opam::PackageFormula& atom) const {
  std::vector<const opam::VersionFormula*> comparisons;
  collect_comparisons(atom.constraint, comparisons);
  if (comparisons.size() < 2) {
    if (const auto* const known = universe_->satisfying(name, atom.text)) return *known;
  }
  const auto candidates = universe_->candidates(name);
  solve::ValueSet allowed(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::string& version = universe_->package(candidates[i]).id.version;
    const bool any = std::ranges::any_of(comparisons, [&](const opam::VersionFormula* comparison) {
      return satisfies(version, *comparison);
    });
    if (any || comparisons.empty()) allowed.insert(solve::Value{static_cast<std::uint32_t>(i)});
  }
  return allowed;
}

}  // namespace oxbow::plan
