#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opam/package.h"

namespace oxbow::opam {

/// A package as a test writes it: its opam file without the opam-version, which is added.
struct LiteralPackage {
  std::string id;  ///< NAME.VERSION
  std::string fields;
};

/// What opam cannot read, as fields.
inline constexpr std::string_view unreadable_fields = "  unreadable\n";

/// Takes text such as
///     a.1
///       depends: ["b"]
///     b.1
/// apart: what is indented belongs to the package above it.
inline std::vector<LiteralPackage> split_packages(std::string_view text) {
  std::vector<LiteralPackage> packages;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    if (line.front() != ' ') {
      packages.push_back({line, ""});
    } else {
      packages.back().fields += line + "\n";
    }
  }
  return packages;
}

/// The packages of such a text, in the order that universes want. None may have a mistake in it.
inline std::vector<Package> literal_packages(std::string_view text) {
  std::vector<Package> packages;
  for (const LiteralPackage& literal : split_packages(text)) {
    INFO(literal.id << "\n" << literal.fields);
    const auto id = parse_package_id(literal.id);
    REQUIRE(id);
    Package& package = packages.emplace_back(Package{*id, nullptr});
    if (literal.fields == unreadable_fields) continue;
    auto definition = Outline::read("opam-version: \"2.0\"\n" + literal.fields);
    REQUIRE(definition);
    REQUIRE((*definition)->whole()->errors().empty());
    package.definition = std::move(*definition);
  }
  std::ranges::sort(packages, [](const Package& x, const Package& y) {
    const int order = compare_names(x.id.name, y.id.name);
    return order != 0 ? order < 0 : x.id.version < y.id.version;
  });
  return packages;
}

}  // namespace oxbow::opam
