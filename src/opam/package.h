#pragma once

#include <memory>

#include "opam/outline.h"
#include "opam/package_id.h"

namespace oxbow::opam {

/// Package is a version of a package and what its opam file says; no definition if opam cannot
/// read the file.
struct Package {
  PackageId id;
  std::shared_ptr<const Outline> definition;
};

}  // namespace oxbow::opam
