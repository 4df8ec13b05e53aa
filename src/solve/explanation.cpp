#include "solve/explanation.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <queue>
#include <utility>

#include "opam/printer.h"
#include "solve/minimal_refutation.h"
#include "solve/search.h"
#include "solve/solver.h"

namespace oxbow::solve {
namespace {

// Words a refutation: what it used of the universe's exclusions, in terms of packages.
class Wording {
 public:
  Wording(const Universe& universe, PackageIndex root, const Background& background)
      : universe_(&universe), root_(root), background_(&background) {}

  bool in_background(ExclusionId id) const {
    const Reason& reason = universe_->reason(id);
    return background_->contains(universe_->package(reason.package).id, subject(reason));
  }

  Explanation explanation(const Refutation& refutation) const {
    std::vector<const Reason*> reasons;
    for (const ExclusionId id : refutation.exclusions) reasons.push_back(&universe_->reason(id));
    const auto distances = distances_from_root(reasons);
    std::map<std::pair<std::size_t, std::string>, std::vector<Constraint>> grouped;
    std::size_t folded = 0;
    for (const Reason* const reason : reasons) {
      const std::string on = subject(*reason);
      const opam::PackageId& owner = universe_->package(reason->package).id;
      if (background_->contains(owner, on)) {
        ++folded;
        continue;
      }
      auto& constraints = grouped[{distance(distances, on), on}];
      constraints.push_back({words(*reason), owner});
    }
    Explanation explanation;
    for (auto& [key, constraints] : grouped) {
      std::ranges::sort(constraints, {}, &Constraint::text);
      explanation.push_back({key.second, std::move(constraints)});
    }
    add_target(refutation, explanation);
    if (folded > 0) {
      const std::string text = std::to_string(folded) +
                               (folded == 1 ? " constraint" : " constraints") +
                               " among them lead to the above";
      explanation.push_back({background_->name, {{text, universe_->package(root_).id}}});
    }
    return explanation;
  }

 private:
  using Distances = std::map<std::string, std::size_t, std::less<>>;

  // What a constraint is on: a name, or alternatives as they are written.
  std::string subject(const Reason& reason) const {
    return universe_->is_name(reason.other) ? std::string(universe_->name(reason.other))
                                            : std::string(reason.text);
  }

  static std::size_t distance(const Distances& distances, std::string_view name) {
    const auto found = distances.find(name);
    return found == distances.end() ? std::numeric_limits<std::size_t>::max() : found->second;
  }

  Distances distances_from_root(const std::vector<const Reason*>& reasons) const {
    std::multimap<std::string_view, std::string> edges;
    for (const Reason* const reason : reasons) {
      edges.emplace(universe_->package(reason->package).id.name, subject(*reason));
    }
    Distances distances;
    std::queue<std::string> open;
    for (const std::string& start :
         {universe_->package(root_).id.name, universe_->target().compiler.name}) {
      if (distances.emplace(start, 0).second) open.push(start);
    }
    while (!open.empty()) {
      const std::string name = open.front();
      open.pop();
      const auto [first, last] = edges.equal_range(name);
      for (auto edge = first; edge != last; ++edge) {
        if (distances.emplace(edge->second, distances.at(name) + 1).second) {
          open.push(edge->second);
        }
      }
    }
    return distances;
  }

  std::string words(const Reason& reason) const {
    const std::string package = universe_->package(reason.package).id.to_string();
    const bool several = reason.versions > 1;
    const std::string who = several
                                ? package + " and " + std::to_string(reason.versions - 1) +
                                      (reason.versions == 2 ? " other version" : " other versions")
                                : package;
    switch (reason.kind) {
      case Reason::Kind::requirement:
        return who + (several ? " require " : " requires ") + on_version(reason) +
               absence(reason.other);
      case Reason::Kind::alternatives:
        return who + (several ? " require " : " requires ") + std::string(reason.text);
      case Reason::Kind::conflict:
        return who + (several ? " conflict with " : " conflicts with ") + on_version(reason);
      case Reason::Kind::conflict_class:
        return std::string(universe_->package(reason.package).id.name) + " and " +
               std::string(universe_->name(reason.other)) + " are of the conflict class " +
               std::string(reason.text);
    }
    std::abort();
  }

