#include "layer/opam_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/file.h"
#include "layer/build_root.h"

namespace oxbow::layer {
namespace {

using verdict::Outcome;
using verdict::Trouble;

constexpr int build_failed = 31;
constexpr int source_missing = 40;

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
  // What cannot be resolved is the package's fault; what cannot be fetched is not.
  constexpr std::string_view script =
      "apt-get -q update || exit 40\n"
      "apt-get -q -s install --no-install-recommends -- \"$@\" >/dev/null || exit 31\n"
      "apt-get -q -y install --no-install-recommends -- \"$@\" || exit 40\n"
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
  if (end.out_of_memory) {
    return trouble(Trouble::out_of_memory,
                   fmt::format("needs more than {} MiB of memory", request.limits.memory >> 20),
                   end.status);
  }
  if (end.disk_full) {
    return trouble(Trouble::disk_full,
                   fmt::format("needs more than {} MiB of disk", request.limits.disk >> 20),
                   end.status);
  }
  if (end.status == build_failed) {
    run.result.outcome = Outcome::failure;
    return run;
  }
  const std::string said = last_line(request.log);
  if (end.status == source_missing) return trouble(Trouble::source_unavailable, said, end.status);
  return trouble(Trouble::sandbox,
                 fmt::format("{} ended with {}: {}", request.arguments.front(), end.status, said),
                 end.status);
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
