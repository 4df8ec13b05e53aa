#include "solve/variables.h"

#include <catch2/catch.hpp>

#include <string>

#include "tests/fakes/literal_universe.h"

using namespace oxbow;
using namespace oxbow::solve;
using opam::Variable;
using Scope = Variable::Scope;

namespace {

// What a variable holds: a string in quotes, true or false, or undefined.
std::string shown(const opam::Variables& variables, const Variable& variable) {
  const auto value = variables.lookup(variable);
  if (!value) return "undefined";
  if (const bool* const boolean = std::get_if<bool>(&*value)) return *boolean ? "true" : "false";
  return "'" + std::string(std::get<std::string_view>(*value)) + "'";
}

std::string global(const opam::Variables& variables, std::string_view name) {
  return shown(variables, {Scope::global, {}, name});
}

std::string of_package(const opam::Variables& variables, std::string_view package,
                       std::string_view name) {
  return shown(variables, {Scope::package, package, name});
}

void check_platform(const opam::Variables& variables) {
  CHECK(global(variables, "arch") == "'x86_64'");
  CHECK(global(variables, "os") == "'linux'");
  CHECK(global(variables, "os-distribution") == "'debian'");
  CHECK(global(variables, "os-family") == "'debian'");
  CHECK(global(variables, "os-version") == "'12'");
  CHECK(global(variables, "opam-version") == "'2.4.1'");
}

void check_late(const opam::Variables& variables) {
  for (const char* const name :
       {"build", "post", "with-test", "with-doc", "with-dev-setup", "dev"}) {
    INFO(name);
    CHECK(variables.is_late({Scope::global, {}, name}));
    CHECK_FALSE(variables.is_late({Scope::package, "p", name}));
    CHECK_FALSE(variables.is_late({Scope::self, {}, name}));
  }
  for (const char* const name : {"version", "name", "os", "arch", "jobs", "unknown"}) {
    INFO(name);
    CHECK_FALSE(variables.is_late({Scope::global, {}, name}));
  }
}

constexpr const char* of_system_compiler[] = {"sys-ocaml-arch", "sys-ocaml-cc", "sys-ocaml-libc",
                                              "sys-ocaml-system", "sys-ocaml-version"};

}  // namespace

TEST_CASE("the solver sees the platform, the version and the compiler's version") {
  const opam::Target target = literal_target("ocaml-variants.5.2.0+ox");
  const SolverVariables variables(target, "1.3");
  check_platform(variables);
  CHECK(global(variables, "version") == "'1.3'");
  CHECK(of_package(variables, "ocaml", "version") == "'5.2.0+ox'");
  CHECK(of_package(variables, "ocaml", "native") == "true");
  for (const char* const name : of_system_compiler) CHECK(global(variables, name) == "''");
}

TEST_CASE("the solver builds, installs afterwards, and tests nothing") {
  const opam::Target target = literal_target("ocaml.5");
  const SolverVariables variables(target, "1");
  CHECK(global(variables, "build") == "true");
  CHECK(global(variables, "post") == "true");
  CHECK(global(variables, "with-test") == "false");
  CHECK(global(variables, "with-doc") == "false");
  CHECK(global(variables, "with-dev-setup") == "false");
  check_late(variables);
}

TEST_CASE("the solver takes the version dev for a development version, whatever its spelling") {
  const opam::Target target = literal_target("ocaml.5");
  CHECK(global(SolverVariables(target, "1"), "dev") == "false");
  CHECK(global(SolverVariables(target, "dev"), "dev") == "true");
  CHECK(global(SolverVariables(target, "dev0"), "dev") == "true");  // equal in opam's order
  CHECK(global(SolverVariables(target, "dev1"), "dev") == "false");
}

TEST_CASE("the solver knows no name, no settings and no other package") {
  const opam::Target target = literal_target("ocaml.5");
  const SolverVariables variables(target, "1");
  for (const char* const name : {"name", "jobs", "make", "prefix", "root", "switch", "unknown"}) {
    INFO(name);
    CHECK(global(variables, name) == "undefined");
  }
  CHECK(of_package(variables, "ocaml", "installed") == "undefined");
  CHECK(of_package(variables, "dune", "version") == "undefined");
  CHECK(of_package(variables, "dune", "native") == "undefined");
  CHECK(of_package(variables, "ocaml", "os") == "undefined");
  CHECK(shown(variables, {Scope::self, {}, "version"}) == "undefined");
}

