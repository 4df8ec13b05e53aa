#include "repo/stack.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "base/parallel.h"
#include "opam/package_id.h"
#include "opam/parser.h"

namespace oxbow::repo {
namespace {

struct Candidate {
  const PackageEntry* entry;
  std::size_t repository;
};

// By name and version, the more important repository first.
bool comes_before(const Candidate& x, const Candidate& y) {
  if (x.entry->name != y.entry->name) {
    return opam::compare_names(x.entry->name, y.entry->name) < 0;
  }
  if (x.entry->version != y.entry->version) return x.entry->version < y.entry->version;
  return x.repository < y.repository;
}

bool same_package(const Candidate& x, const Candidate& y) {
  return x.entry->name == y.entry->name && x.entry->version == y.entry->version;
}

std::unique_ptr<const Parsed> too_large() {
  auto parsed = std::make_unique<Parsed>();
  parsed->error = {
      0, "larger than " + std::to_string(opam::max_source >> 20U) + " MiB, which no opam file is"};
  return parsed;
}

Result<std::unique_ptr<const Parsed>> parse_blob(const TreeSource& source, const ObjectId& blob,
                                                 Trust trust) {
  if (trust == Trust::proposed) {
    const auto size = source.size(blob);
    if (!size) return std::unexpected(size.error());
    if (*size > opam::max_source) return too_large();
  }
  auto text = source.read(blob, unlimited);
  if (!text) return std::unexpected(std::move(text.error()));
  if (text->size() > opam::max_source) return too_large();
  auto parsed = std::make_unique<Parsed>();
  auto definition = opam::Definition::parse(std::move(*text));
  if (definition) {
    parsed->definition = std::move(*definition);
    return parsed;
  }
  parsed->error = std::move(definition.error());
  if (auto again = source.read(blob, unlimited)) parsed->source = std::move(*again);
  return parsed;
}

}  // namespace

Result<void> DefinitionCache::load(
    std::span<const ObjectId> blobs, std::span<const TreeSource* const> sources, Trust trust,
    const std::function<void(std::size_t done, std::size_t of)>& done) {
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    if (known_.try_emplace(blobs[i]).second) missing.push_back(i);
  }
  std::vector<std::unique_ptr<const Parsed>> parsed(missing.size());
  std::optional<Error> error;
  std::mutex error_mutex;
  std::atomic<std::size_t> count{0};
  parallel_for(missing.size(), 64, worker_count(), [&] {
    return [&](std::size_t i) {
      auto one = parse_blob(*sources[missing[i]], blobs[missing[i]], trust);
      if (one) {
        parsed[i] = std::move(*one);
      } else {
        const std::lock_guard lock(error_mutex);
        if (!error) error = std::move(one.error());
      }
      const std::size_t so_far = ++count;
      if (done && so_far % 256 == 0) done(so_far, missing.size());
    };
  });
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (error) {
      known_.erase(blobs[missing[i]]);
    } else {
      known_[blobs[missing[i]]] = std::move(parsed[i]);
    }
  }
  if (error) return std::unexpected(std::move(*error));
  return {};
}

Result<Stack> load_stack(std::span<const State> repositories, DefinitionCache& cache, Trust trust,
                         const std::function<void(std::size_t done, std::size_t of)>& done) {
  std::vector<Candidate> all;
  for (std::size_t i = 0; i < repositories.size(); ++i) {
    for (const PackageEntry* const entry : repositories[i].snapshot.packages()) {
      all.push_back({entry, i});
    }
  }
  std::sort(all.begin(), all.end(), comes_before);
  all.erase(std::unique(all.begin(), all.end(), same_package), all.end());

  std::vector<ObjectId> blobs;
  std::vector<const TreeSource*> sources;
  for (const Candidate& candidate : all) {
    blobs.push_back(candidate.entry->opam);
    sources.push_back(&repositories[candidate.repository].source);
  }
  if (auto loaded = cache.load(blobs, sources, trust, done); !loaded) {
    return std::unexpected(std::move(loaded.error()));
  }
  Stack stack;
  stack.packages.reserve(all.size());
  stack.origins.reserve(all.size());
  for (const Candidate& candidate : all) {
    stack.packages.push_back({{candidate.entry->name, candidate.entry->version},
                              cache.get(candidate.entry->opam).definition});
    stack.origins.push_back({candidate.repository, candidate.entry});
  }
  return stack;
}

}  // namespace oxbow::repo
