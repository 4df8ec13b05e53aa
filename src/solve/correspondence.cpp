#include "solve/correspondence.h"

#include <cstdint>

namespace oxbow::solve {

Correspondence::Correspondence(const Universe& from, const Universe& to)
    : same_names_(from.problem().variables()),
      names_(from.problem().variables()),
      name_of_(from.packages().size()),
      packages_(from.packages().size()) {
  for (std::uint32_t i = 0; i < from.problem().variables(); ++i) {
    if (from.is_name(Var{i})) compare_name(from, to, Var{i});
  }
}

void Correspondence::compare_name(const Universe& from, const Universe& to, Var name) {
  names_[index(name)] = to.variable(from.name(name));
  const auto theirs = to.versions(from.name(name));
  std::size_t at = 0;
  std::size_t same = 0;
  const auto ours = from.versions(from.name(name));
  for (const opam::Package& package : ours) {
    const PackageIndex position = from.index_of(package);
    name_of_[index(position)] = name;
    while (at < theirs.size() && theirs[at].id.version < package.id.version) ++at;
    if (at == theirs.size()) continue;
    if (theirs[at].id.version != package.id.version) continue;
    if (theirs[at].definition != package.definition) continue;
    packages_[index(position)] = to.index_of(theirs[at]);
    ++same;
  }
  same_names_[index(name)] = same == ours.size() && same == theirs.size();
}

}  // namespace oxbow::solve
