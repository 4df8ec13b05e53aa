#include "opam/package_id.h"

#include <algorithm>
#include <cstddef>

#include "base/ascii.h"
#include "opam/version.h"

namespace oxbow::opam {
bool is_name(std::string_view text) {
  const bool allowed = std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '+' || c == '-';
  });
  return allowed && std::any_of(text.begin(), text.end(), is_letter);
}

int compare_names(std::string_view x, std::string_view y) {
  const auto byte = [](char c) { return static_cast<unsigned char>(c); };
  const std::size_t shared = std::min(x.size(), y.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (x[i] == y[i]) continue;
    const int order = byte(lower(x[i])) - byte(lower(y[i]));
    return order != 0 ? order : byte(x[i]) - byte(y[i]);
  }
  if (x.size() == y.size()) return 0;
  return x.size() < y.size() ? -1 : 1;
}

std::optional<PackageId> parse_package_id(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(0, dot);
  const std::string_view version = text.substr(dot + 1);
  if (!is_name(name) || !is_version(version)) return std::nullopt;
  return PackageId{std::string(name), std::string(version)};
}

int compare_packages(const PackageId& x, const PackageId& y) {
  if (const int order = compare_names(x.name, y.name); order != 0) return order;
  return compare_versions(x.version, y.version);
}

}  // namespace oxbow::opam
