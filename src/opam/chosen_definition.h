#pragma once

#include <optional>
#include <span>
#include <string>

#include "opam/definition.h"
#include "opam/package_id.h"

namespace oxbow::opam {

/// A source of a package, and where the build is to take it from instead.
struct ChosenSource {
  std::string title;  ///< empty for the main one
  std::string url;
  std::optional<std::string> checksum;  ///< ALGORITHM=HEX
};

/// The text of an opam file for a package whose dependencies are chosen: it depends on exactly
/// `deps`, in these versions, conflicts with nothing and is available everywhere; the sources that
/// `sources` names are taken from there. Everything else stands as it was, byte for byte.
std::string chosen_definition(const Definition& definition, std::span<const PackageId> deps,
                              std::span<const ChosenSource> sources);

}  // namespace oxbow::opam
