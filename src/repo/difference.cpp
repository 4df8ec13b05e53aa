#include "repo/difference.h"

#include <algorithm>
#include <set>
#include <utility>

#include "repo/renames.h"

namespace oxbow::repo {
namespace {

opam::PackageId id_of(const PackageEntry& package) { return {package.name, package.version}; }

/// Walks two sorted ranges side by side: each(left, right) for every key, with null for a side that
/// lacks it.
template <typename Range, typename KeyOf, typename Each>
void walk_both(const Range& left, const Range& right, const KeyOf& key_of, const Each& each) {
  auto l = left.begin();
  auto r = right.begin();
  while (l != left.end() || r != right.end()) {
    const bool take_left = r == right.end() || (l != left.end() && key_of(*l) <= key_of(*r));
    const bool take_right = l == left.end() || (r != right.end() && key_of(*r) <= key_of(*l));
    each(take_left ? &*l : nullptr, take_right ? &*r : nullptr);
    if (take_left) ++l;
    if (take_right) ++r;
  }
}

/// The packages that differ, by how.
struct Sorted {
  std::vector<const PackageEntry*> removed;
  std::vector<const PackageEntry*> added;
  std::vector<Rename> changed;  // the same package before and after
};

void sort_versions(std::span<const PackageEntry> before, std::span<const PackageEntry> after,
                   Sorted& sorted) {
  const auto version = [](const PackageEntry& package) -> std::string_view {
    return package.version;
  };
  walk_both(before, after, version, [&](const PackageEntry* left, const PackageEntry* right) {
    if (left == nullptr) {
      sorted.added.push_back(right);
    } else if (right == nullptr) {
      sorted.removed.push_back(left);
    } else if (left->tree != right->tree) {
      sorted.changed.push_back({left, right});
    }
  });
}

Sorted sort_packages(const Snapshot& before, const Snapshot& after) {
  Sorted sorted;
  using Directory = std::shared_ptr<const NameDirectory>;
  const auto name = [](const Directory& directory) -> std::string_view { return directory->name; };
  walk_both(before.names(), after.names(), name,
            [&](const Directory* left, const Directory* right) {
              if (left != nullptr && right != nullptr && (*left)->tree == (*right)->tree) return;
              using Versions = std::span<const PackageEntry>;
              sort_versions(left != nullptr ? Versions((*left)->versions) : Versions(),
                            right != nullptr ? Versions((*right)->versions) : Versions(), sorted);
            });
  return sorted;
}

/// What differs between the former package and the new one, of which either may be missing.
Result<PackageChange> change(const State& before, const PackageEntry* from, const State& after,
                             const PackageEntry* to) {
  PackageChange change;
  change.package = id_of(to != nullptr ? *to : *from);
  change.opam_changed = from == nullptr || to == nullptr || from->opam != to->opam;
  const auto files_of = [](const PackageEntry* package) {
    return package != nullptr ? package->files : std::nullopt;
  };
  auto files = changed_paths({&before.source, files_of(from)}, {&after.source, files_of(to)});
  if (!files) return std::unexpected(files.error());
  change.files = std::move(*files);
  if (from == nullptr) {
    change.kind = PackageChangeKind::added;
  } else if (to == nullptr) {
    change.kind = PackageChangeKind::removed;
  } else if (id_of(*from) != id_of(*to)) {
    change.kind = PackageChangeKind::renamed;
    change.former = id_of(*from);
  }
  return change;
}

void drop(std::vector<const PackageEntry*>& packages, const std::set<const PackageEntry*>& used) {
  std::erase_if(packages, [&](const PackageEntry* package) { return used.contains(package); });
}

/// All pairs of a former and a new package to report on, with null for one that is missing.
Result<std::vector<Rename>> pair_up(const State& before, const State& after) {
  Sorted sorted = sort_packages(before.snapshot, after.snapshot);
  auto pairs = find_renames({before.source, sorted.removed}, {after.source, sorted.added});
  if (!pairs) return pairs;
  std::set<const PackageEntry*> used;
  for (const Rename& rename : *pairs) used.insert({rename.from, rename.to});
  drop(sorted.removed, used);
  drop(sorted.added, used);
  pairs->insert(pairs->end(), sorted.changed.begin(), sorted.changed.end());
  for (const PackageEntry* package : sorted.removed) pairs->push_back({package, nullptr});
  for (const PackageEntry* package : sorted.added) pairs->push_back({nullptr, package});
  return pairs;
}

}  // namespace

Result<Difference> difference(const State& before, const State& after) {
  Difference difference;
  TRY_ASSIGN(const auto pairs, pair_up(before, after));
  for (const Rename& pair : pairs) {
    TRY_ASSIGN(auto found, change(before, pair.from, after, pair.to));
    // What else lies in a package's directory, and its mode bits, make no difference to opam.
    if (found.kind == PackageChangeKind::changed && !found.opam_changed && found.files.empty()) {
      continue;
    }
    difference.packages.push_back(std::move(found));
  }
  std::ranges::sort(difference.packages, {}, &PackageChange::package);

  TRY_ASSIGN(const auto others, changed_paths({&before.source, before.snapshot.root()},
                                              {&after.source, after.snapshot.root()}, "packages"));
  difference.other_paths = others.size();
  return difference;
}

}  // namespace oxbow::repo
