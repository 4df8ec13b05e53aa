#include "job/repository.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/untrusted.h"
#include "repo/directory.h"
#include "repo/git_remote.h"
#include "repo/snapshot.h"

namespace oxbow::job {
namespace {

namespace fs = std::filesystem;

// Whether a folder holds a git repository, in whatever state: a work tree's or a bare one's.
bool looks_like_git(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path / ".git", ignored) ||
         (fs::exists(path / "HEAD", ignored) && fs::exists(path / "objects", ignored));
}

RepositoryTree tree_of(std::shared_ptr<repo::GitRepository> git, const repo::Revision& revision) {
  return {std::move(git), revision.tree, revision.commit.hex()};
}

// Passes an opam repository on: only here is known what a person calls it.
Result<RepositoryTree> opam_repository(RepositoryTree tree, const std::string& name) {
  const auto top = tree.source->list(tree.tree);
  if (!top) return std::unexpected(top.error());
  const auto is_packages = [](const repo::TreeEntry& entry) {
    return entry.name == "packages" && entry.kind == repo::EntryKind::directory;
  };
  if (std::ranges::any_of(*top, is_packages)) return tree;
  return fail("'" + name + "' is not an opam repository: there is no folder packages/ at its top");
}

Result<RepositoryChange> merged(const std::shared_ptr<repo::GitRepository>& git,
                                const repo::Revision& base, const repo::Revision& head,
                                const std::string& name) {
  TRY_ASSIGN(auto change, merge_change(git, base, head, name));
  if (const auto* const conflicts = std::get_if<repo::Conflicts>(&change)) {
    return fail(conflict_text(base, head, *conflicts));
  }
  return std::get<RepositoryChange>(std::move(change));
}

}  // namespace

std::string conflict_text(const repo::Revision& base, const repo::Revision& head,
                          const repo::Conflicts& conflicts) {
  constexpr std::size_t told = 5;
  std::string paths;
  for (std::size_t i = 0; i < std::min(told, conflicts.paths.size()); ++i) {
    paths += (paths.empty() ? "" : ", ") + printable(conflicts.paths[i]);
  }
  if (conflicts.paths.size() > told) {
    paths += " and " + std::to_string(conflicts.paths.size() - told) + " more";
  }
  return "merging " + head.commit.hex().substr(0, 10) + " into " + base.commit.hex().substr(0, 10) +
         " conflicts in " + paths + "; rebase the head onto the base first";
}

Result<RepositoryTree> state_at(const std::shared_ptr<repo::GitRepository>& git,
                                const repo::Revision& revision, const std::string& name) {
  return opam_repository(tree_of(git, revision), name);
}

Result<std::variant<RepositoryChange, repo::Conflicts>> merge_change(
    const std::shared_ptr<repo::GitRepository>& git, const repo::Revision& base,
    const repo::Revision& head, const std::string& name) {
  TRY_ASSIGN(auto merge, git->merge(base.commit, head.commit));
  if (auto* const conflicts = std::get_if<repo::Conflicts>(&merge)) return std::move(*conflicts);
  TRY_ASSIGN(auto before, state_at(git, base, name));
  RepositoryTree merged_head = tree_of(git, head);
  merged_head.tree = std::get<repo::ObjectId>(merge);
  TRY_ASSIGN(auto after, opam_repository(std::move(merged_head), name));
  return RepositoryChange{std::move(before), std::move(after)};
}

std::string RepositorySpec::to_string() const {
  if (base) return place + "#" + *base + ".." + revision;
  return revision.empty() ? place : place + "#" + revision;
}

Result<RepositorySpec> parse_repository_spec(std::string_view text) {
  const std::size_t hash = text.rfind('#');
  RepositorySpec spec;
  spec.place = std::string(text.substr(0, hash));
  if (spec.place.empty()) {
    return fail("'" + std::string(text) + "' names no repository; write PATH[#REVISION]");
  }
  if (hash == std::string_view::npos) return spec;
  const std::string_view revision = text.substr(hash + 1);
  const std::size_t dots = revision.find("..");
  if (dots == std::string_view::npos) {
    spec.revision = std::string(revision);
    return spec;
  }
  spec.base = std::string(revision.substr(0, dots));
  spec.revision = std::string(revision.substr(dots + 2));
  if (spec.base->empty()) {
    return fail("'" + std::string(text) + "' names no base; write PATH#BASE..HEAD");
  }
  return spec;
}

Result<RepositoryTree> RepositoryOpener::open_state(const RepositorySpec& spec) {
  if (spec.base) {
    return fail("'" + spec.to_string() +
                "' is a change, and one state is wanted; write PATH[#REVISION]");
  }
  const fs::path path(spec.place);
  std::error_code ignored;
  if (!repo::is_url(spec.place) && fs::is_directory(path, ignored) && !looks_like_git(path)) {
    if (!spec.revision.empty()) {
      return fail("'" + spec.place + "' is a plain directory, which has no revision '" +
                  spec.revision + "'");
    }
    TRY_ASSIGN(auto directory, repo::Directory::open(path));
    const repo::ObjectId root = directory->root();
    return opam_repository({std::move(directory), root, ""}, spec.place);
  }
  TRY_ASSIGN(auto git, mirrors_.open(spec.place));
  TRY_ASSIGN(auto revision, git->resolve(spec.revision.empty() ? "HEAD" : spec.revision));
  return opam_repository(tree_of(std::move(git), revision), spec.to_string());
}

Result<RepositoryChange> RepositoryOpener::open_change(const RepositorySpec& spec) {
  if (!spec.base) {
    return fail("'" + spec.to_string() + "' is not a change; write PATH#BASE..HEAD");
  }
  TRY_ASSIGN(auto git, mirrors_.open(spec.place));
  TRY_ASSIGN(const auto base, git->resolve(*spec.base));
  TRY_ASSIGN(const auto head, git->resolve(spec.revision.empty() ? "HEAD" : spec.revision));
  return merged(git, base, head, spec.to_string());
}

Result<RepositoryChange> RepositoryOpener::open_clone(const fs::path& path) {
  TRY_ASSIGN(auto git, mirrors_.open(path.string()));
  TRY_ASSIGN(const auto base, git->upstream());
  TRY_ASSIGN(const auto head, git->resolve("HEAD"));
  return merged(git, base, head, path.string());
}

}  // namespace oxbow::job
