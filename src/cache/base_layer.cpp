#include "cache/base_layer.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <set>
#include <utility>

#include "base/ascii.h"
#include "base/file.h"
#include "base/file_lock.h"
#include "base/process.h"
#include "base/time.h"
#include "base/tree_removal.h"

namespace oxbow::cache {
namespace {

namespace fs = std::filesystem;

// What opam and the builds of most packages call.
constexpr std::string_view packages_of_every_base =
    "gcc,g++,libc6-dev,make,patch,diffutils,unzip,bzip2,xz-utils,m4,pkg-config,git,rsync,"
    "bubblewrap,"
    "opam,ca-certificates";

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> suites = {
    {{"debian-11", "bullseye"},
     {"debian-12", "bookworm"},
     {"debian-13", "trixie"},
     {"ubuntu-22.04", "jammy"},
     {"ubuntu-24.04", "noble"}}};

// Debian's names of architectures by opam's.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> architectures = {
    {{"x86_64", "amd64"},
     {"arm64", "arm64"},
     {"i686", "i386"},
     {"s390x", "s390x"},
     {"riscv64", "riscv64"}}};

template <typename Table>
std::string_view look_up(const Table& table, std::string_view key) {
  for (const auto& [name, value] : table) {
    if (name == key) return value;
  }
  return {};
}

// The parts of DISTRIBUTION-VERSION-ARCH before and behind the last dash.
std::pair<std::string_view, std::string_view> split_platform(std::string_view platform) {
  const std::size_t dash = platform.rfind('-');
  if (dash == std::string_view::npos) return {platform, {}};
  return {platform.substr(0, dash), platform.substr(dash + 1)};
}

// mmdebstrap takes paths, patterns and lists, too, and a dash in front makes an option.
bool is_plain_name(std::string_view text) {
  return !text.empty() && text.front() != '-' && std::ranges::all_of(text, [](char c) {
    return is_lower(c) || is_digit(c) || c == '+' || c == '.' || c == '-';
  });
}

// Makes `opam` uid 1000, unless it is there; run in the base by root.
constexpr const char* add_user = R"(
owner=
taken=
while IFS=: read -r name _ id _ _ home _; do
  if [ "$id" = 1000 ]; then owner=$name; fi
  if [ "$name" = opam ]; then taken="$id $home"; fi
done </etc/passwd
if [ -n "$owner" ] && [ "$owner" != opam ]; then
  echo "uid 1000 is $owner there; it has to be opam"; exit 1
fi
if [ -n "$taken" ]; then
  if [ "$taken" = '1000 /home/opam' ]; then exit 0; fi
  echo "opam is uid $taken there; it has to be uid 1000 with the home /home/opam"; exit 1
fi
groupadd --gid 1000 opam
useradd --uid 1000 --gid 1000 --create-home --home-dir /home/opam --shell /bin/sh opam
)";

// Run in the base by opam; its last line is opam's version. What is removed are copies of the empty
// repository; opam makes none where the repository is a folder.
constexpr const char* initialise_opam = R"(
cd /home/opam
rm -rf .opam empty
mkdir -p empty/packages
echo 'opam-version: "2.0"' >empty/repo
opam init --bare --no-setup --disable-sandboxing default ./empty
opam switch create default --empty
rm -rf empty .opam/repo/default .opam/repo/default.tar.gz .opam/repo/state-*.cache .opam/log
mkdir -p .opam/repo/default .opam/download-cache
cd .opam/default/.opam-switch
rm -rf packages/cache
mkdir -p build sources packages install config
opam --version
)";

// In namespaces of its own, so that no mount and no process outlives it.
constexpr const char* enter_root = R"(
mkdir -p "$1/proc" "$1/dev" "$1/tmp"
chmod 1777 "$1/tmp"
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
exec chroot --userspec="$2" "$1" /bin/sh -euc "$3"
)";

// The last lines that are not empty, in one.
std::string closing_lines(std::string_view output, int wanted) {
  std::string lines;
  while (wanted > 0 && !output.empty()) {
    const std::size_t end = output.rfind('\n');
    const std::string_view line = output.substr(end + 1);  // npos + 1 is 0
    output = end == std::string_view::npos ? std::string_view() : output.substr(0, end);
    if (line.empty()) continue;
    lines = fmt::format("{}{}{}", line, lines.empty() ? "" : "; ", lines);
    --wanted;
  }
  return lines;
}

// Runs a step to its end, with all that it prints at the end of `log`; gives its output.
Result<std::string> run_step(std::string_view what, const ProcessRequest& request,
                             const fs::path& log) {
  auto end = run_process(request);
  if (!end) return std::unexpected(end.error());
  const auto before = read_file(log);
  TRY(write_file(log, (before ? *before : std::string()) + end->output));
  if (end->status == 0) return std::move(end->output);
  return fail(fmt::format("{} ended with exit code {}; what it printed is in {}, at the end: {}",
                          what, end->status, log.string(), closing_lines(end->output, 3)));
}

enum class User : std::uint8_t { root, opam };

// Runs a script in the root file system. With nothing of our environment: what is there decides.
Result<std::string> run_in(const fs::path& root, User user, const char* script,
                           std::string_view what, const fs::path& log) {
  ProcessRequest request;
  request.arguments = {"unshare",
                       "--mount",
                       "--pid",
                       "--fork",
                       "--kill-child",
                       "sh",
                       "-euc",
                       enter_root,
                       "sh",
                       root.string(),
                       user == User::root ? "0:0" : "1000:1000",
                       script};
  request.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                         user == User::root ? "HOME=/root" : "HOME=/home/opam", "OPAMYES=1",
                         "LC_ALL=C"};
  return run_step(what, request, log);
}

