#include "sandbox/runc.h"

#include <string_view>

#include "base/build_user.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "sandbox/contained_process.h"
#include "sandbox/control_group.h"

namespace oxbow::sandbox {
namespace {

// Writes a container's config.json.
// Source: the OCI runtime specification 1.0.2, config.md and config-linux.md.
class ContainerConfig {
 public:
  ContainerConfig(const SandboxRequest& request, const ControlGroup* group)
      : request_(&request), group_(group) {}

  std::string text() && {
    object([&] {
      member("ociVersion", "1.0.2");
      member("hostname", "oxbow");
      key("root");
      object([&] { member("path", request_->root.string()); });
      key("process");
      object([&] { write_process(); });
      key("mounts");
      array([&] { write_mounts(); });
      key("linux");
      object([&] { write_linux(); });
    });
    return json_.text();
  }

 private:
  bool is_root() const { return request_->identity == Identity::root_with_network; }

  void write_process() {
    member("terminal", request_->terminal);
    member("cwd", request_->directory);
    key("user");
    object([&] {
      member("uid", is_root() ? 0 : build_user);
      member("gid", is_root() ? 0 : build_user);
    });
    texts("args", request_->arguments);
    texts("env", request_->environment);
    member("noNewPrivileges", true);
    if (is_root()) {
      const std::vector<std::string> powers = {"CAP_CHOWN",     "CAP_DAC_OVERRIDE", "CAP_FOWNER",
                                               "CAP_FSETID",    "CAP_SETGID",       "CAP_SETUID",
                                               "CAP_SYS_CHROOT"};
      key("capabilities");
      object([&] {
        texts("bounding", powers);
        texts("effective", powers);
        texts("permitted", powers);
      });
    }
    if (group_ == nullptr) {
      key("rlimits");
      array([&] {
        write_limit("RLIMIT_AS", request_->limits.memory);
        write_limit("RLIMIT_NPROC", request_->limits.processes);
      });
    }
  }

  void write_limit(std::string_view type, std::uint64_t value) {
    object([&] {
      member("type", type);
      member("hard", value);
      member("soft", value);
    });
  }

  void write_mounts() {
    mount("proc", "proc", "/proc", {"nosuid", "noexec", "nodev"});
    mount("tmpfs", "tmpfs", "/dev", {"nosuid", "noexec", "strictatime", "mode=755", "size=64k"});
    mount("devpts", "devpts", "/dev/pts",
          {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"});
    mount("tmpfs", "shm", "/dev/shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=64m"});
    for (const Bind& bind : request_->binds) {
      mount("bind", bind.source.string(), bind.target,
            {"bind", bind.read_only ? "ro" : "rw", "nosuid", "nodev"});
    }
  }

  void mount(std::string_view type, std::string_view source, std::string_view destination,
             const std::vector<std::string>& options) {
    object([&] {
      member("type", type);
      member("source", source);
      member("destination", destination);
      texts("options", options);
    });
  }

  void write_linux() {
    key("namespaces");
    array([&] {
      for (const std::string_view kind : {"pid", "ipc", "uts", "mount", "network"}) {
        if (kind == "network" && is_root()) continue;
        object([&] { member("type", kind); });
      }
    });
    // A group of runc's own below ours, whose limits bind: in each hierarchy runc begins at the
    // group that it is in itself, and in the second version at the one above that.
    if (group_ != nullptr) member("cgroupsPath", group_->name() + "/runc");
    texts("maskedPaths", {"/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
                          "/proc/timer_list", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"});
    texts("readonlyPaths",
          {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"});
    key("seccomp");
    object([&] { write_seccomp(); });
  }

  // Namespaces, limits and an ordinary user do the work. What is refused beside are the calls that
  // no build needs and that kernels were broken by.
  void write_seccomp() {
    member("defaultAction", "SCMP_ACT_ALLOW");
    texts("architectures", {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32",
                            "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"});
    key("syscalls");
    array([&] {
      object([&] {
        texts("names", {"add_key",
                        "bpf",
                        "clock_adjtime",
                        "clock_settime",
                        "create_module",
                        "delete_module",
                        "finit_module",
                        "init_module",
                        "io_uring_enter",
                        "io_uring_register",
                        "io_uring_setup",
                        "kexec_file_load",
                        "kexec_load",
                        "keyctl",
                        "mount",
                        "move_mount",
                        "fsopen",
                        "fsconfig",
                        "fsmount",
                        "open_tree",
                        "open_by_handle_at",
                        "perf_event_open",
                        "pivot_root",
                        "ptrace",
                        "quotactl",
                        "reboot",
                        "request_key",
                        "setns",
                        "settimeofday",
                        "swapoff",
                        "swapon",
                        "umount2",
                        "unshare",
                        "userfaultfd",
                        "vhangup"});
        member("action", "SCMP_ACT_ERRNO");
      });
    });
  }

  template <typename T>
  void member(std::string_view name, const T& value) {
    json_.field(name, value);
  }
  void texts(std::string_view name, const std::vector<std::string>& values) {
    member(name, values);
  }
  void key(std::string_view name) { json_.key(name); }
  template <typename Write>
  void object(const Write& write) {
    json_.open();
    write();
    json_.close();
  }
  template <typename Write>
  void array(const Write& write) {
    json_.open_list();
    write();
    json_.close_list();
  }

  const SandboxRequest* request_;
  const ControlGroup* group_;
  PlainJson json_{JsonText::as_it_is};
};

}  // namespace

Result<SandboxEnd> Runc::run(const SandboxRequest& request) {
  const auto group = ControlGroup::make(request.limits.memory, request.limits.processes);
  const ControlGroup* const limits = group ? &*group : nullptr;
  TRY(write_file(request.scratch / "config.json", ContainerConfig(request, limits).text()));
  ContainedProcess process;
  process.arguments = {program_, "--root",   (request.scratch / "state").string(),
                       "run",    "--bundle", request.scratch.string(),
                       "oxbow"};
  process.request = &request;
  process.group = limits;
  return run_contained(process);
}

}  // namespace oxbow::sandbox
