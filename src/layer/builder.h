#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cache/store.h"
#include "fetch/source_cache.h"
#include "layer/build_root.h"
#include "layer/opam_run.h"
#include "layer/recipe.h"
#include "layer/report.h"
#include "layer/settings.h"
#include "sandbox/sandbox.h"

namespace oxbow::layer {

/// What of a build is the building process's own.
struct BuildProcess {
  cache::LayerStore::Wait if_busy = cache::LayerStore::Wait::yes;  ///< another builds the layer
  int interruption = -1;  ///< when this descriptor is readable, a build ends as cancelled
};

/// Whether a layer stays as it is, so that there is nothing to build.
bool is_settled(const cache::LayerRecord& record, const BuildSettings& settings);

/// LayerBuilder builds one layer: fetches its sources, mounts what it stands on, runs opam in a
/// sandbox, keeps what that added, and puts it into the store. Needs own_mounts(). For one thread.
class LayerBuilder {
 public:
  LayerBuilder(const cache::LayerStore& store, const fetch::SourceCache& sources,
               sandbox::Sandbox& sandbox, BuildSettings settings, BuildProcess process)
      : store_(&store),
        sources_(&sources),
        sandbox_(&sandbox),
        settings_(std::move(settings)),
        process_(process) {}

  /// Builds the layer if it is not there. What goes wrong around it is an outcome, too.
  LayerReport build(const Recipe& spec);

  /// Builds a layer without keeping it, and then starts a shell where it was built, for a person
  /// at a terminal; returns the shell's exit code.
  Result<int> shell(const Recipe& spec);

 private:
  // An error that ends the step: trouble, or what the package is to blame for.
  struct Stop {
    verdict::Outcome outcome = verdict::Outcome::internal_error;
    verdict::Trouble trouble = verdict::Trouble::sandbox;
    std::string message;
    /// A failure that the package's layer is to say, with its log.
    std::optional<OpamRun> kept = {};
  };
  template <typename T>
  using Step = std::expected<T, Stop>;

  static Stop stop(Error error);

  using Judge = OpamRun(const sandbox::SandboxEnd&, const sandbox::SandboxRequest&);
  using CompleteRequest = std::function<sandbox::SandboxRequest(sandbox::SandboxRequest)>;

  Result<std::optional<FileLock>> lock(const std::string& key, cache::LayerStore::Wait wait) const;
  Step<LayerResult> make(const Recipe& spec);
  Step<OpamRun> run_in_root(const Recipe& spec, const std::string& opam,
                            std::vector<std::filesystem::path> lowers,
                            const std::filesystem::path& draft, const CompleteRequest& complete,
                            Judge* judge);
  Step<bool> is_made(const Recipe& spec, LayerResult& result);
  Step<std::string> chosen_opam(const Recipe& spec);
  Step<std::vector<std::filesystem::path>> lowers(const Recipe& spec,
                                                  const std::filesystem::path& log);
  Step<std::filesystem::path> system_layer(const std::vector<std::string>& packages,
                                           const std::filesystem::path& log);
  Step<void> install_system_packages(const std::vector<std::string>& packages,
                                     const std::string& key, const std::filesystem::path& log);
  Step<void> commit(const Recipe& spec, cache::Draft draft, const OpamRun& run);

  const cache::LayerStore* store_;
  const fetch::SourceCache* sources_;
  sandbox::Sandbox* sandbox_;
  BuildSettings settings_;
  BuildProcess process_;
};

}  // namespace oxbow::layer
