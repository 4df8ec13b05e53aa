#include "repo/tree_merge.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "repo/git_library.h"
#include "repo/tree_format.h"

namespace oxbow::repo {
namespace {

/// Walks the three trees side by side; a tree that is not there is an empty one.
class DisjointMerge {
 public:
  DisjointMerge(const TreeSource& source, MemoryObjects& made) : source_(&source), made_(&made) {}

  using Tree = std::optional<ObjectId>;
  struct Sides {
    Tree ancestor, ours, theirs;
  };

  // The merged tree, which is none if it is empty. Nothing at all where a path is in question.
  Result<std::optional<Tree>> merge(const Sides& sides, int depth) {
    if (depth > deepest_folder) return std::nullopt;
    std::array<std::vector<TreeEntry>, 3> lists;
    const std::array<const Tree*, 3> trees = {&sides.ancestor, &sides.ours, &sides.theirs};
    std::map<std::string_view, Entries> names;
    for (std::size_t side = 0; side < trees.size(); ++side) {
      if (!*trees[side]) continue;
      TRY_ASSIGN(lists[side], source_->list(**trees[side]));
      for (const TreeEntry& entry : lists[side]) names[entry.name][side] = &entry;
    }
    std::vector<TreeEntry> merged;
    for (const auto& [name, entries] : names) {
      TRY_ASSIGN(auto entry, merge_entry(entries, depth));
      if (!entry) return std::nullopt;
      if (*entry) merged.push_back(std::move(**entry));
    }
    return std::optional<Tree>(store(merged));
  }

 private:
  using Entries = std::array<const TreeEntry*, 3>;  // of the ancestor, ours and theirs
  using Entry = std::optional<TreeEntry>;

  static bool same(const TreeEntry* x, const TreeEntry* y) {
    return x == nullptr || y == nullptr ? x == y : *x == *y;
  }
  static Entry copy(const TreeEntry* entry) { return entry == nullptr ? Entry() : Entry(*entry); }

  Result<std::optional<Entry>> merge_entry(const Entries& entries, int depth) {
    const auto& [ancestor, ours, theirs] = entries;
    if (same(ancestor, ours)) return std::optional<Entry>(copy(theirs));
    if (same(ancestor, theirs)) return std::optional<Entry>(copy(ours));
    const bool folders = std::ranges::all_of(entries, [](const TreeEntry* entry) {
      return entry == nullptr || entry->kind == EntryKind::directory;
    });
    if (!folders || same(ours, theirs)) return std::nullopt;
    const auto tree = [](const TreeEntry* entry) {
      return entry == nullptr ? Tree() : Tree(entry->id);
    };
    TRY_ASSIGN(const auto merged, merge({tree(ancestor), tree(ours), tree(theirs)}, depth + 1));
    if (!merged) return std::nullopt;
    if (!*merged) return std::optional<Entry>(Entry());
    TreeEntry folder = ours != nullptr ? *ours : *theirs;
    folder.id = **merged;
    return std::optional<Entry>(std::move(folder));
  }

  Tree store(std::vector<TreeEntry>& entries) {
    if (entries.empty()) return std::nullopt;
    std::ranges::sort(entries, tree_order);
    std::string stored = format_tree(entries);
    const ObjectId id = tree_id(stored);
    made_->add(id, {MemoryObject::Type::tree, std::move(stored)});
    return id;
  }

  const TreeSource* source_;
  MemoryObjects* made_;
};

}  // namespace

Result<std::optional<ObjectId>> merge_disjoint(const TreeSource& source, MemoryObjects& made,
                                               const TreeSides& sides) {
  TRY_ASSIGN(const auto merged,
             DisjointMerge(source, made).merge({sides.ancestor, sides.ours, sides.theirs}, 0));
  // A repository without any file is git's to judge.
  return merged ? *merged : std::nullopt;
}

}  // namespace oxbow::repo
