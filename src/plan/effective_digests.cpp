#include "plan/effective_digests.h"

#include <utility>

#include "base/hash.h"
#include "opam/effective.h"

namespace oxbow::plan {

const EffectiveDigest& EffectiveDigests::of(const opam::Package& package) {
  const opam::Outline* const definition = package.definition.get();
  const auto find = [&]() -> const Entry* {
    const auto [first, last] = known_.equal_range(definition);
    for (auto at = first; at != last; ++at) {
      if (at->second->package.id == package.id) return at->second.get();
    }
    return nullptr;
  };
  {
    const std::lock_guard lock(mutex_);
    if (const Entry* const entry = find()) return entry->digest;
  }
  const std::string text =
      opam::effective_part(*definition->whole(), package.id.name, package.id.version);
  auto made =
      std::make_unique<const Entry>(package, EffectiveDigest{sha256_hex(text), md5_hex(text)});
  const std::lock_guard lock(mutex_);
  if (const Entry* const entry = find()) return entry->digest;
  return known_.emplace(definition, std::move(made))->second->digest;
}

}  // namespace oxbow::plan