Result<void> make_root(const BaseOrigin& origin, std::string_view platform, const fs::path& root,
                       const fs::path& log) {
  ProcessRequest request;
  request.directory = "/";
  // As with enter_root: nothing that it starts or mounts outlives it, or us.
  request.arguments = {"unshare", "--mount-proc", "--pid", "--fork", "--kill-child"};
  const auto add = [&](std::vector<std::string> more) {
    std::ranges::move(more, std::back_inserter(request.arguments));
  };
  if (origin.command.empty()) {
    std::string packages(packages_of_every_base);
    for (const std::string& package : origin.packages) packages += "," + package;
    const auto debian = look_up(architectures, split_platform(platform).second);
    add({"mmdebstrap", "--variant=minbase", fmt::format("--architectures={}", debian),
         "--include=" + packages, origin.suite, root.string()});
  } else {
    add({"env", "OXBOW_DESTINATION=" + root.string(), "sh", "-c", origin.command});
  }
  TRY(run_step(origin.command.empty() ? "mmdebstrap" : "the command for the base", request, log));
  std::error_code error;
  const bool is_root =
      fs::symlink_status(root / "etc/passwd", error).type() != fs::file_type::not_found &&
      fs::symlink_status(root / "bin/sh", error).type() != fs::file_type::not_found;
  if (is_root) return {};
  return fail(
      "the command for the base left no root file system with /bin/sh and /etc/passwd in "
      "$OXBOW_DESTINATION");
}

Result<void> move(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return fail(system_message(to, error.value()));
  return {};
}

}  // namespace

Result<BaseOrigin> base_origin(std::string_view platform, std::string suite,
                               std::vector<std::string> packages) {
  const auto [system, architecture] = split_platform(platform);
  if (suite.empty()) suite = look_up(suites, system);
  if (suite.empty() || look_up(architectures, architecture).empty()) {
    return fail(
        fmt::format("no built-in way to make a base for {}; give a --command that does", platform));
  }
  if (!is_plain_name(suite)) return fail(fmt::format("'{}' is not a Debian suite", suite));
  for (const std::string& package : packages) {
    if (!is_plain_name(package)) return fail(fmt::format("'{}' is not a Debian package", package));
  }
  return BaseOrigin{std::move(suite), std::move(packages), {}};
}

BaseLayer::BaseLayer(const fs::path& cache, std::string_view platform)
    : folder_(cache / platform), platform_(platform) {}

Result<std::optional<BaseRecord>> BaseLayer::find() const {
  const fs::path file = folder_ / base_folder / "base.json";
  if (!is_there(folder_ / base_folder)) return std::nullopt;
  TRY_ASSIGN(const auto text, read_file(file));
  auto record = parse_base_record(text);
  if (!record) return fail(file.string() + ": " + record.error().message);
  return std::move(*record);
}

// A creator may have been killed between any two steps.
Result<void> BaseLayer::recover() const {
  const fs::path old = folder_ / ".base-old";
  if (is_there(old) && !is_there(folder_ / base_folder)) {
    TRY(move(old, folder_ / base_folder));
  }
  TRY(remove_tree(old));
  return remove_tree(folder_ / ".base-draft");
}

Result<BaseRecord> BaseLayer::create(const BaseOrigin& origin, IfThere if_there) const {
  if (::geteuid() != 0) return fail("only root can make a base layer; run this with sudo");
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) return fail(system_message(folder_, error.value()));
  TRY_ASSIGN(const auto lock, FileLock::take(folder_ / lock_name(base_folder),
                                             FileLock::Mode::exclusive, FileLock::Wait::no));
  if (!lock) {
    return fail(fmt::format("another process is making the base of {} right now", platform_));
  }
  TRY(recover());
  if (if_there == IfThere::fail && is_there(folder_ / base_folder)) {
    return fail(fmt::format("{} has a base already, in {}; --replace replaces it", platform_,
                            (folder_ / base_folder).string()));
  }
  const fs::path draft = folder_ / ".base-draft";
  auto record = fill(origin, draft);
  const auto placed = record ? put_in_place(draft) : Result<void>();
  if (record && placed) return record;
  const auto ignored = recover();
  return std::unexpected(record ? placed.error() : record.error());
}

Result<BaseRecord> BaseLayer::fill(const BaseOrigin& origin, const fs::path& draft) const {
  const fs::path root = draft / tree_folder;
  const fs::path log = folder_ / "base.log";
  std::error_code error;
  fs::create_directories(root, error);
  if (error) return fail(system_message(root, error.value()));
  TRY(write_file(log, ""));
  TRY(make_root(origin, platform_, root, log));
  TRY(run_in(root, User::root, add_user, "adding the user opam to the base", log));
  TRY_ASSIGN(const auto printed,
             run_in(root, User::opam, initialise_opam, "initialising opam in the base", log));
  BaseRecord record;
  record.platform = platform_;
  record.created = static_cast<std::int64_t>(to_seconds(now()));
  record.origin = origin;
  record.opam = closing_lines(printed, 1);
  TRY(write_file(draft / "base.json", to_json(record)));
  return record;
}

Result<void> BaseLayer::put_in_place(const fs::path& draft) const {
  const fs::path old = folder_ / ".base-old";
  if (is_there(folder_ / base_folder)) {
    TRY(move(folder_ / base_folder, old));
  }
  TRY(move(draft, folder_ / base_folder));
  return remove_tree(old);
}

std::uint64_t tree_bytes(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::set<std::pair<dev_t, ino_t>> linked;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    struct stat status{};
    if (::lstat(at->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (status.st_nlink > 1 && !linked.emplace(status.st_dev, status.st_ino).second) continue;
    bytes += static_cast<std::uint64_t>(status.st_size);
  }
  return bytes;
}

}  // namespace oxbow::cache
