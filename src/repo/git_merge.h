#pragma once

#include <filesystem>

#include "repo/git.h"
#include "repo/memory_objects.h"

namespace oxbow::repo {

/// Merges commit `head` into commit `base` of the repository in `git_folder`, whose trees are read
/// from `trees`; trees and blobs that this makes are added to `made`. Safe from several threads at
/// once.
Result<Merge> merge_commits(const std::filesystem::path& git_folder, const TreeSource& trees,
                            MemoryObjects& made, const ObjectId& base, const ObjectId& head);

}  // namespace oxbow::repo
