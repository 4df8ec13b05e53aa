#pragma once

#include <catch2/catch.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "job/plan.h"
#include "tests/fakes/literal_universe.h"
#include "tests/fakes/memory_tree.h"

namespace oxbow::job {

/// A tree that counts the reads of each blob.
class CountingTree final : public repo::TreeSource {
 public:
  explicit CountingTree(const std::vector<repo::MemoryFile>& files) : tree_(files) {
    for (const repo::MemoryFile& file : files) reads_[repo::blob_id(file.content).hex()] = 0;
  }

  const repo::ObjectId& root() const { return tree_.root(); }
  Result<std::vector<repo::TreeEntry>> list(const repo::ObjectId& tree) const override {
    return tree_.list(tree);
  }
  Result<std::string> read(const repo::ObjectId& blob, std::size_t limit) const override {
    ++reads_.at(blob.hex());
    return tree_.read(blob, limit);
  }
  Result<std::size_t> size(const repo::ObjectId& blob) const override { return tree_.size(blob); }

  /// How often files of this content were read.
  int reads(std::string_view content) const {
    return reads_.at(repo::blob_id(std::string(content)).hex());
  }
  int all_reads() const {
    int all = 0;
    for (const auto& [id, count] : reads_) all += count;
    return all;
  }

 private:
  repo::MemoryTree tree_;
  mutable std::map<std::string, std::atomic<int>> reads_;
};

/// An opam file's path and content, as a literal package is written to a repository.
inline repo::MemoryFile opam_file(const opam::LiteralPackage& package) {
  const std::string name = package.id.substr(0, package.id.find('.'));
  return {"packages/" + name + "/" + package.id + "/opam",
          "opam-version: \"2.0\"\n" + package.fields};
}

/// The files of a repository of such packages, and `more` of them.
inline std::vector<repo::MemoryFile> repository_files(
    std::string_view text, const std::vector<repo::MemoryFile>& more = {}) {
  std::vector<repo::MemoryFile> files;
  for (const opam::LiteralPackage& package : opam::split_packages(text)) {
    files.push_back(opam_file(package));
  }
  files.insert(files.end(), more.begin(), more.end());
  return files;
}

/// A repository in memory, at a made-up commit.
inline RepositoryTree literal_repository(const std::vector<repo::MemoryFile>& files,
                                         std::string commit) {
  auto tree = std::make_shared<CountingTree>(files);
  const repo::ObjectId root = tree->root();
  return {std::move(tree), root, std::move(commit)};
}
inline RepositoryTree literal_repository(std::string_view text, std::string commit) {
  return literal_repository(repository_files(text), std::move(commit));
}

inline const CountingTree& counting(const RepositoryTree& repository) {
  return dynamic_cast<const CountingTree&>(*repository.source);
}

/// A change to a repository above one that holds the compilers.
inline PlanRequest literal_request(RepositoryTree before, RepositoryTree after,
                                   std::string_view lower = "ocaml.5\nocaml.4\n") {
  PlanRequest request;
  request.place = "overlay";
  request.change = {std::move(before), std::move(after)};
  request.lower_places = {"lower"};
  request.lower = {literal_repository(lower, "lower commit")};
  request.targets = {solve::literal_target("ocaml.5")};
  return request;
}
inline PlanRequest literal_request(std::string_view before, std::string_view after,
                                   std::string_view lower = "ocaml.5\nocaml.4\n") {
  return literal_request(literal_repository(before, "base commit"),
                         literal_repository(after, "head commit"), lower);
}

}  // namespace oxbow::job
