#include "layer/opam_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/descriptor.h"
#include "base/file.h"
#include "layer/build_root.h"

namespace oxbow::layer {
namespace {

using verdict::Outcome;
using verdict::Trouble;

// Source: opam 2.4.1 src/core/opamStd.ml, `Sys.get_exit_code`.
constexpr int build_failed = 31;
constexpr int source_unreadable = 40;  // it is there, since it was fetched before

// Of the script that installs system packages.
constexpr int cannot_be_installed = 31;

std::vector<std::string> environment(unsigned jobs) {
  return {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      fmt::format("HOME={}", opam_home),
      "USER=opam",
      "LOGNAME=opam",
      "SHELL=/bin/sh",
      "LANG=C.UTF-8",
      "TERM=dumb",
      "OPAMSWITCH=default",
      "OPAMYES=1",
      "OPAMCOLOR=never",
      "OPAMUTF8=never",
      "OPAMSTATUSLINE=never",
      "OPAMNOSELFUPGRADE=1",
      fmt::format("OPAMJOBS={}", jobs),
  };
}

// The last thing that was printed, for a message of one line.
std::string last_line(const std::filesystem::path& log) {
  constexpr std::size_t longest = 300;
  std::string text = read_end(log, 16 * longest);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  std::string line = text.substr(text.rfind('\n') + 1);
  return line.size() > longest ? line.substr(line.size() - longest) : line;
}

// Whether opam has come so far that commands of the package may run: it says what it will do
// before. Both are told from the beginning of the log, which a package cannot reach.
bool has_begun(const std::filesystem::path& log) {
  const Descriptor file(::open(log.c_str(), O_RDONLY | O_CLOEXEC));
  const std::string head = read_part(file, 0, std::size_t{64} << 10U);
  return head.contains("The following actions will be performed") ||
         head.contains("<><> Processing actions");
}

// apt's own words: the last "E: " line, and what it lists before as unmet, in one line.
std::string apt_error(std::string_view log) {
  std::string unmet;
  std::string error;
  while (!log.empty()) {
    std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(log.size(), line.size() + 1));
    if (line.starts_with("E: ")) error = line.substr(3);
    const bool tells = line.starts_with(' ') && (line.contains(" : ") || line.contains("but it"));
    while (line.starts_with(' ')) line.remove_prefix(1);
    if (tells) unmet.append(unmet.empty() ? "" : "; ").append(line);
  }
  return unmet.empty() ? error : unmet;
}

OpamRun trouble(Trouble what, std::string message, int status) {
  OpamRun run;
  run.result.outcome = Outcome::internal_error;
  run.result.trouble = what;
  run.result.message = std::move(message);
  run.status = status;
  return run;
}

}  // namespace

sandbox::SandboxRequest opam_install(sandbox::SandboxRequest request,
                                     const opam::PackageId& package, unsigned jobs) {
  request.arguments = {"opam", "install", "--verbose", "--no-depexts", package.to_string()};
  request.environment = environment(jobs);
  return request;
}

sandbox::SandboxRequest opam_shell(sandbox::SandboxRequest request, const opam::PackageId& package,
                                   unsigned jobs) {
  constexpr std::string_view script =
      "opam install --verbose --no-depexts \"$1\"\n"
      "status=$?; echo; echo \"opam ended with $status. This is where it built; 'exit' leaves "
      "nothing behind.\"\n"
      "cd ~/.opam/default/.opam-switch/build/\"$1\" 2>/dev/null\n"
      "eval \"$(opam env)\"\n"
      "exec /bin/sh -i";
  request.arguments = {"/bin/sh", "-c", std::string(script), "sh", package.to_string()};
  request.environment = environment(jobs);
  request.terminal = true;
  return request;
}

sandbox::SandboxRequest system_install(sandbox::SandboxRequest request,
                                       const std::vector<std::string>& packages) {
  // What cannot be resolved is the package's fault; what cannot be fetched is not, which apt calls
  // no error unless it is told to: then the packages are not there afterwards.
  constexpr std::string_view script =
      "apt-get -q -o APT::Update::Error-Mode=any update || exit 1\n"
      "apt-get -q -s install --no-install-recommends -- \"$@\" || exit 31\n"
      "apt-get -q -y install --no-install-recommends -- \"$@\" || exit 1\n"
      "rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb";
  request.identity = sandbox::Identity::root_with_network;
  request.arguments = {"/bin/sh", "-c", std::string(script), "sh"};
  request.arguments.insert(request.arguments.end(), packages.begin(), packages.end());
  request.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                         "HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"};
  request.directory = std::string("/");
  for (const char* const file : {"/etc/resolv.conf", "/etc/hosts"}) {
    if (::access(file, R_OK) == 0) request.binds.push_back({file, file, true});
  }
  return request;
}

