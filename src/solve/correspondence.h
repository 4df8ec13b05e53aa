#pragma once

#include <optional>
#include <vector>

#include "solve/universe.h"

namespace oxbow::solve {

/// Correspondence says what of one universe is the same in another of the same target: packages
/// with the same id and definition, and names all of whose packages are the same. Both universes
/// must outlive it.
class Correspondence {
 public:
  Correspondence(const Universe& from, const Universe& to);

  /// Whether a name of `from` has exactly the same packages in `to`, if only none.
  bool is_same(Var name) const { return same_names_[index(name)]; }
  /// The same, of the package's name.
  bool is_name_same(PackageIndex package) const { return is_same(name_of_[index(package)]); }

  /// The package in `to`; none if it is not the same. Ascending where the argument is.
  std::optional<PackageIndex> find(PackageIndex package) const { return packages_[index(package)]; }
  /// The name in `to`; none if no package and no formula mentions it there.
  std::optional<Var> find(Var name) const { return names_[index(name)]; }

 private:
  void compare_name(const Universe& from, const Universe& to, Var name);

  std::vector<bool> same_names_;
  std::vector<std::optional<Var>> names_;
  std::vector<Var> name_of_;
  std::vector<std::optional<PackageIndex>> packages_;
};

}  // namespace oxbow::solve
