#include "job/changes.h"

#include <algorithm>
#include <utility>

#include "opam/changed_fields.h"
#include "plan/package_check.h"
#include "repo/snapshot.h"

namespace oxbow::job {
namespace {

constexpr std::size_t largest_file = std::size_t{64} << 20U;

std::string directory_of(const opam::PackageId& id) {
  return "packages/" + id.name + "/" + id.to_string();
}

plan::ChangeKind kind_of(repo::PackageChangeKind kind) {
  switch (kind) {
    case repo::PackageChangeKind::added: return plan::ChangeKind::added;
    case repo::PackageChangeKind::removed: return plan::ChangeKind::removed;
    case repo::PackageChangeKind::changed: return plan::ChangeKind::changed;
    case repo::PackageChangeKind::renamed: return plan::ChangeKind::renamed;
  }
  std::abort();
}

plan::ChangeKind kind_of(repo::PathChangeKind kind) {
  switch (kind) {
    case repo::PathChangeKind::added: return plan::ChangeKind::added;
    case repo::PathChangeKind::removed: return plan::ChangeKind::removed;
    case repo::PathChangeKind::modified: return plan::ChangeKind::changed;
  }
  std::abort();
}

class ChangeFinder {
 public:
  ChangeFinder(const State& before, const State& after, StateLoader& loader)
      : before_(&before), after_(&after), loader_(&loader) {}

  Result<Changes> find() {
    auto found = repo::difference({*before_->trees().front().source, before_->snapshot(0)},
                                  {*after_->trees().front().source, after_->snapshot(0)});
    if (!found) return std::unexpected(std::move(found.error()));
    changes_.other_paths = found->other_paths;
    for (std::size_t i = 0; i < found->packages.size(); ++i) {
      loader_->progress().at("checking what changed", i, found->packages.size());
      TRY(add(found->packages[i]));
    }
    add_oddities();
    return std::move(changes_);
  }

 private:
  Result<void> add(const repo::PackageChange& found) {
    plan::Change change;
    change.package = found.package;
    change.kind = kind_of(found.kind);
    change.former = found.former;
    for (const repo::PathChange& file : found.files) {
      change.files.push_back({file.path, kind_of(file.kind)});
    }
    changes_.touched.insert(change.package);
    if (change.former) changes_.touched.insert(*change.former);

    const opam::PackageId& former_id = change.former ? *change.former : change.package;
    const repo::PackageEntry* const old_entry =
        before_->snapshot(0).find(former_id.name, former_id.version);
    const repo::PackageEntry* const new_entry =
        after_->snapshot(0).find(change.package.name, change.package.version);
    if (old_entry != nullptr && new_entry != nullptr) {
      compare(change, loader_->parsed(old_entry->opam), loader_->parsed(new_entry->opam));
    }
    if (new_entry != nullptr) {
      TRY(check(*new_entry, change));
    }
    changes_.packages.push_back(std::move(change));
    return {};
  }

  void compare(plan::Change& change, const repo::Parsed& old_file, const repo::Parsed& new_file) {
    if (old_file.definition == nullptr || new_file.definition == nullptr) return;
    change.fields =
        opam::changed_fields(*old_file.definition->whole(), *new_file.definition->whole());
    if (change.kind != plan::ChangeKind::changed) return;
    const auto digest = [&](const repo::Parsed& file) {
      return loader_->digests().of({change.package, file.definition}).sha256;
    };
    change.affects_build = digest(old_file) != digest(new_file);
  }

  Result<void> check(const repo::PackageEntry& entry, const plan::Change& change) {
    const std::string directory = directory_of(change.package);
    const repo::Parsed& parsed = loader_->parsed(entry.opam);
    if (parsed.definition == nullptr) {
      changes_.findings.push_back(
          plan::unreadable(directory + "/opam", parsed.source, parsed.error));
      return {};
    }
    TRY_ASSIGN(auto files, read_files(entry));
    auto findings = plan::check_package(directory, *parsed.definition->whole(), files);
    std::ranges::move(findings, std::back_inserter(changes_.findings));
    if (!change.affects_build && change.files.empty() && !change.fields.empty()) {
      std::string fields;
      for (const std::string& field : change.fields) fields += (fields.empty() ? "" : ", ") + field;
      changes_.findings.push_back({directory + "/opam", 1, plan::Level::note,
                                   "only " + fields + " differs, which no build sees: 0 rebuilds",
                                   ""});
    }
    return {};
  }

  Result<std::vector<plan::CheckedFile>> read_files(const repo::PackageEntry& entry) const {
    std::vector<plan::CheckedFile> files;
    if (!entry.files) return files;
    const repo::TreeSource& source = *after_->trees().front().source;
    TRY_ASSIGN(const auto listed, repo::files(source, *entry.files));
    for (const repo::ExtraFile& file : listed) {
      plan::CheckedFile checked{file.path, std::nullopt, ""};
      if (file.kind != repo::EntryKind::file) {
        checked.problem = file.kind == repo::EntryKind::symlink
                              ? "this is a symlink; oxbow does not follow it"
                              : "this is a submodule, which opam does not fetch";
      } else if (const auto size = source.size(file.id); size && *size > largest_file) {
        checked.problem =
            "this file has " + std::to_string(*size >> 20U) + " MiB; its checksum is not verified";
      } else {
        TRY_ASSIGN(auto content, source.read(file.id, largest_file));
        checked.content = std::move(content);
      }
      files.push_back(std::move(checked));
    }
    return files;
  }

  // What is laid out wrongly now and was not before.
  void add_oddities() {
    const auto& known = before_->snapshot(0).oddities();
    for (const repo::Oddity& oddity : after_->snapshot(0).oddities()) {
      if (std::ranges::find(known, oddity) != known.end()) continue;
      changes_.findings.push_back({oddity.path, 1, plan::Level::warning, oddity.message, ""});
    }
  }

  const State* before_;
  const State* after_;
  StateLoader* loader_;
  Changes changes_;
};

}  // namespace

Result<Changes> find_changes(const State& before, const State& after, StateLoader& loader) {
  return ChangeFinder(before, after, loader).find();
}

}  // namespace oxbow::job
