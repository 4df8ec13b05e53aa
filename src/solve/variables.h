#pragma once

#include <optional>
#include <string_view>

#include "opam/filter.h"
#include "opam/target.h"

/// What variables hold in the three places where dependencies are filtered, and in depexts. They
/// differ, and each is as the reference has it.
namespace oxbow::solve {

/// The version of opam whose behaviour is reproduced, as `opam-version` says it.
inline constexpr std::string_view opam_version = "2.4.1";

/// What the solver sees of a package: the compiler's version as `ocaml:version`, `build` and
/// `post` dependencies included, tests and documentation left out.
/// Source: day10 bin/dir_context.ml, bin/util.ml; opam-0install-solver lib/model.ml.
class SolverVariables : public opam::Variables {
 public:
  SolverVariables(const opam::Target& target, std::string_view version)
      : target_(&target), version_(version) {}

  std::optional<Value> lookup(const opam::Variable& variable) const override;
  bool is_late(const opam::Variable& variable) const override;

 protected:
  const opam::Target& target() const { return *target_; }

 private:
  const opam::Target* target_;
  std::string_view version_;
};

/// What day10 sees when it looks for dependencies that are needed only after a package is there.
/// Source: day10 bin/main.ml.
class TreeVariables final : public SolverVariables {
 public:
  TreeVariables(const opam::Target& target, std::string_view version, bool post)
      : SolverVariables(target, version), post_(post) {}

  std::optional<Value> lookup(const opam::Variable& variable) const override;

 private:
  bool post_;
};

/// What opam sees when it computes a build-id outside of a switch: no `post` dependencies, and
/// nothing known of any other package.
/// Source: opam 2.4.1 src/state/opamPackageVar.ml, `build_id`.
class BuildVariables final : public opam::Variables {
 public:
  BuildVariables(const opam::Platform& platform, const opam::PackageId& package, bool development)
      : platform_(&platform), package_(&package), development_(development) {}

  std::optional<Value> lookup(const opam::Variable& variable) const override;
  bool is_late(const opam::Variable& variable) const override;

 private:
  const opam::Platform* platform_;
  const opam::PackageId* package_;
  bool development_;
};

/// What of its variables opam knows of the platform itself, which is what depexts ask for.
class PlatformVariables final : public opam::Variables {
 public:
  explicit PlatformVariables(const opam::Platform& platform) : platform_(&platform) {}

  std::optional<Value> lookup(const opam::Variable& variable) const override;

 private:
  const opam::Platform* platform_;
};

}  // namespace oxbow::solve
