#pragma once

#include <string>
#include <vector>

#include "opam/definition.h"

namespace oxbow::opam {

/// The names of the fields that two definitions fill in differently, in alphabetical order; those
/// of a section behind its name, as in "url.checksum" or "extra-source x.patch.src". Layout,
/// comments and the order of fields do not count.
std::vector<std::string> changed_fields(const Definition& before, const Definition& after);

}  // namespace oxbow::opam
