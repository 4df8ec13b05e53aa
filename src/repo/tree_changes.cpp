#include "repo/tree_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace oxbow::repo {
namespace {

/// Walks two trees side by side and collects what differs.
class Comparison {
 public:
  explicit Comparison(std::string_view except) : except_(except) {}

  Result<std::vector<PathChange>> changes(const SourcedTree& before, const SourcedTree& after) && {
    if (auto error = compare(before, after, "", 0)) return std::unexpected(std::move(*error));
    std::ranges::sort(changes_, {}, &PathChange::path);
    return std::move(changes_);
  }

 private:
  struct Sides {
    std::optional<TreeEntry> before;
    std::optional<TreeEntry> after;
  };

  std::optional<Error> compare(const SourcedTree& before, const SourcedTree& after,
                               const std::string& prefix, int depth) {
    if (before.tree == after.tree) return std::nullopt;
    if (depth > deepest_folder) {
      return Error{fmt::format("{}: folders are nested deeper than {}", prefix, deepest_folder)};
    }
    std::map<std::string, Sides> names;
    for (const bool is_after : {false, true}) {
      const SourcedTree& side = is_after ? after : before;
      if (!side.tree) continue;
      auto entries = side.source->list(*side.tree);
      if (!entries) return entries.error();
      for (TreeEntry& entry : *entries) {
        Sides& sides = names[entry.name];
        (is_after ? sides.after : sides.before) = std::move(entry);
      }
    }
    for (const auto& [name, sides] : names) {
      if (depth == 0 && name == except_) continue;
      if (sides.before == sides.after) continue;
      if (auto error = compare_entry(before, after, sides, prefix + name, depth)) return error;
    }
    return std::nullopt;
  }

  std::optional<Error> compare_entry(const SourcedTree& before, const SourcedTree& after,
                                     const Sides& sides, const std::string& path, int depth) {
    const auto subtree = [](const std::optional<TreeEntry>& entry) -> std::optional<ObjectId> {
      if (!entry || entry->kind != EntryKind::directory) return std::nullopt;
      return entry->id;
    };
    const auto old_tree = subtree(sides.before);
    const auto new_tree = subtree(sides.after);
    const bool old_leaf = sides.before && !old_tree;
    const bool new_leaf = sides.after && !new_tree;
    if (old_leaf && new_leaf) {
      changes_.push_back({path, PathChangeKind::modified});
    } else if (old_leaf) {
      changes_.push_back({path, PathChangeKind::removed});
    } else if (new_leaf) {
      changes_.push_back({path, PathChangeKind::added});
    }
    return compare({before.source, old_tree}, {after.source, new_tree}, path + "/", depth + 1);
  }

  std::string_view except_;
  std::vector<PathChange> changes_;
};

}  // namespace

Result<std::vector<PathChange>> changed_paths(const SourcedTree& before, const SourcedTree& after,
                                              std::string_view except) {
  return Comparison(except).changes(before, after);
}

}  // namespace oxbow::repo
