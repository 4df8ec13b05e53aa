#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/configuration.h"
#include "job/layer_run.h"
#include "layer/builder.h"
#include "sandbox/kind.h"
#include "schedule/local_runner.h"

namespace oxbow::cli {

/// The arguments that say how layers are built: several subcommands have them.
struct BuildArguments {
  std::string cache;
  std::optional<sandbox::SandboxKind> kind;
  layer::BuildSettings with;
  std::uint64_t seconds = 3600;
  std::string configuration;  ///< the file whose [cache] and [fetch] count; the user's if empty

  void add_to(CLI::App& command);

  /// What was asked for, or else what there is.
  Result<sandbox::SandboxKind> sandbox_kind() const;
  Result<std::unique_ptr<sandbox::Sandbox>> sandbox() const;
  /// With what the configuration says of fetching.
  Result<layer::BuildSettings> settings() const;

  /// How layers are named in the cache, by the configuration.
  Result<job::KeyKind> keys() const;

  /// The same as arguments of `oxbow build-layer`.
  std::vector<std::string> for_build_layer() const;

 private:
  Result<BuildConfiguration> read_configuration() const;
};

/// What `oxbow build-layer` reads for each of the steps.
schedule::LocalRunner::Input input_of(const job::LayerSteps& steps);

}  // namespace oxbow::cli
