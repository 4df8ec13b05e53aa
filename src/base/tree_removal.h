#pragma once

#include <filesystem>

#include "base/error.h"

namespace oxbow {

/// Removes a folder with all that is in it, whatever the modes and however deep, or a file; it is
/// no error if there is none. Follows no link and enters no mount: what is mounted there stays, and
/// is an error. Several processes may remove one tree at once.
Result<void> remove_tree(const std::filesystem::path& tree);

/// Renames a file or folder to a name that is not taken and begins with `to`; returns it.
Result<std::filesystem::path> move_aside(const std::filesystem::path& from,
                                         const std::filesystem::path& to);

}  // namespace oxbow
