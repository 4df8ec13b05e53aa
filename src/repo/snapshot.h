#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "repo/object_id.h"
#include "repo/tree_source.h"

namespace oxbow::repo {

/// One package version as it stands in a repository: packages/NAME/NAME.VERSION.
struct PackageEntry {
  std::string name;
  std::string version;
  ObjectId tree;                  // the directory
  ObjectId opam;                  // the blob of the file opam in it
  std::optional<ObjectId> files;  // the tree files/ in it
};

/// Something under packages/ that is not as an opam repository is laid out, and so is left out.
/// Both texts are fit to be shown: control characters are escaped.
struct Oddity {
  std::string path;
  std::string message;

  friend bool operator==(const Oddity&, const Oddity&) = default;
};

/// One directory packages/NAME. Immutable, and shared by the snapshots that hold the same tree.
struct NameDirectory {
  std::string name;
  ObjectId tree;
  std::vector<PackageEntry> versions;  // by version, in byte order
  std::vector<Oddity> oddities;
};

/// Snapshot is an opam repository at one git tree. Immutable; copies share what they hold.
class Snapshot {
 public:
  using Names = std::vector<std::shared_ptr<const NameDirectory>>;

  /// `names` is sorted by name.
  Snapshot(ObjectId root, Names names, std::vector<Oddity> oddities);

  /// The tree this was read from.
  const ObjectId& root() const { return root_; }

  /// Every directory under packages/, by name in byte order, even where no package is in it.
  const Names& names() const { return names_; }

  /// Every package, by name and then version in byte order. Valid as long as any snapshot that
  /// shares the name's directory.
  std::span<const PackageEntry* const> packages() const { return packages_; }

  /// The versions of one name, in byte order; empty for an unknown name.
  std::span<const PackageEntry> versions(std::string_view name) const;

  /// The package, or null.
  const PackageEntry* find(std::string_view name, std::string_view version) const;

  /// What is wrong with the layout, by path.
  const std::vector<Oddity>& oddities() const { return oddities_; }

 private:
  ObjectId root_;
  Names names_;
  std::vector<const PackageEntry*> packages_;
  std::vector<Oddity> oddities_;
};

/// SnapshotReader reads snapshots, and remembers each directory packages/NAME by its tree, so that
/// the next state of a repository costs only the names that differ. One thread at a time may use it
/// (it reads on several itself). It forgets nothing: what it holds grows by what changed.
class SnapshotReader {
 public:
  /// The opam repository at tree `root`; an error when a tree cannot be read, or when there is no
  /// directory packages/ at the top.
  Result<Snapshot> read(const TreeSource& source, const ObjectId& root);

 private:
  struct Key {
    ObjectId tree;
    std::string name;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct HashKey {
    std::size_t operator()(const Key& key) const { return std::hash<ObjectId>{}(key.tree); }
  };
  std::unordered_map<Key, std::shared_ptr<const NameDirectory>, HashKey> known_;
};

/// A file somewhere under a package's files/, at its path from there.
struct ExtraFile {
  std::string path;
  ObjectId id;
  EntryKind kind = EntryKind::file;  // never a directory
  bool executable = false;
};

/// What is under a package's files/, in subfolders too, by path in byte order. An error when a tree
/// cannot be read or folders are nested deeper than 64.
Result<std::vector<ExtraFile>> files(const TreeSource& source, const ObjectId& tree);

}  // namespace oxbow::repo
