#include "build/bubblewrap.h"

#include "build/contained_process.h"
#include "build/control_group.h"

namespace oxbow::build {
namespace {

// What dpkg and maintainers' scripts need of root's power: to own and to become.
constexpr auto capabilities = {"CAP_CHOWN",  "CAP_DAC_OVERRIDE", "CAP_FOWNER",    "CAP_FSETID",
                               "CAP_SETGID", "CAP_SETUID",       "CAP_SYS_CHROOT"};

std::vector<std::string> arguments(const std::string& program, const SandboxRequest& request) {
  std::vector<std::string> result = {program,         "--die-with-parent", "--unshare-ipc",
                                     "--unshare-pid", "--unshare-uts",     "--hostname",
                                     "oxbow"};
  const auto add = [&](std::initializer_list<std::string> more) {
    result.insert(result.end(), more);
  };
  if (request.identity == Identity::opam) {
    add({"--unshare-user", "--unshare-net", "--unshare-cgroup-try"});
  } else {
    for (const char* const capability : capabilities) add({"--cap-add", capability});
  }
  if (!request.terminal) add({"--new-session"});
  add({"--bind", request.root.string(), "/", "--proc", "/proc", "--dev", "/dev"});
  for (const Bind& bind : request.binds) {
    add({bind.read_only ? "--ro-bind" : "--bind", bind.source.string(), bind.target});
  }
  add({"--clearenv"});
  for (const std::string& variable : request.environment) {
    const std::size_t equal = variable.find('=');
    add({"--setenv", variable.substr(0, equal), variable.substr(equal + 1)});
  }
  add({"--chdir", request.directory, "--"});
  result.insert(result.end(), request.arguments.begin(), request.arguments.end());
  return result;
}

}  // namespace

Result<SandboxEnd> Bubblewrap::run(const SandboxRequest& request) {
  // Without control groups there are limits on each process, which is less, but all there is.
  const auto group = ControlGroup::make(request.limits.memory, request.limits.processes);
  ContainedProcess process;
  process.arguments = arguments(program_, request);
  process.as_opam = request.identity == Identity::opam;
  process.request = &request;
  process.group = group ? &*group : nullptr;
  return run_contained(process);
}

}  // namespace oxbow::build
