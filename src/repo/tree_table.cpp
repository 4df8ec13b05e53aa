#include "repo/tree_table.h"

#include <algorithm>
#include <utility>

#include "repo/git_library.h"
#include "repo/tree_format.h"

namespace oxbow::repo {

TreeTable::TreeTable(std::vector<Leaf> leaves) {
  // In the order of whole paths, what shares a folder stands together.
  std::ranges::sort(leaves, {}, &Leaf::path);
  root_ = add_tree(leaves, 0, leaves.size(), 0);
}

const std::vector<TreeEntry>* TreeTable::find(const ObjectId& tree) const {
  const auto found = trees_.find(tree);
  return found == trees_.end() ? nullptr : &found->second;
}

// Adds the tree of leaves [begin, end), whose paths agree in their first `prefix` characters.
ObjectId TreeTable::add_tree(const std::vector<Leaf>& leaves, std::size_t begin, std::size_t end,
                             std::size_t prefix) {
  std::vector<TreeEntry> entries;
  while (begin < end) {
    const Leaf& leaf = leaves[begin];
    const std::size_t slash = leaf.path.find('/', prefix);
    if (slash == std::string::npos) {
      entries.push_back({leaf.path.substr(prefix), leaf.kind, leaf.executable, leaf.id});
      ++begin;
      continue;
    }
    const std::string folder = leaf.path.substr(0, slash + 1);
    std::size_t next = begin;
    while (next < end && leaves[next].path.starts_with(folder)) ++next;
    entries.push_back({leaf.path.substr(prefix, slash - prefix), EntryKind::directory, false,
                       add_tree(leaves, begin, next, slash + 1)});
    begin = next;
  }
  std::ranges::sort(entries, tree_order);
  const ObjectId id = tree_id(format_tree(entries));
  trees_.try_emplace(id, std::move(entries));
  return id;
}

}  // namespace oxbow::repo
