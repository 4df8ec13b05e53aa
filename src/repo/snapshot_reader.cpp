#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/parallel.h"
#include "base/untrusted.h"
#include "opam/package_id.h"
#include "opam/version.h"
#include "repo/snapshot.h"

namespace oxbow::repo {
namespace {

std::string_view kind_name(EntryKind kind) {
  switch (kind) {
    case EntryKind::file: return "a file";
    case EntryKind::directory: return "a directory";
    case EntryKind::symlink: return "a symlink";
    case EntryKind::submodule: return "a submodule";
  }
  return "unknown";
}

/// What is wrong with the entry, of which a directory is expected; nothing for a directory, and for
/// the plain files that people keep there (README.md, .gitkeep).
std::optional<std::string> not_a_directory(const TreeEntry& entry) {
  if (entry.kind == EntryKind::directory) return std::nullopt;
  if (entry.kind == EntryKind::file &&
      (entry.name.starts_with('.') || entry.name.ends_with(".md"))) {
    return std::nullopt;
  }
  return fmt::format("{} where a directory is expected", kind_name(entry.kind));
}

/// What is wrong with "NAME.VERSION" as the name of a directory under packages/`parent`.
std::optional<std::string> bad_package_name(std::string_view parent, std::string_view directory) {
  const std::size_t dot = directory.find('.');
  if (dot == std::string_view::npos) return "not NAME.VERSION: no dot";
  const std::string_view name = directory.substr(0, dot);
  if (!opam::is_name(name)) {
    return fmt::format(
        "not NAME.VERSION: '{}' is not a package name, which has letters, digits, _, + "
        "and -, and at least one letter",
        printable(name));
  }
  if (directory.size() == dot + 1) return "not NAME.VERSION: no version after the dot";
  if (!opam::is_version(directory.substr(dot + 1))) {
    return fmt::format(
        "not NAME.VERSION: '{}' is not a version, which has letters, digits, ., _, +, "
        "~ and -",
        printable(directory.substr(dot + 1)));
  }
  if (name != parent) {
    return fmt::format("package '{}' is expected under packages/{}", name, name);
  }
  return std::nullopt;
}

/// Reads one directory packages/NAME.
class NameReader {
 public:
  NameReader(const TreeSource& source, const TreeEntry& entry) : source_(source) {
    directory_.name = entry.name;
    directory_.tree = entry.id;
  }

  Result<std::shared_ptr<const NameDirectory>> read() && {
    TRY_ASSIGN(const auto entries, source_.list(directory_.tree));
    directory_.versions.reserve(entries.size());
    for (const TreeEntry& entry : entries) {
      if (auto error = add_version(entry)) return std::unexpected(std::move(*error));
    }
    // Git's order is that of "VERSION/".
    std::ranges::sort(directory_.versions, {}, &PackageEntry::version);
    return std::make_shared<const NameDirectory>(std::move(directory_));
  }

 private:
  void add_oddity(const std::string& path, std::string message) {
    directory_.oddities.push_back(
        {printable("packages/" + directory_.name + "/" + path), std::move(message)});
  }

  std::optional<Error> add_version(const TreeEntry& entry) {
    if (entry.kind != EntryKind::directory) {
      if (auto wrong = not_a_directory(entry)) add_oddity(entry.name, std::move(*wrong));
      return std::nullopt;
    }
    if (auto wrong = bad_package_name(directory_.name, entry.name)) {
      add_oddity(entry.name, std::move(*wrong));
      return std::nullopt;
    }
    const auto contents = source_.list(entry.id);
    if (!contents) return contents.error();
    PackageEntry package{
        directory_.name, entry.name.substr(directory_.name.size() + 1), entry.id, {}, {}};
    if (find_parts(package, entry.name, *contents)) {
      directory_.versions.push_back(std::move(package));
    }
    return std::nullopt;
  }