TEST_CASE("day10's view differs in post and dev alone") {
  const opam::Target target = literal_target("ocaml.5");
  const TreeVariables before(target, "dev", false);
  const TreeVariables after(target, "dev", true);
  CHECK(global(before, "post") == "false");
  CHECK(global(after, "post") == "true");
  CHECK(global(before, "dev") == "false");
  CHECK(global(after, "dev") == "false");
  CHECK(global(before, "build") == "true");
  CHECK(global(before, "with-test") == "false");
  CHECK(global(before, "version") == "'dev'");
  CHECK(of_package(before, "ocaml", "version") == "'5'");
  CHECK(of_package(before, "p", "post") == "undefined");
  check_platform(before);
  check_late(before);
}

TEST_CASE("a build-id sees the package itself, by each of its names") {
  const opam::Target target = literal_target("ocaml.5");
  const opam::PackageId id{"p", "1.3"};
  const BuildVariables variables(target.platform, id, false);
  check_platform(variables);
  CHECK(global(variables, "name") == "'p'");
  CHECK(global(variables, "version") == "'1.3'");
  CHECK(shown(variables, {Scope::self, {}, "name"}) == "'p'");
  CHECK(shown(variables, {Scope::self, {}, "version"}) == "'1.3'");
  CHECK(of_package(variables, "p", "version") == "'1.3'");
  CHECK(shown(variables, {Scope::self, {}, "os"}) == "undefined");
  CHECK(of_package(variables, "q", "version") == "undefined");
  CHECK(of_package(variables, "q", "name") == "undefined");
}

TEST_CASE("a build-id knows nothing of the compiler") {
  const opam::Target target = literal_target("ocaml.5");
  const opam::PackageId id{"p", "1"};
  const BuildVariables variables(target.platform, id, false);
  CHECK(of_package(variables, "ocaml", "version") == "undefined");
  CHECK(of_package(variables, "ocaml", "native") == "undefined");
  for (const char* const name : of_system_compiler) CHECK(global(variables, name) == "undefined");
}

TEST_CASE("a build-id leaves out what comes afterwards, and knows opam's settings") {
  const opam::Target target = literal_target("ocaml.5");
  const opam::PackageId id{"p", "dev"};
  const BuildVariables variables(target.platform, id, false);
  CHECK(global(variables, "build") == "true");
  CHECK(global(variables, "post") == "false");
  CHECK(global(variables, "with-test") == "false");
  CHECK(global(variables, "with-doc") == "false");
  CHECK(global(variables, "with-dev-setup") == "false");
  CHECK(global(variables, "jobs") == "'1'");
  CHECK(global(variables, "make") == "'make'");
  for (const char* const name : {"prefix", "lib", "bin", "doc", "stublibs", "root", "switch"}) {
    INFO(name);
    CHECK(global(variables, name) != "undefined");
  }
  CHECK(global(variables, "unknown") == "undefined");
  // Of the source alone, not of the version.
  CHECK(global(variables, "dev") == "false");
  CHECK(global(BuildVariables(target.platform, id, true), "dev") == "true");
  check_late(variables);
}

TEST_CASE("depexts ask for the platform alone") {
  const opam::Target target{{"ocaml", "5"}, *opam::parse_platform("ubuntu-24.04-arm64")};
  const PlatformVariables variables(target.platform);
  CHECK(global(variables, "os") == "'linux'");
  CHECK(global(variables, "os-distribution") == "'ubuntu'");
  CHECK(global(variables, "os-family") == "'debian'");
  CHECK(global(variables, "os-version") == "'24.04'");
  CHECK(global(variables, "arch") == "'arm64'");
  CHECK(global(variables, "build") == "undefined");
  CHECK(of_package(variables, "ocaml", "version") == "undefined");
  CHECK(shown(variables, {Scope::self, {}, "os"}) == "undefined");
}