OpamRun judge(const sandbox::SandboxEnd& end, const sandbox::SandboxRequest& request) {
  using sandbox::MemoryShortage;
  OpamRun run;
  run.status = end.status;
  if (end.interrupted) {
    run.result.outcome = Outcome::cancelled;
    return run;
  }
  if (end.timed_out) {
    run.result.outcome = Outcome::timed_out;
    run.result.message = fmt::format("not done after {} s", request.limits.time.count());
    return run;
  }
  if (end.status == 0) {
    run.result.outcome = Outcome::success;
    return run;
  }
  if (end.shortage == MemoryShortage::of_the_machine) {
    return trouble(Trouble::out_of_memory, "the machine ran out of memory", end.status);
  }
  if (!has_begun(request.log)) {
    return trouble(Trouble::sandbox,
                   fmt::format("{} ended with {}: {}", request.arguments.front(), end.status,
                               last_line(request.log)),
                   end.status);
  }
  run.result.outcome = Outcome::failure;
  if (end.shortage == MemoryShortage::of_the_group) {
    run.out_of_memory = true;
    run.result.message =
        fmt::format("needs more than {} MiB of memory", request.limits.memory >> 20);
  } else if (end.disk_full) {
    run.out_of_disk = true;
    run.result.message = fmt::format("needs more than {} MiB of disk", request.limits.disk >> 20);
  } else if (end.status > 128) {
    run.result.message =
        fmt::format("{} was ended by signal {}", request.arguments.front(), end.status - 128);
  } else if (end.status != build_failed && end.status != source_unreadable) {
    run.result.message = fmt::format("{} ended with {}", request.arguments.front(), end.status);
  }
  return run;
}

OpamRun judge_system_install(const sandbox::SandboxEnd& end,
                             const sandbox::SandboxRequest& request) {
  OpamRun run;
  run.status = end.status;
  if (end.interrupted) {
    run.result.outcome = Outcome::cancelled;
    return run;
  }
  if (end.status == 0) {
    run.result.outcome = Outcome::success;
    return run;
  }
  if (end.shortage != sandbox::MemoryShortage::none) {
    return trouble(Trouble::out_of_memory, "they take more memory than there is", end.status);
  }
  if (end.disk_full) {
    return trouble(Trouble::disk_full,
                   fmt::format("they need more than {} MiB of disk", request.limits.disk >> 20),
                   end.status);
  }
  if (end.timed_out) {
    return trouble(Trouble::source_unavailable,
                   fmt::format("not installed after {} s", request.limits.time.count()),
                   end.status);
  }
  std::string error = apt_error(read_end(request.log, std::size_t{16} << 10U));
  if (end.status != cannot_be_installed || error.empty()) {
    return trouble(Trouble::source_unavailable, last_line(request.log), end.status);
  }
  run.result.outcome = Outcome::failure;
  run.result.message = std::move(error);
  return run;
}

std::optional<opam::ChosenSource> chosen_source(const opam::Definition& definition,
                                                const fetch::FetchedSource& source) {
  if (const auto* const commit = std::get_if<fetch::CachedCommit>(&source.place)) {
    const auto& repository = commit->repository;
    return opam::ChosenSource{source.title,
                              // Below the source cache, which opam sees as its own.
                              fmt::format("git+file://{}/download-cache/git/{}/{}#{}", opam_root,
                                          repository.parent_path().filename().string(),
                                          repository.filename().string(), commit->commit),
                              std::nullopt};
  }
  const fetch::CachedFile& file = std::get<fetch::CachedFile>(source.place);
  if (!file.unnamed) return std::nullopt;
  const opam::Source* from = definition.url() ? &*definition.url() : nullptr;
  for (const opam::Source& extra : definition.extra_sources()) {
    if (!source.title.empty() && extra.title == source.title) from = &extra;
  }
  return opam::ChosenSource{source.title, from != nullptr ? from->url.to_string() : "",
                            file.checksum.to_string()};
}

}  // namespace oxbow::layer
