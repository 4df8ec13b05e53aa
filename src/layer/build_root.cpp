#include "layer/build_root.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <system_error>
#include <vector>

#include "base/build_user.h"
#include "base/descriptor.h"
#include "base/file.h"
#include "base/process.h"
#include "base/tree_removal.h"
#include "base/untrusted.h"
#include "cache/digest.h"
#include "sandbox/mounts.h"
#include "sandbox/sandbox.h"

namespace oxbow::layer {
namespace {

namespace fs = std::filesystem;

Result<void> make_owned_folder(const fs::path& folder, uid_t owner, mode_t mode = 0755) {
  if (::mkdir(folder.c_str(), mode) == 0 && ::chmod(folder.c_str(), mode) == 0 &&
      ::chown(folder.c_str(), owner, owner) == 0) {
    return {};
  }
  return fail(system_message(folder, errno));
}

// Empty folders where things will be bound or written. They are made in the upper folder, which is
// new, and not through the mounted root, where a layer may have put a link in their place.
Result<void> make_mount_points(const fs::path& at) {
  struct Folder {
    const char* path;
    uid_t owner;
    mode_t mode = 0755;
  };
  static constexpr Folder folders[] = {
      {"upper", 0},
      {"work", 0},
      {"merged", 0},
      {"repository", 0},
      {"sandbox", 0},
      {"mounting", 0},
      {"tmp", 0, 01777},
      {"build", build_user},
      {"sources", build_user},
      {"upper/home", 0},
      {"upper/home/opam", build_user},
      {"upper/home/opam/.opam", build_user},
      {"upper/home/opam/.opam/repo", build_user},
      {"upper/home/opam/.opam/repo/default", build_user},
      {"upper/home/opam/.opam/download-cache", build_user},
      {"upper/home/opam/.opam/default", build_user},
      {"upper/home/opam/.opam/default/.opam-switch", build_user},
      {"upper/home/opam/.opam/default/.opam-switch/build", build_user},
      {"upper/home/opam/.opam/default/.opam-switch/sources", build_user},
  };
  for (const Folder& folder : folders) {
    TRY(make_owned_folder(at / folder.path, folder.owner, folder.mode));
  }
  return {};
}

// The repository that opam sees: one package.
Result<void> write_repository(const fs::path& repository, const Recipe& spec,
                              const std::string& opam) {
  const fs::path package = repository / "packages" / spec.package.name / spec.package.to_string();
  std::error_code error;
  fs::create_directories(package, error);
  if (error) return fail(system_message(package, error.value()));
  auto written = write_file(repository / "repo", "opam-version: \"2.0\"\n");
  if (written) written = write_file(package / "opam", opam);
  for (const RecipeFile& file : spec.files) {
    if (!written) break;
    const fs::path path = package / "files" / file.path;
    fs::create_directories(path.parent_path(), error);
    if (error) return fail(system_message(path, error.value()));
    written = write_file(path, file.content);
    if (written && file.executable && ::chmod(path.c_str(), 0755) != 0) {
      return fail(system_message(path, errno));
    }
  }
  return written;
}

// Which packages the switch has. Names and versions cannot hold quotes.
Result<void> write_switch_state(const fs::path& upper, const Recipe& spec) {
  std::string installed;
  for (const LayerName& layer : spec.below) {
    installed += fmt::format(" \"{}\"", layer.package.to_string());
  }
  const fs::path file = upper / "home/opam/.opam/default/.opam-switch/switch-state";
  auto written = write_file(
      file, fmt::format("opam-version: \"2.0\"\ncompiler: []\nroots: [{0} ]\ninstalled: [{0} ]\n",
                        installed));
  if (written && ::chown(file.c_str(), build_user, build_user) != 0) {
    return fail(system_message(file, errno));
  }
  return written;
}

// A folder below `root`, reached through no link: a build can have put some anywhere.
Descriptor open_below(const Descriptor& root, const char* path) {
  struct open_how how{};
  how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  return Descriptor(static_cast<int>(::syscall(SYS_openat2, root.get(), path, &how, sizeof how)));
}

using Keep = std::function<bool(const std::string& name)>;

// Removes what is in a folder, but for what is to be kept. A folder that is not there holds
// nothing.
Result<void> prune(const Descriptor& root, const char* path, const Keep& keep) {
  const Descriptor folder = open_below(root, path);
  if (!folder) return {};
  const fs::path here = fmt::format("/proc/self/fd/{}", folder.get());
  std::vector<fs::path> doomed;
  std::error_code error;
  for (fs::directory_iterator entry(here, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!keep(entry->path().filename().string())) doomed.push_back(entry->path());
  }
  if (error) return fail(fmt::format("cannot clean up {}: {}", path, error.message()));
  for (const fs::path& entry : doomed) {
    if (auto removed = remove_tree(entry); !removed) {
      return fail(fmt::format("cannot clean up {}: {}", path, removed.error().message));
    }
  }
  return {};
}

std::unexpected<KeepFailure> not_kept(KeepFailure::Kind kind, std::string message) {
  return std::unexpected(KeepFailure{kind, std::move(message)});
}

// Of what a program or the system said.
std::unexpected<KeepFailure> not_kept(std::string_view said) {
  if (said.contains(std::generic_category().message(ENAMETOOLONG))) {
    return not_kept(KeepFailure::Kind::package, "what it installs is nested too deeply to be kept");
  }
  return not_kept(KeepFailure::Kind::ours, "the layer cannot be kept: " + in_one_line(said, 300));
}

}  // namespace

Result<BuildRoot> BuildRoot::mount(const Recipe& spec, const std::string& opam,
                                   const BuildRootParts& parts, const sandbox::Limits& limits) {
  auto done = sandbox::mount_memory(parts.at, limits.disk);
  if (!done) return std::unexpected(std::move(done.error()));
  BuildRoot root(parts.at, parts.sources);
  done = make_mount_points(parts.at);
  if (done) done = write_repository(parts.at / "repository", spec, opam);
  if (done) done = write_switch_state(root.upper(), spec);
  if (done) {
    done = sandbox::mount_overlay({.lowers = parts.lowers,
                                   .upper = root.upper(),
                                   .work = parts.at / "work",
                                   .at = parts.at / "merged",
                                   .scratch = parts.at / "mounting"});
  }
  if (!done) return std::unexpected(std::move(done.error()));
  return root;
}

BuildRoot::~BuildRoot() {
  if (at_.empty()) return;
  // What cannot be unmounted goes with the process.
  for (const fs::path& at : {at_ / "merged", at_}) {
    [[maybe_unused]] const auto unmounted = sandbox::unmount(at);
  }
}

sandbox::SandboxRequest BuildRoot::request(const sandbox::Limits& limits) const {
  const std::string root(opam_root);
  sandbox::SandboxRequest request;
  request.root = at_ / "merged";
  request.binds = {
      {at_ / "repository", root + "/repo/default", true},
      {sources_, root + "/download-cache", true},
      {at_ / "build", root + "/default/.opam-switch/build", false},
      {at_ / "sources", root + "/default/.opam-switch/sources", false},
      {at_ / "tmp", "/tmp", false},
  };
  request.directory = opam_home;
  request.limits = limits;
  request.scratch = at_ / "sandbox";
  request.disk = at_;
  return request;
}

// Holes of files take no room, but whoever reads the layer takes its time for them.
std::expected<void, KeepFailure> BuildRoot::check_size() const {
  using Kind = KeepFailure::Kind;
  struct statvfs disk{};
  if (::statvfs(at_.c_str(), &disk) != 0) return not_kept(Kind::ours, system_message(at_, errno));
  const auto size = cache::count(upper());
  if (!size) return not_kept(size.error().message);
  if (size->bytes <= disk.f_blocks * disk.f_frsize) return {};
  return not_kept(
      Kind::too_big,
      fmt::format("it installs files of {} MiB, more than its disk holds", size->bytes >> 20));
}

std::expected<void, KeepFailure> BuildRoot::keep(const opam::PackageId& package, const fs::path& to,
                                                 std::chrono::milliseconds time) const {
  using Kind = KeepFailure::Kind;
  const Descriptor top(::open(upper().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!top) return not_kept(Kind::ours, system_message(upper(), errno));
  const auto names = [](std::initializer_list<std::string_view> kept) {
    return [kept = std::vector<std::string_view>(kept)](const std::string& name) {
      return std::ranges::find(kept, name) != kept.end();
    };
  };
  const Keep own = [prefix = package.name + "."](const std::string& name) {
    return name.starts_with(prefix);
  };
  const std::pair<const char*, Keep> places[] = {
      {"var/tmp", names({})},
      {"home/opam", [](const std::string& name) { return name != ".cache"; }},
      {"home/opam/.opam", names({"default", "plugins"})},
      {"home/opam/.opam/default/.opam-switch", names({"packages", "install", "config"})},
      {"home/opam/.opam/default/.opam-switch/packages",
       [&](const std::string& name) { return name == package.to_string(); }},
      {"home/opam/.opam/default/.opam-switch/install", own},
      {"home/opam/.opam/default/.opam-switch/config", own},
  };
  for (const auto& [path, kept] : places) {
    if (auto pruned = prune(top, path, kept); !pruned) {
      return not_kept(Kind::ours, std::move(pruned.error().message));
    }
  }
  TRY(check_size());
  // cp knows links, sparse files, times and the attributes that overlays leave.
  ProcessRequest copy;
  copy.arguments = {"cp", "-a", "--", upper().string(), to.string()};
  copy.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
  copy.timeout = time;
  const auto copied = run_process(copy);
  if (!copied) return not_kept(Kind::ours, copied.error().message);
  if (copied->timed_out) return not_kept(Kind::time_over, "");
  if (copied->status == 0) return {};
  return not_kept(copied->output);
}

}  // namespace oxbow::layer
