#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "opam/definition.h"
#include "plan/finding.h"

namespace oxbow::plan {

/// A file under a package's files/, and its content; none for what is not a regular file, or could
/// not be read, and then `problem` says why.
struct CheckedFile {
  std::string path;  ///< from files/
  std::optional<std::string> content;
  std::string problem;
};

/// What there is to find at a package's opam file that cannot be read: the error, with a caret.
Finding unreadable(std::string_view path, std::string_view source, const opam::SyntaxError& error);

/// Checks one package: fields that opam ignores; files that extra-files lists and that are stale
/// or missing, which opam refuses; files that it does not list, which opam ignores; sources that
/// can move without a commit here, and such as contradict themselves. `directory` is
/// packages/NAME/NAME.VERSION.
std::vector<Finding> check_package(std::string_view directory, const opam::Definition& definition,
                                   const std::vector<CheckedFile>& files);

}  // namespace oxbow::plan
