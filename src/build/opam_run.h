#pragma once

#include <optional>
#include <string>
#include <vector>

#include "build/fetch.h"
#include "build/sandbox.h"
#include "build/step_graph.h"
#include "opam/chosen_definition.h"
#include "opam/definition.h"
#include "opam/package_id.h"

namespace oxbow::build {

/// What a run of opam came to: only outcome, trouble and message of the result are set.
struct OpamRun {
  StepResult result;
  int status = 0;
};

/// The request to install one package, completed: program, environment. The log is the caller's.
SandboxRequest opam_install(SandboxRequest request, const opam::PackageId& package, unsigned jobs);

/// The same, at a person's terminal, and then a shell in the folder where it was built.
SandboxRequest opam_shell(SandboxRequest request, const opam::PackageId& package, unsigned jobs);

/// The request to install packages of the system, as root and with network.
SandboxRequest system_install(SandboxRequest request, const std::vector<std::string>& packages);

/// What the end of either means: which of opam's exit codes are the package's fault, and what was
/// trouble of ours.
/// Source: opam 2.4.1 src/core/opamStd.ml, `Sys.get_exit_code`.
OpamRun judge(const SandboxEnd& end, const SandboxRequest& request);

/// How opam finds a source inside the sandbox, if it is not by what the opam file itself says.
std::optional<opam::ChosenSource> chosen_source(const opam::Definition& definition,
                                                const FetchedSource& source);

}  // namespace oxbow::build
