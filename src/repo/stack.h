#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "opam/package.h"
#include "opam/syntax.h"
#include "repo/difference.h"
#include "repo/snapshot.h"
#include "repo/tree_source.h"

namespace oxbow::repo {

/// Parsed is an opam file once read: what it says, or why opam cannot read it.
struct Parsed {
  std::shared_ptr<const opam::Outline> definition;
  opam::SyntaxError error;
  std::string source;  ///< where there is no definition, to show the place of the error
};

/// Whether somebody who looks after the repository let a state in, or anybody may have proposed it.
/// What is proposed is measured before it is unpacked.
enum class Trust : std::uint8_t { merged, proposed };

/// DefinitionCache remembers parsed files by blob, so that the next state of a repository parses
/// only what changed. One thread at a time may use it. It forgets nothing.
class DefinitionCache {
 public:
  /// Reads and parses, on several threads, the blobs that are not known yet. `sources[i]` holds
  /// `blobs[i]`. Errors: an object that cannot be read. `done` is told how many are, now and then,
  /// on any thread.
  Result<void> load(std::span<const ObjectId> blobs, std::span<const TreeSource* const> sources,
                    Trust trust, const std::function<void(std::size_t done, std::size_t of)>& done);

  /// A blob that was loaded.
  const Parsed& get(const ObjectId& blob) const { return known_.at(blob); }

 private:
  std::unordered_map<ObjectId, Parsed> known_;
};

/// Where a package of a stack comes from.
struct PackageOrigin {
  std::size_t repository = 0;  ///< its position in the stack
  const PackageEntry* entry = nullptr;
};

/// Stack is the packages of repositories laid over each other: of one NAME.VERSION, the first
/// repository that has it counts. Sorted by opam's order of names, then by version as text;
/// `origins[i]` belongs to `packages[i]` and lives as long as the snapshots.
struct Stack {
  std::vector<opam::Package> packages;
  std::vector<PackageOrigin> origins;
};

/// Loads the definitions of a stack, most important repository first.
Result<Stack> load_stack(std::span<const State> repositories, DefinitionCache& cache, Trust trust,
                         const std::function<void(std::size_t done, std::size_t of)>& done = {});

}  // namespace oxbow::repo
