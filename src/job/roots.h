#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "opam/package_id.h"
#include "repo/stack.h"
#include "solve/universe.h"

namespace oxbow::job {

/// Which packages are solved for.
enum class Scope : std::uint8_t {
  overlay,  ///< of every name in the first repository, the newest available version it has itself
  stack,    ///< those, and of every name the newest available version in any repository
};

/// The roots of a state, in opam's order of packages: those of the scope, and every version in
/// `touched` that the state has. Flags such as avoid-version do not count.
std::vector<solve::PackageIndex> choose_roots(const solve::Universe& universe,
                                              const repo::Stack& stack, Scope scope,
                                              const std::set<opam::PackageId>& touched = {});

}  // namespace oxbow::job
