#pragma once

#include <string>
#include <vector>

#include "opam/definition.h"
#include "opam/filter.h"

namespace oxbow::opam {

/// SystemPackages is what a package needs of the operating system: its depexts on one platform.
/// The names are safe as arguments of the platform's package manager, where `-` in front is an
/// option and behind a removal. Each is there once, in order.
struct SystemPackages {
  std::vector<std::string> names;
  std::vector<std::string> refused;  ///< what can be no package's name there

  friend bool operator==(const SystemPackages&, const SystemPackages&) = default;
};

/// Evaluates the field depexts. Nothing where opam ignores the field: it is malformed, or in the
/// form of opam 1.2, lists of systems and packages.
/// Source: opam 2.4.1 src/format/opamFile.ml, src/state/opamSwitchState.ml, `depexts_raw`.
SystemPackages system_packages(const Definition& definition, const Variables& variables);

}  // namespace oxbow::opam
