#pragma once

#include <fmt/format.h>

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "repo/git_library.h"
#include "repo/tree_source.h"
#include "repo/tree_table.h"

namespace oxbow::repo {

/// A file of a MemoryTree; a symlink's content is its target, a submodule's is made up.
struct MemoryFile {
  std::string path;
  std::string content;
  EntryKind kind = EntryKind::file;
  bool executable = false;
};

/// MemoryTree is a tree source made from paths and contents, with the ids git would give them.
/// Immutable.
class MemoryTree final : public TreeSource {
 public:
  explicit MemoryTree(const std::vector<MemoryFile>& files) : table_(leaves(files)) {
    for (const MemoryFile& file : files) contents_.try_emplace(blob_id(file.content), file.content);
  }

  const ObjectId& root() const { return table_.root(); }

  Result<std::vector<TreeEntry>> list(const ObjectId& tree) const override {
    if (const auto* entries = table_.find(tree)) return *entries;
    return fail("no directory " + tree.hex());
  }

  Result<std::string> read(const ObjectId& blob, std::size_t limit) const override {
    const auto found = contents_.find(blob);
    if (found == contents_.end()) return fail("no file " + blob.hex());
    if (found->second.size() <= limit) return found->second;
    return fail(fmt::format("file {} has {} bytes, more than the limit of {}", blob.hex(),
                            found->second.size(), limit));
  }

  Result<std::size_t> size(const ObjectId& blob) const override {
    const auto found = contents_.find(blob);
    if (found == contents_.end()) return fail("no file " + blob.hex());
    return found->second.size();
  }

 private:
  static std::vector<Leaf> leaves(const std::vector<MemoryFile>& files) {
    std::vector<Leaf> leaves;
    for (const MemoryFile& file : files) {
      leaves.push_back({file.path, file.kind, file.executable, blob_id(file.content)});
    }
    return leaves;
  }

  TreeTable table_;
  std::unordered_map<ObjectId, std::string> contents_;
};

}  // namespace oxbow::repo
