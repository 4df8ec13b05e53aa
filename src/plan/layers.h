#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "plan/build_dependencies.h"
#include "plan/effective_digests.h"
#include "solve/correspondence.h"
#include "solve/solver.h"
#include "solve/universe.h"

/// Build-ids and the names of layers in the cache.
///
/// opam's build-id of a package (opam 2.4.1 src/state/opamPackageVar.ml):
///   build-id  = hex(SHA-256(join " " (effective :: dependency*)))
///   effective = hex(SHA-256(effective part))
///   dependency: the build-ids of the dependencies that are installed, the last in opam's order of
///               packages first
/// It is undefined for a package whose sources a url names without a checksum, and for all that
/// depend on one.
///
/// The key of a layer is its build-id, and where that is undefined an extension of ours:
///   key       = build-id | hex(SHA-256(join " " ("oxbow-key-1" :: effective :: key*)))
/// with the dependencies' keys in the same order. The effective part holds the url, and with it a
/// commit if the url names one.
///
/// day10's key (day10 bin/linux.ml):
///   day10-key = hex(MD5(join " " ("md5=" hex(MD5(effective part)))+))
/// over the package and then all that it depends on, dependents before their dependencies.
namespace oxbow::plan {

/// The position of a layer in its table.
enum class LayerIndex : std::uint32_t {};

constexpr std::size_t index(LayerIndex layer) { return std::to_underlying(layer); }

/// Layer is what installing one package onto its dependencies' layers adds.
struct Layer {
  solve::PackageIndex package{};
  std::vector<LayerIndex> deps;  ///< in opam's order of packages
  std::optional<std::string> build_id;
  std::string key;
  bool cyclic = false;  ///< it depends on itself; its key leaves that out
};

/// LayerTable gives the packages of solutions their layers: equal ones are one layer, whatever
/// solution they occur in. For one thread at a time; what it is made with must outlive it.
class LayerTable {
 public:
  LayerTable(const solve::Universe& universe, BuildDependencies& dependencies,
             EffectiveDigests& digests);

  /// A table on top of another, which must not change meanwhile: its layers are this one's, too,
  /// and this one's own come after them.
  static LayerTable on_top_of(const LayerTable& below) { return LayerTable(below, below.size()); }

  /// The layer of each package that the root reaches, in the order of `solution.reachable`. What
  /// is installed is the whole solution.
  std::vector<LayerIndex> layers_of(const solve::Solution& solution);

  const Layer& layer(LayerIndex at) const {
    return index(at) < first_ ? below_->layer(at) : layers_[index(at) - first_];
  }
  std::size_t size() const { return first_ + layers_.size(); }

  /// Takes over the layers of a table on top of this; returns where each of them is now.
  std::vector<LayerIndex> merge(LayerTable&& upper);

  /// Adds the layers of another universe's table that are the same here, and what each of them is
  /// here.
  std::vector<std::optional<LayerIndex>> adopt(const LayerTable& other,
                                               const solve::Correspondence& correspondence);

 private:
  LayerTable(const LayerTable& below, std::size_t first);

  void enter(solve::PackageIndex package);
  LayerIndex leave();
  LayerIndex resolve(solve::PackageIndex root);
  std::optional<LayerIndex> find(const Layer& wanted, std::size_t hash) const;
  LayerIndex add(Layer&& layer, std::size_t hash);
  void name_layer(Layer& layer) const;

  const solve::Universe* universe_;
  BuildDependencies* dependencies_;
  EffectiveDigests* digests_;
  const LayerTable* below_ = nullptr;
  std::size_t first_ = 0;
  std::vector<Layer> layers_;
  std::unordered_multimap<std::size_t, LayerIndex> known_;  // by hash of package and deps

  /// Of the solution at hand, by package and by name; valid where the stamp is `now_`.
  enum class Progress : std::uint8_t { open, done };
  struct State {
    std::uint32_t stamp = 0;
    Progress progress = Progress::open;
    LayerIndex layer{};
  };
  struct Installed {
    std::uint32_t stamp = 0;
    solve::Value value{};
  };
  /// A package whose layer is being resolved, and where its deps are in open_deps_.
  struct Frame {
    solve::PackageIndex package;
    std::size_t begin;
    std::size_t next;
  };
  std::uint32_t now_ = 0;
  std::vector<State> states_;
  std::vector<Installed> installed_;
  std::vector<Frame> frames_;
  std::vector<solve::PackageIndex> open_deps_;
  Layer scratch_;
};

/// TreeKeys computes day10's keys, which name a package together with its dependencies' graph.
/// For one thread at a time; the universe and digests must outlive it.
class TreeKeys {
 public:
  TreeKeys(const solve::Universe& universe, EffectiveDigests& digests)
      : universe_(&universe), digests_(&digests) {}

  /// The key of each package that the root reaches, in the order of `solution.reachable`. None at
  /// all if their dependencies form a cycle, which day10 refuses.
  std::optional<std::vector<std::string>> keys_of(const solve::Solution& solution);

 private:
  struct Node {
    solve::PackageIndex package{};
    std::uint32_t level = 0;  ///< the longest way down from it
    std::vector<std::uint32_t> deps;
    std::string key;
  };

  std::uint32_t intern(solve::PackageIndex package, std::vector<std::uint32_t> deps);
  std::string key_of(const Node& node) const;

  const solve::Universe* universe_;
  EffectiveDigests* digests_;
  std::vector<Node> nodes_;
  std::unordered_map<std::string, std::uint32_t> known_;
};

}  // namespace oxbow::plan
