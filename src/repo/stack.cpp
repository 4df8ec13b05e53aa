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

// What one repository of the stack has of a name.
struct Share {
  const NameDirectory* directory;
  std::size_t repository;
};

bool comes_before(const Share& x, const Share& y) {
  const int order = opam::compare_names(x.directory->name, y.directory->name);
  return order != 0 ? order < 0 : x.repository < y.repository;
}

// The versions of a name in the repositories that have it, the most important first.
void add_versions(std::span<const Share> shares, std::vector<PackageOrigin>& origins) {
  const std::size_t begin = origins.size();
  for (const Share& share : shares) {
    for (const PackageEntry& entry : share.directory->versions) {
      origins.push_back({share.repository, &entry});
    }
  }
  if (shares.size() == 1) return;
  const auto first = origins.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto version = [](const PackageOrigin& origin) -> const std::string& {
    return origin.entry->version;
  };
  std::ranges::stable_sort(first, origins.end(), {}, version);
  const auto repeated = std::ranges::unique(first, origins.end(), {}, version);
  origins.erase(repeated.begin(), repeated.end());
}

Parsed too_large() {
  Parsed parsed;
  parsed.error = {
      0, "larger than " + std::to_string(opam::max_source >> 20U) + " MiB, which no opam file is"};
  return parsed;
}

Result<Parsed> parse_blob(const TreeSource& source, const ObjectId& blob, Trust trust,
                          opam::OutlineReader& reader) {
  if (trust == Trust::proposed) {
    TRY_ASSIGN(const auto size, source.size(blob));
    if (size > opam::max_source) return too_large();
  }
  TRY_ASSIGN(auto text, source.read(blob, unlimited));
  if (text.size() > opam::max_source) return too_large();
  Parsed parsed;
  auto outline = reader.read(text);
  if (outline) {
    parsed.definition = std::move(*outline);
  } else {
    parsed.error = std::move(outline.error());
    parsed.source = std::move(text);
  }
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
  std::vector<Parsed> parsed(missing.size());
  std::optional<Error> error;
  std::mutex error_mutex;
  std::atomic<std::size_t> count{0};
  parallel_for(missing.size(), 64, worker_count(), [&] {
    return [&, reader = opam::OutlineReader()](std::size_t i) mutable {
      auto one = parse_blob(*sources[missing[i]], blobs[missing[i]], trust, reader);
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
  std::vector<Share> shares;
  for (std::size_t i = 0; i < repositories.size(); ++i) {
    for (const auto& directory : repositories[i].snapshot.names()) {
      shares.push_back({directory.get(), i});
    }
  }
  std::sort(shares.begin(), shares.end(), comes_before);

  Stack stack;
  for (std::size_t begin = 0; begin < shares.size();) {
    std::size_t end = begin + 1;
    while (end < shares.size() && shares[end].directory->name == shares[begin].directory->name) {
      ++end;
    }
    add_versions(std::span(shares).subspan(begin, end - begin), stack.origins);
    begin = end;
  }
  std::vector<ObjectId> blobs;
  std::vector<const TreeSource*> sources;
  for (const PackageOrigin& origin : stack.origins) {
    blobs.push_back(origin.entry->opam);
    sources.push_back(&repositories[origin.repository].source);
  }
  TRY(cache.load(blobs, sources, trust, done));
  stack.packages.reserve(stack.origins.size());
  for (const PackageOrigin& origin : stack.origins) {
    stack.packages.push_back(
        {{origin.entry->name, origin.entry->version}, cache.get(origin.entry->opam).definition});
  }
  return stack;
}

}  // namespace oxbow::repo
