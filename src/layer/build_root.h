#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "layer/recipe.h"
#include "sandbox/sandbox.h"

namespace oxbow::layer {

/// What a build root is made of. The folders are real ones, outside of what a build can touch.
struct BuildRootParts {
  std::vector<std::filesystem::path> lowers;  ///< the topmost first, the base last
  std::filesystem::path sources;              ///< the source cache
  std::filesystem::path at;                   ///< an empty folder to mount it on
};

/// Why what a package installed is not kept.
struct KeepFailure {
  enum class Kind : std::uint8_t {
    package,    ///< nobody could keep it
    too_big,    ///< it is more than the disk that a build has
    time_over,  ///< copying it takes longer than is left of the step's time
    ours,
  };
  Kind kind = Kind::ours;
  std::string message;
};

/// BuildRoot is the root file system that one package is built on, mounted: the layers that it
/// needs, opam's state in it, and room for what is written. Everything that is written is in
/// memory. Needs own_mounts(); unmounted with this object.
class BuildRoot {
 public:
  /// `opam` is the text that opam is to see (opam/chosen_definition.h).
  static Result<BuildRoot> mount(const Recipe& spec, const std::string& opam,
                                 const BuildRootParts& parts, const sandbox::Limits& limits);

  BuildRoot(BuildRoot&& other) noexcept
      : at_(std::exchange(other.at_, {})), sources_(std::move(other.sources_)) {}
  BuildRoot& operator=(BuildRoot&&) = delete;
  ~BuildRoot();

  /// A request to run something in it, as the user opam. Its arguments and log are the caller's.
  sandbox::SandboxRequest request(const sandbox::Limits& limits) const;

  /// Moves what installing `package` added into the new folder `to`, without what opam and others
  /// only keep for themselves, within this time.
  std::expected<void, KeepFailure> keep(const opam::PackageId& package,
                                        const std::filesystem::path& to,
                                        std::chrono::milliseconds time) const;

  /// What was written, for who runs something else in it than opam.
  std::filesystem::path upper() const { return at_ / "upper"; }

 private:
  std::expected<void, KeepFailure> check_size() const;
  BuildRoot(std::filesystem::path at, std::filesystem::path sources)
      : at_(std::move(at)), sources_(std::move(sources)) {}

  std::filesystem::path at_;
  std::filesystem::path sources_;
};

/// Where the user opam has its things.
inline constexpr std::string_view opam_home = "/home/opam";
inline constexpr std::string_view opam_root = "/home/opam/.opam";

}  // namespace oxbow::layer
