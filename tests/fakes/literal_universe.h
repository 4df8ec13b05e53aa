#pragma once

#include <catch2/catch.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "solve/solver.h"
#include "solve/universe.h"
#include "tests/fakes/literal_packages.h"

namespace oxbow::solve {

inline opam::Target literal_target(std::string_view compiler) {
  const auto id = opam::parse_package_id(compiler);
  const auto platform = opam::parse_platform("debian-12-x86_64");
  REQUIRE(id);
  REQUIRE(platform);
  return {*id, *platform};
}

/// The universe of the packages in `text` (opam::split_packages), to which ocaml.5, the compiler of
/// most tests, is to be added by them.
inline std::shared_ptr<const Universe> literal_universe(std::string_view text,
                                                        std::string_view compiler = "ocaml.5",
                                                        const Universe* similar = nullptr) {
  return std::make_shared<const Universe>(opam::literal_packages(text), literal_target(compiler),
                                          similar);
}

/// The universe of what became of another's packages: what has the same text has the same
/// definition.
inline std::shared_ptr<const Universe> literal_successor(std::string_view text,
                                                         const Universe& former) {
  std::vector<opam::Package> packages = opam::literal_packages(text);
  for (opam::Package& package : packages) {
    const auto at = former.find(package.id);
    if (!at || package.definition == nullptr) continue;
    const auto& definition = former.package(*at).definition;
    if (definition != nullptr && definition->source() == package.definition->source()) {
      package.definition = definition;
    }
  }
  return std::make_shared<const Universe>(std::move(packages), former.target(), &former);
}

inline PackageIndex package_at(const Universe& universe, std::string_view id) {
  INFO(id);
  const auto parsed = opam::parse_package_id(id);
  REQUIRE(parsed);
  const auto found = universe.find(*parsed);
  REQUIRE(found);
  return *found;
}

/// "a.1 b.2" for these packages.
inline std::string in_words(const Universe& universe, std::span<const PackageIndex> packages) {
  std::string words;
  for (const PackageIndex package : packages) {
    words += (words.empty() ? "" : " ") + universe.package(package).id.to_string();
  }
  return words;
}

}  // namespace oxbow::solve
