#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "opam/package.h"

namespace oxbow::plan {

/// The digests of a package's effective part: what build-ids and day10's keys are made of.
struct EffectiveDigest {
  std::string sha256;
  std::string md5;
};

/// EffectiveDigests computes them when they are first asked for and keeps them, for all states of a
/// repository: they depend on the definition and the package's name and version alone. Safe to use
/// from several threads.
class EffectiveDigests {
 public:
  const EffectiveDigest& of(const opam::Package& package);

 private:
  struct Entry {
    opam::Package package;  // keeps the definition, whose address is the key
    EffectiveDigest digest;
  };

  std::mutex mutex_;
  std::unordered_multimap<const opam::Outline*, std::unique_ptr<const Entry>> known_;
};

}  // namespace oxbow::plan