  std::string on_version(const Reason& reason) const {
    const std::string name(universe_->name(reason.other));
    return reason.text.empty() ? name : name + " " + std::string(reason.text);
  }

  // Why a name has no candidate at all.
  std::string absence(Var name) const {
    if (!universe_->candidates(name).empty()) return "";
    const auto versions = universe_->versions(universe_->name(name));
    if (versions.empty()) return ", of which there is no version";
    const bool available = std::ranges::any_of(versions, [&](const opam::Package& package) {
      return universe_->is_available(universe_->index_of(package));
    });
    return available ? ", of which every available version is flagged avoid-version"
                     : ", of which no version is available for the target";
  }

  void add_target(const Refutation& refutation, Explanation& explanation) const {
    if (refutation.facts.empty()) return;
    const opam::PackageId& compiler = universe_->target().compiler;
    const Constraint constraint{"the target is " + compiler.to_string(), compiler};
    const auto found = std::ranges::find(explanation, compiler.name, &NamedConstraints::name);
    if (found == explanation.end()) {
      explanation.push_back({compiler.name, {constraint}});
    } else {
      found->constraints.insert(found->constraints.begin(), constraint);
    }
  }

  const Universe* universe_;
  PackageIndex root_;
  const Background* background_;
};

// Why a root is not even a candidate.
Explanation explain_rejection(const Universe& universe, PackageIndex root) {
  const opam::Package& package = universe.package(root);
  const opam::Target& target = universe.target();
  std::string why;
  if (package.definition == nullptr) {
    why = "its opam file cannot be read";
  } else if (!universe.is_available(root)) {
    const opam::Node* const available = package.definition->field(opam::Field::available);
    why = "available: " + opam::print_value(*available) + " does not hold for " +
          target.compiler.to_string() + " on " + target.platform.to_string();
    std::ranges::replace(why, '\n', ' ');
  } else {
    why = "every available version of " + package.id.name +
          " is flagged avoid-version, so none is chosen";
  }
  return {{package.id.name, {{package.id.to_string() + ": " + why, package.id}}}};
}

}  // namespace

Explanation explain(const Universe& universe, PackageIndex root, Effort effort,
                    const Background& background) {
  const opam::PackageId& id = universe.package(root).id;
  const auto name = universe.variable(id.name);
  const auto candidates = name ? universe.candidates(*name) : std::span<const PackageIndex>();
  if (std::ranges::find(candidates, root) == candidates.end()) {
    return explain_rejection(universe, root);
  }
  const Term wanted{*name, universe.equal_to(*name, id.version)};
  const auto compiler = universe.variable(universe.target().compiler.name);
  const bool is_compiler = !compiler || *compiler == *name;
  std::vector<Var> starts;
  if (!is_compiler) starts.push_back(*compiler);
  starts.push_back(*name);
  const std::vector<Term> facts = is_compiler ? std::vector<Term>() : compiler_facts(universe);
  const Order order = effort == Effort::minimal ? Order::narrowest : Order::walk;
  Search search(universe.problem(), facts, Proof::record, {}, order);
  if (search.solve(std::span(&wanted, 1), starts)) return {};
  Refutation refutation = search.refutation();
  const Wording wording(universe, root, background);
  if (effort == Effort::minimal) {
    std::vector<Term> assumptions = facts;
    assumptions.push_back(wanted);
    refutation.exclusions =
        minimal_refutation(universe.problem(), assumptions, std::move(refutation.exclusions),
                           [&](ExclusionId exclusion) { return wording.in_background(exclusion); });
  }
  return wording.explanation(refutation);
}

}  // namespace oxbow::solve
