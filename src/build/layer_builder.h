#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "build/build_root.h"
#include "build/fetch.h"
#include "build/layer_spec.h"
#include "build/layer_store.h"
#include "build/opam_run.h"
#include "build/sandbox.h"
#include "build/source_cache.h"
#include "build/step_report.h"

namespace oxbow::build {

/// How layers are built: what the person who runs oxbow decides.
struct BuildSettings {
  Limits limits;
  FetchSettings fetch;
  unsigned jobs = 1;  ///< that a build may run at once (opam's `jobs`)
  LayerStore::Wait if_busy = LayerStore::Wait::yes;
  bool rebuild_failed = false;  ///< build a layer again that is there as a failure
  int interruption = -1;        ///< when this descriptor is readable, a build ends as cancelled
};

/// Whether a layer stays as it is, so that there is nothing to build.
bool is_settled(const LayerRecord& record, const BuildSettings& settings);

/// LayerBuilder builds one layer: fetches its sources, mounts what it stands on, runs opam in a
/// sandbox, keeps what that added, and puts it into the store. Needs own_mounts(). For one thread.
class LayerBuilder {
 public:
  LayerBuilder(const LayerStore& store, const SourceCache& sources, Sandbox& sandbox,
               BuildSettings settings)
      : store_(&store), sources_(&sources), sandbox_(&sandbox), settings_(std::move(settings)) {}

  /// Builds the layer if it is not there. What goes wrong around it is an outcome, too.
  StepReport build(const LayerSpec& spec);

  /// Builds a layer without keeping it, and then starts a shell where it was built, for a person
  /// at a terminal; returns the shell's exit code.
  Result<int> shell(const LayerSpec& spec);

 private:
  // An error that ends the step: trouble, or what the package is to blame for.
  struct Stop {
    plan::Outcome outcome = plan::Outcome::internal_error;
    plan::Trouble trouble = plan::Trouble::sandbox;
    std::string message;
  };
  template <typename T>
  using Step = std::expected<T, Stop>;

  static Stop stop(Error error);

  using CompleteRequest = std::function<SandboxRequest(SandboxRequest)>;

  Result<std::optional<FileLock>> lock(const std::string& key, LayerStore::Wait wait) const;
  Step<StepResult> make(const LayerSpec& spec);
  Step<OpamRun> run_in_root(const LayerSpec& spec, const std::string& opam,
                            std::vector<std::filesystem::path> lowers,
                            const std::filesystem::path& draft, const CompleteRequest& complete);
  Step<bool> is_made(const LayerSpec& spec, StepResult& result);
  Step<std::string> chosen_opam(const LayerSpec& spec);
  Step<std::vector<std::filesystem::path>> lowers(const LayerSpec& spec);
  Step<std::filesystem::path> system_layer(const std::vector<std::string>& packages);
  Step<void> install_system_packages(const std::vector<std::string>& packages,
                                     const std::string& key);
  Step<void> commit(const LayerSpec& spec, Draft draft, const StepResult& result, int status);

  const LayerStore* store_;
  const SourceCache* sources_;
  Sandbox* sandbox_;
  BuildSettings settings_;
};

}  // namespace oxbow::build
