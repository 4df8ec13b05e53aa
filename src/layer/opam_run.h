#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fetch/fetch.h"
#include "layer/report.h"
#include "opam/chosen_definition.h"
#include "opam/definition.h"
#include "opam/package_id.h"
#include "sandbox/sandbox.h"

namespace oxbow::layer {

/// What a run of opam came to: only outcome, trouble and message of the result are set.
struct OpamRun {
  LayerResult result;
  int status = 0;
  /// Of a failure: which of its limits it ran into. With more it may succeed.
  bool out_of_memory = false;
  bool out_of_disk = false;
};

/// The request to install one package, completed: program, environment. The log is the caller's.
sandbox::SandboxRequest opam_install(sandbox::SandboxRequest request,
                                     const opam::PackageId& package, unsigned jobs);

/// The same, at a person's terminal, and then a shell in the folder where it was built.
sandbox::SandboxRequest opam_shell(sandbox::SandboxRequest request, const opam::PackageId& package,
                                   unsigned jobs);

/// The request to install packages of the system, as root and with network.
sandbox::SandboxRequest system_install(sandbox::SandboxRequest request,
                                       const std::vector<std::string>& packages);

/// What the end of either means. Its sources were there before it began, so whatever ends opam once
/// the package's own commands may run is the package's failure: they can fill their disk, take all
/// their memory, damage the switch and kill opam itself. Before that, and where the machine is out
/// of memory, it is an infrastructure error.
OpamRun judge(const sandbox::SandboxEnd& end, const sandbox::SandboxRequest& request);

/// What the end of installing system packages means. What apt cannot resolve is the failure of the
/// package that asks for it, with apt's line as the message.
OpamRun judge_system_install(const sandbox::SandboxEnd& end,
                             const sandbox::SandboxRequest& request);

/// How opam finds a source inside the sandbox, if it is not by what the opam file itself says.
std::optional<opam::ChosenSource> chosen_source(const opam::Definition& definition,
                                                const fetch::FetchedSource& source);

}  // namespace oxbow::layer
