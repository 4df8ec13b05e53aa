#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "solve/universe.h"

namespace oxbow::plan {

/// A package that an installed version of `name` among `allowed` makes a dependency of.
struct BuildDependency {
  solve::Var name;
  solve::ValueSet allowed;
};

/// BuildDependencies knows of each package of a universe which installed packages its build-id
/// counts as dependencies. Worked out when first asked for; safe to use from several threads.
class BuildDependencies {
 public:
  explicit BuildDependencies(const solve::Universe& universe);
  BuildDependencies(const BuildDependencies&) = delete;
  BuildDependencies& operator=(const BuildDependencies&) = delete;
  ~BuildDependencies();

  /// Ascending by name, each once.
  std::span<const BuildDependency> of(solve::PackageIndex package);

 private:
  using Dependencies = std::vector<BuildDependency>;

  std::unique_ptr<const Dependencies> work_out(const opam::Package& package) const;
  solve::ValueSet allowed(solve::Var name, const opam::PackageFormula& atom) const;

  const solve::Universe* universe_;
  std::vector<std::atomic<const Dependencies*>> known_;  // by package
};

}  // namespace oxbow::plan
