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

/// The arguments that say where layers are built.
struct PlaceArguments {
  std::string cache;
  std::optional<sandbox::SandboxKind> kind;

  void add_to(CLI::App& command);

  /// What was asked for, or else what there is.
  Result<sandbox::SandboxKind> sandbox_kind() const;
  Result<std::unique_ptr<sandbox::Sandbox>> sandbox() const;
};

/// The arguments that say how layers are built: several subcommands have them.
struct BuildArguments : PlaceArguments {
  layer::BuildSettings with;
  std::uint64_t seconds = 3600;
  std::string configuration;  ///< the file whose [cache] and [fetch] count; the user's if empty

  void add_to(CLI::App& command);

  /// What the configuration says of this machine.
  Result<BuildConfiguration> read_configuration() const;
  /// With what that says of fetching.
  layer::BuildSettings settings(const BuildConfiguration& read) const;
};

/// A runner whose steps are processes of this program, `oxbow build-layer`, in a cache.
schedule::LocalRunner local_runner(const std::string& cache,
                                   std::optional<sandbox::SandboxKind> kind,
                                   const job::LayerSteps& steps, int interruption);

}  // namespace oxbow::cli
