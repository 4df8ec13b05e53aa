#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "opam/definition.h"

namespace oxbow::opam {

/// Why what a source says cannot all be so, whatever its places give: a repository has a commit and
/// no checksum, and all places of one source give the same. None where nothing is wrong.
std::optional<std::string> contradiction(const Source& source, const std::vector<Url>& mirrors);

/// Whether a name in a repository can only be meant as the beginning of a commit's id, which no
/// server is asked for: seven hexadecimal digits or more, letters and digits among them.
bool is_abbreviated_commit(std::string_view name);

}  // namespace oxbow::opam
