#include "sandbox/bubblewrap.h"

#include "base/file.h"
#include "sandbox/contained_process.h"
#include "sandbox/control_group.h"
#include "sandbox/mounts.h"

namespace oxbow::sandbox {
namespace {

// What dpkg and maintainers' scripts need of root's power: to own and to become.
constexpr auto capabilities = {"CAP_CHOWN",  "CAP_DAC_OVERRIDE", "CAP_FOWNER",    "CAP_FSETID",
                               "CAP_SETGID", "CAP_SETUID",       "CAP_SYS_CHROOT"};

// The root file system and the binds are staged, in this order, where bwrap runs as the user opam:
// who may have no way to a cache in somebody's private folder.
std::string place(const SandboxRequest& request, const std::filesystem::path& source,
                  std::size_t position) {
  return request.identity == Identity::opam ? staged_path(position) : source.string();
}

// Whether what runs on a terminal can put words into the mouth of who sits there (TIOCSTI), to be
// read by the shell that comes after us. A session of its own keeps the terminal from it, and with
// it the shell's control of jobs. runc gives a terminal of its own.
bool terminal_takes_input() {
  const auto setting = read_file("/proc/sys/dev/tty/legacy_tiocsti");
  return !setting || !setting->starts_with('0');
}

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
  if (!request.terminal || terminal_takes_input()) add({"--new-session"});
  add({"--bind", place(request, request.root, 0), "/", "--proc", "/proc", "--dev", "/dev"});
  for (std::size_t i = 0; i < request.binds.size(); ++i) {
    const Bind& bind = request.binds[i];
    add({bind.read_only ? "--ro-bind" : "--bind", place(request, bind.source, i + 1), bind.target});
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
  std::vector<std::filesystem::path> sources;
  if (request.identity == Identity::opam) {
    sources.push_back(request.root);
    for (const Bind& bind : request.binds) sources.push_back(bind.source);
  }
  for (const std::filesystem::path& source : sources) {
    TRY_ASSIGN(auto copy, copy_mount(source));
    process.staged.push_back(std::move(copy));
  }
  process.arguments = arguments(program_, request);
  process.as_opam = request.identity == Identity::opam;
  process.request = &request;
  process.group = group ? &*group : nullptr;
  return run_contained(process);
}

}  // namespace oxbow::sandbox
