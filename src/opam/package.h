#pragma once

#include <memory>

#include "opam/definition.h"
#include "opam/package_id.h"

namespace oxbow::opam {

/// Package is a version of a package and what its opam file says; no definition if opam cannot
/// read the file.
struct Package {
  PackageId id;
  std::shared_ptr<const Definition> definition;
};

}  // namespace oxbow::opam
