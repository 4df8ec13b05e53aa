#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repo/tree_source.h"

namespace oxbow::repo {

// A git tree, as stored:
//   tree  = entry*             in git's order, see TreeSource::list
//   entry = mode SP name NUL id
//   mode  = 40000 (directory) | 100644 | 100755 (file) | 120000 (symlink) | 160000 (submodule)
//   id    = 20 bytes

/// The entries of a stored tree; nothing when the text breaks the grammar above or the promises of
/// TreeSource::list. Old modes (100664, a leading zero) are taken for what git takes them for.
std::optional<std::vector<TreeEntry>> parse_tree(std::string_view stored);

/// What git stores for `entries`, which are in git's order.
std::string format_tree(const std::vector<TreeEntry>& entries);

/// Whether git lists `left` before `right`.
bool tree_order(const TreeEntry& left, const TreeEntry& right);

}  // namespace oxbow::repo
