#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace oxbow::opam {

/// Whether `text` may stand as a package name: of [A-Za-z0-9_+-], with a letter in it.
bool is_name(std::string_view text);

/// opam's order of names: letter by letter without regard to case, a difference in case deciding
/// where it first occurs (so "A" < "a" < "B"), the shorter first.
int compare_names(std::string_view x, std::string_view y);

/// PackageId is one version of one package. Equality is that of the texts; opam's own order,
/// which `compare_packages` has, takes versions that compare equal for the same.
struct PackageId {
  std::string name;
  std::string version;

  std::string to_string() const { return name + "." + version; }
  friend auto operator<=>(const PackageId&, const PackageId&) = default;
};

/// Splits NAME.VERSION at the first dot; none if either half is not what it should be.
std::optional<PackageId> parse_package_id(std::string_view text);

/// opam's order of packages: by name, then by version.
int compare_packages(const PackageId& x, const PackageId& y);

}  // namespace oxbow::opam
