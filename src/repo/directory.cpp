#include "repo/directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <system_error>

#include "base/parallel.h"
#include "repo/git_library.h"

namespace oxbow::repo {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_files = 1'000'000;

/// Collects the leaves under a folder, their ids left open.
class Walk {
 public:
  explicit Walk(const fs::path& top) : top_(top) {}

  Result<std::vector<Leaf>> leaves() && {
    if (auto error = visit("", 0)) return std::unexpected(std::move(*error));
    return std::move(leaves_);
  }

 private:
  std::optional<Error> visit(const std::string& prefix, int depth) {
    const fs::path folder = top_ / prefix;
    if (depth > deepest_folder) {
      return Error{
          fmt::format("{}: folders are nested deeper than {}", folder.string(), deepest_folder)};
    }
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      const std::string name = entries->path().filename().string();
      if (name == ".git") continue;
      if (auto failed = add(*entries, prefix + name, depth)) return failed;
    }
    if (!error) return std::nullopt;
    return Error{fmt::format("{}: cannot be listed: {}", folder.string(), error.message())};
  }

  std::optional<Error> add(const fs::directory_entry& entry, std::string path, int depth) {
    std::error_code error;
    const fs::file_status status = entry.symlink_status(error);
    if (error) {
      return Error{fmt::format("{}: cannot be read: {}", entry.path().string(), error.message())};
    }
    if (fs::is_directory(status)) return visit(path + "/", depth + 1);
    if (!fs::is_symlink(status) && !fs::is_regular_file(status)) return std::nullopt;
    if (leaves_.size() == most_files) {
      return Error{fmt::format("{}: more than {} files; is this an opam repository?", top_.string(),
                               most_files)};
    }
    const bool link = fs::is_symlink(status);
    const bool executable =
        !link && (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
    leaves_.push_back(
        {std::move(path), link ? EntryKind::symlink : EntryKind::file, executable, {}});
    return std::nullopt;
  }

  const fs::path& top_;
  std::vector<Leaf> leaves_;
};

Result<ObjectId> leaf_id(const fs::path& path, EntryKind kind) {
  if (kind != EntryKind::symlink) return file_blob_id(path);
  std::error_code error;
  const fs::path target = fs::read_symlink(path, error);
  if (error) return fail(fmt::format("{}: cannot be read: {}", path.string(), error.message()));
  return blob_id(target.string());
}

}  // namespace

Result<std::unique_ptr<Directory>> Directory::open(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return fail(fmt::format("{}: no such file or directory", path.string()));
  }
  if (!fs::is_directory(path, error)) {
    return fail(fmt::format("{}: not a directory", path.string()));
  }
  TRY_ASSIGN(auto leaves, Walk(path).leaves());
  std::vector<std::optional<Error>> errors(leaves.size());
  parallel_for(leaves.size(), 64, worker_count(), [&] {
    return [&](std::size_t i) {
      Leaf& leaf = leaves[i];
      if (auto id = leaf_id(path / leaf.path, leaf.kind)) {
        leaf.id = *id;
      } else {
        errors[i] = std::move(id.error());
      }
    };
  });
  for (std::optional<Error>& failed : errors) {
    if (failed) return std::unexpected(std::move(*failed));
  }
  return std::unique_ptr<Directory>(new Directory(path, std::move(leaves)));
}

Directory::Directory(fs::path path, std::vector<Leaf> leaves)
    : path_(std::move(path)),
      files_([&leaves] {
        std::unordered_map<ObjectId, std::string> files;
        files.reserve(leaves.size());
        for (const Leaf& leaf : leaves) {
          if (leaf.kind == EntryKind::file) files.try_emplace(leaf.id, leaf.path);
        }
        return files;
      }()),
      trees_(std::move(leaves)) {}

Result<fs::path> Directory::path_of(const ObjectId& blob) const {
  const auto found = files_.find(blob);
  if (found != files_.end()) return path_ / found->second;
  return fail(fmt::format("{}: holds no file {}", path_.string(), blob.hex()));
}

Result<std::vector<TreeEntry>> Directory::list(const ObjectId& tree) const {
  if (const auto* entries = trees_.find(tree)) return *entries;
  return fail(fmt::format("{}: holds no directory {}", path_.string(), tree.hex()));
}

Result<std::string> Directory::read(const ObjectId& blob, std::size_t limit) const {
  TRY_ASSIGN(const auto path, path_of(blob));
  TRY_ASSIGN(const auto length, size(blob));
  if (length > limit) {
    return fail(
        fmt::format("{}: has {} bytes, more than the limit of {}", path.string(), length, limit));
  }
  std::ifstream file(path, std::ios::binary);
  std::string contents(length, '\0');
  file.read(contents.data(), static_cast<std::streamsize>(length));
  if (!file || blob_id(contents) != blob) {
    return fail(fmt::format("{}: changed while it was being read; start again", path.string()));
  }
  return contents;
}

Result<std::size_t> Directory::size(const ObjectId& blob) const {
  TRY_ASSIGN(const auto path, path_of(blob));
  std::error_code error;
  const auto length = fs::file_size(path, error);
  if (error) return fail(fmt::format("{}: {}", path.string(), error.message()));
  return length;
}

}  // namespace oxbow::repo
