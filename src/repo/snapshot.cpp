#include "repo/snapshot.h"

#include <algorithm>
#include <utility>

namespace oxbow::repo {

Snapshot::Snapshot(ObjectId root, Names names, std::vector<Oddity> oddities)
    : root_(root), names_(std::move(names)), oddities_(std::move(oddities)) {
  for (const auto& directory : names_) {
    for (const PackageEntry& package : directory->versions) packages_.push_back(&package);
    oddities_.insert(oddities_.end(), directory->oddities.begin(), directory->oddities.end());
  }
  std::ranges::stable_sort(oddities_, {}, &Oddity::path);
}

std::span<const PackageEntry> Snapshot::versions(std::string_view name) const {
  const auto found = std::ranges::lower_bound(
      names_, name, {}, [](const auto& directory) -> std::string_view { return directory->name; });
  if (found == names_.end() || (*found)->name != name) return {};
  return (*found)->versions;
}

const PackageEntry* Snapshot::find(std::string_view name, std::string_view version) const {
  const auto all = versions(name);
  const auto found = std::ranges::lower_bound(all, version, {}, &PackageEntry::version);
  return found == all.end() || found->version != version ? nullptr : &*found;
}

}  // namespace oxbow::repo
