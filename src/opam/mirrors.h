#pragma once

#include <string_view>
#include <vector>

#include "opam/definition.h"

namespace oxbow::opam {

/// The field `mirrors` of the section `url`, or of the extra-source with this title, in its order.
/// No effective part has them: they are other places of the same bytes. What is not a URL is left
/// out.
std::vector<Url> mirrors(const Definition& definition, std::string_view title = {});

}  // namespace oxbow::opam
