#pragma once

#include <string_view>

namespace oxbow::opam {

/// opam's order of versions: negative, zero or positive as `x` is older than, equal to or newer
/// than `y`. Total on all strings; different strings may be equal ("1.0" and "1.00").
/// Source: opam 2.4.1 src/core/opamVersionCompare.ml.
int compare_versions(std::string_view x, std::string_view y);

/// Whether `text` may stand as a version: not empty, of [A-Za-z0-9._+~-].
bool is_version(std::string_view text);

}  // namespace oxbow::opam