  /// Finds opam and files/ in a version's directory; false when there is no opam file.
  bool find_parts(PackageEntry& package, const std::string& directory,
                  const std::vector<TreeEntry>& contents) {
    bool has_opam = false;
    bool odd_opam = false;
    for (const TreeEntry& entry : contents) {
      if (entry.name == "opam") {
        has_opam = entry.kind == EntryKind::file;
        odd_opam = !has_opam;
        package.opam = entry.id;
        if (odd_opam) {
          add_oddity(directory + "/opam",
                     fmt::format("{} where a file is expected", kind_name(entry.kind)));
        }
      } else if (entry.name == "files") {
        if (entry.kind == EntryKind::directory) {
          package.files = entry.id;
        } else {
          add_oddity(directory + "/files",
                     fmt::format("{} where a directory is expected", kind_name(entry.kind)));
        }
      }
    }
    if (!has_opam && !odd_opam) add_oddity(directory, "no opam file in it");
    return has_opam;
  }

  const TreeSource& source_;
  NameDirectory directory_;
};

Result<std::optional<ObjectId>> packages_tree(const TreeSource& source, const ObjectId& root) {
  TRY_ASSIGN(const auto top, source.list(root));
  for (const TreeEntry& entry : top) {
    if (entry.name == "packages" && entry.kind == EntryKind::directory) return entry.id;
  }
  return std::nullopt;
}

std::optional<Error> add_files(const TreeSource& source, const ObjectId& tree,
                               const std::string& prefix, int depth,
                               std::vector<ExtraFile>& found) {
  if (depth > deepest_folder) {
    return Error{
        fmt::format("{}: folders are nested deeper than {}", printable(prefix), deepest_folder)};
  }
  const auto entries = source.list(tree);
  if (!entries) return entries.error();
  for (const TreeEntry& entry : *entries) {
    if (entry.kind != EntryKind::directory) {
      found.push_back({prefix + entry.name, entry.id, entry.kind, entry.executable});
    } else if (auto error =
                   add_files(source, entry.id, prefix + entry.name + "/", depth + 1, found)) {
      return error;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Snapshot> SnapshotReader::read(const TreeSource& source, const ObjectId& root) {
  const auto packages = packages_tree(source, root);
  if (!packages) return std::unexpected(packages.error());
  if (!*packages) {
    return fail(
        fmt::format("tree {} is not an opam repository: no packages/ at its top", root.hex()));
  }
  TRY_ASSIGN(auto entries, source.list(**packages));

  std::vector<Oddity> oddities;
  for (const TreeEntry& entry : entries) {
    if (auto wrong = not_a_directory(entry)) {
      oddities.push_back({printable("packages/" + entry.name), std::move(*wrong)});
    }
  }
  std::erase_if(entries, [](const auto& entry) { return entry.kind != EntryKind::directory; });
  std::ranges::sort(entries, {}, &TreeEntry::name);

  Snapshot::Names names(entries.size());
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const TreeEntry& entry = entries[i];
    const auto found = known_.find({entry.id, entry.name});
    if (found != known_.end()) {
      names[i] = found->second;
    } else {
      unknown.push_back(i);
    }
  }
  std::vector<std::optional<Error>> errors(unknown.size());
  parallel_for(unknown.size(), 32, worker_count(), [&] {
    return [&](std::size_t i) {
      auto directory = NameReader(source, entries[unknown[i]]).read();
      if (directory) {
        names[unknown[i]] = std::move(*directory);
      } else {
        errors[i] = std::move(directory.error());
      }
    };
  });
  for (std::optional<Error>& error : errors) {
    if (error) return std::unexpected(std::move(*error));
  }
  for (const std::size_t i : unknown) known_[{names[i]->tree, names[i]->name}] = names[i];
  return Snapshot(root, std::move(names), std::move(oddities));
}

Result<std::vector<ExtraFile>> files(const TreeSource& source, const ObjectId& tree) {
  std::vector<ExtraFile> found;
  if (auto error = add_files(source, tree, "", 0, found)) return std::unexpected(std::move(*error));
  std::ranges::sort(found, {}, &ExtraFile::path);
  return found;
}

}  // namespace oxbow::repo
