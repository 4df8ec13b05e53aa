#include "solve/universe.h"

#include <algorithm>

#include "opam/version.h"
#include "solve/universe_compiler.h"

namespace oxbow::solve {

Universe::Universe(std::vector<opam::Package> packages, opam::Target target,
                   const Universe* similar)
    : packages_(std::move(packages)),
      target_(std::move(target)),
      problem_(Problem::Builder().build()) {
  UniverseCompiler(*this).compile(similar);
}

std::span<const opam::Package> Universe::versions(std::string_view name) const {
  const auto found = versions_.find(name);
  return found == versions_.end() ? std::span<const opam::Package>() : found->second;
}

std::optional<PackageIndex> Universe::find(const opam::PackageId& id) const {
  const auto all = versions(id.name);
  const auto found = std::find_if(all.begin(), all.end(), [&](const opam::Package& package) {
    return package.id.version == id.version;
  });
  if (found == all.end()) return std::nullopt;
  return index_of(*found);
}

std::optional<Var> Universe::variable(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

ValueSet Universe::equal_to(Var name, std::string_view version) const {
  const auto all = candidates(name);
  ValueSet equal(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (opam::compare_versions(package(all[i]).id.version, version) == 0) {
      equal.insert(Value{static_cast<std::uint32_t>(i)});
    }
  }
  return equal;
}

}  // namespace oxbow::solve
