#pragma once

#include <filesystem>
#include <string_view>

#include "base/error.h"

namespace oxbow {

/// Removes a folder with all that is in it, whatever the modes and however deep, or a file; it is
/// no error if there is none. Follows no link and enters no mount: what is mounted there stays, and
/// is an error. Several processes may remove one tree at once.
Result<void> remove_tree(const std::filesystem::path& tree);

/// Renames CACHE/PLATFORM/NAME to .trash-* beside it, where nobody looks for layers, and returns
/// the new path. What remains of a killed process's is removed by the next collection.
Result<std::filesystem::path> move_to_trash(const std::filesystem::path& platform,
                                            std::string_view name);

}  // namespace oxbow
