#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "opam/package_id.h"
#include "plan/solved_state.h"

namespace oxbow::plan {

/// Why a layer is new: its package changed directly, a dependency's layer is new, the solver chose
/// other dependencies, or nothing that was solved for before chose the package at all.
enum class Cause : std::uint8_t { changed, dependency, choice, chosen };

std::string_view name(Cause cause);

struct Because {
  Cause cause = Cause::changed;
  /// The dependencies that it is because of: those whose layers are new (`dependency`), or the
  /// versions that are chosen now (`choice`); the layer's own package otherwise.
  std::vector<opam::PackageId> packages;
  /// Beside `packages`, of a choice: what was chosen before of that name, if anything was. The same
  /// version stands in both where it is chosen no more.
  std::vector<std::optional<opam::PackageId>> former;
};

/// A layer that one state has and the other has not.
struct ConeLayer {
  opam::PackageId package;
  std::optional<std::string> build_id;
  std::string key;
  std::vector<opam::PackageId> deps;
  Because because;      ///< of an added one
  bool cached = false;  ///< whether the cache holds it
};

/// Cone is what a change rebuilds: the layers of the head's solutions that the base's have not,
/// and the other way around. Both by package, then by key.
struct Cone {
  std::vector<ConeLayer> added;
  std::vector<ConeLayer> removed;

  /// The distinct packages, and the distinct layers, that are added.
  std::size_t packages_rebuilt() const;
  std::size_t layers() const { return added.size(); }
};

/// One state and the roots of it that count, all of them solved.
struct RootedState {
  const SolvedState& state;
  std::span<const solve::PackageIndex> roots;
};

/// Compares two states of one target.
Cone cone(const RootedState& before, const RootedState& after, EffectiveDigests& digests);

}  // namespace oxbow::plan
