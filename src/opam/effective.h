#pragma once

#include <string>
#include <string_view>

#include "opam/definition.h"

namespace oxbow::opam {

/// The effective part of a package: what of its definition affects the build, in opam's canonical
/// text, byte for byte what opam 2.4 and later hash. The name and version are the directory's;
/// what the file itself says of them does not count.
/// Source: opam 2.4.1 src/format/opamFile.ml, `effective_part` and `write_to_string`.
std::string effective_part(const Definition& definition, std::string_view name,
                           std::string_view version);

}  // namespace oxbow::opam
