#include "solve/variables.h"

#include <algorithm>
#include <array>

#include "opam/version.h"

namespace oxbow::solve {
namespace {

using opam::Variable;
using Scope = Variable::Scope;
using VariableValue = opam::Variables::Value;

// The variables that opam gives to dependencies by name, in its second pass.
constexpr std::array<std::string_view, 6> dependency_variables = {
    "build", "post", "with-test", "with-doc", "with-dev-setup", "dev"};

bool is_dependency_variable(const Variable& variable) {
  return variable.scope == Scope::global &&
         std::find(dependency_variables.begin(), dependency_variables.end(), variable.name) !=
             dependency_variables.end();
}

std::optional<VariableValue> platform_variable(const opam::Platform& platform,
                                               std::string_view name) {
  if (name == "arch") return platform.arch;
  if (name == "os") return platform.os;
  if (name == "os-distribution") return platform.os_distribution;
  if (name == "os-version") return platform.os_version;
  if (name == "os-family") return platform.os_family;
  if (name == "opam-version") return opam_version;
  return std::nullopt;
}

}  // namespace

std::optional<VariableValue> SolverVariables::lookup(const Variable& variable) const {
  if (variable.scope == Scope::package && variable.package == "ocaml") {
    if (variable.name == "native") return true;
    if (variable.name == "version") return target_->compiler.version;
    return std::nullopt;
  }
  if (variable.scope != Scope::global) return std::nullopt;
  const std::string_view name = variable.name;
  if (name == "version") return version_;
  if (name == "build" || name == "post") return true;
  if (name == "dev") return opam::compare_versions(version_, "dev") == 0;
  if (is_dependency_variable(variable)) return false;
  // day10 defines these as empty, where opam would not define them.
  static constexpr std::array<std::string_view, 5> of_system_compiler = {
      "sys-ocaml-arch", "sys-ocaml-cc", "sys-ocaml-libc", "sys-ocaml-system", "sys-ocaml-version"};
  if (std::find(of_system_compiler.begin(), of_system_compiler.end(), name) !=
      of_system_compiler.end()) {
    return std::string_view();
  }
  return platform_variable(target_->platform, name);
}

bool SolverVariables::is_late(const Variable& variable) const {
  return is_dependency_variable(variable);
}

std::optional<VariableValue> TreeVariables::lookup(const Variable& variable) const {
  if (variable.is_global("post")) return post_;
  if (variable.is_global("dev")) return false;
  return SolverVariables::lookup(variable);
}

std::optional<VariableValue> BuildVariables::lookup(const Variable& variable) const {
  const bool own = variable.scope == Scope::self ||
                   (variable.scope == Scope::package && variable.package == package_->name);
  const bool global = variable.scope == Scope::global;
  const std::string_view name = variable.name;
  if (own || global) {
    if (name == "name") return package_->name;
    if (name == "version") return package_->version;
  }
  if (!global) return std::nullopt;
  if (name == "build") return true;
  if (name == "dev") return development_;
  if (is_dependency_variable(variable)) return false;
  // Paths of the switch and settings of opam: defined, and no package compares them with anything.
  static constexpr std::array<std::string_view, 13> paths = {
      "prefix", "lib",      "bin",      "sbin", "share", "doc",   "etc",
      "man",    "toplevel", "stublibs", "root", "exe",   "switch"};
  if (std::find(paths.begin(), paths.end(), name) != paths.end()) return std::string_view();
  if (name == "jobs") return std::string_view("1");
  if (name == "make") return std::string_view("make");
  return platform_variable(*platform_, name);
}

bool BuildVariables::is_late(const Variable& variable) const {
  return is_dependency_variable(variable);
}

std::optional<VariableValue> PlatformVariables::lookup(const Variable& variable) const {
  if (variable.scope != Scope::global) return std::nullopt;
  return platform_variable(*platform_, variable.name);
}

}  // namespace oxbow::solve
