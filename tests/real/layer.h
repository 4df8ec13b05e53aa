#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/report.h"
#include "layer/task.h"
#include "tests/real/world.h"

namespace oxbow::real {

/// A package on its own, "NAME.VERSION", with these fields of its opam file: what `oxbow
/// build-layer` is given. Its key is "layer-NAME.VERSION".
layer::Recipe layer_spec(std::string_view id, std::string_view fields = "");

/// One that is built by a shell script, which is run in the package's folder.
layer::Recipe scripted(std::string_view id, std::string_view script);

/// Has `spec` stand on another, and on what that stands on.
void depend(layer::Recipe& spec, const layer::Recipe& on);

inline constexpr std::uint64_t mib = std::uint64_t{1} << 20;
inline constexpr std::uint64_t gib = std::uint64_t{1} << 30;

/// What `oxbow build-layer` came to.
struct BuiltLayer {
  std::string outcome;  ///< "OUTCOME" or "OUTCOME (TROUBLE)"
  layer::LayerReport report;
  int code = -1;

  bool found() const { return report.result.found; }
  const std::string& message() const { return report.result.message; }
};

/// Builder runs `oxbow build-layer` on a cache of its own.
class Builder {
 public:
  explicit Builder(std::string sandbox = "bwrap") : sandbox_(std::move(sandbox)) {}

  BuiltLayer build(const layer::Recipe& spec, const layer::BuildSettings& settings = {},
                   const e2e::Around& around = {}) const;

  /// What the build printed that left a layer, or else "".
  std::string log(const layer::Recipe& spec) const;
  std::filesystem::path layer(const layer::Recipe& spec) const;

  const Cache& cache() const { return cache_; }
  const e2e::Program& program() const { return program_; }
  const std::string& sandbox() const { return sandbox_; }
  /// A folder for what a test needs beside the cache.
  const ScratchFolder& folder() const { return folder_; }

 private:
  std::string sandbox_;
  Cache cache_;
  e2e::Program program_;
  ScratchFolder folder_;
};

}  // namespace oxbow::real
