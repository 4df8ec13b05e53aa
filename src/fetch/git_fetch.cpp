#include "fetch/git_fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/process.h"
#include "base/tree_removal.h"
#include "base/untrusted.h"
#include "opam/source_rules.h"

namespace oxbow::fetch {
namespace {

namespace fs = std::filesystem;
using Kind = FetchFailure::Kind;
using Words = std::vector<std::string>;

std::unexpected<FetchFailure> failure(Kind kind, const std::string& url, std::string_view why) {
  return std::unexpected(FetchFailure{kind, fmt::format("{}: {}", shown_url(url), why)});
}

/// Where git is sent.
struct Remote {
  std::string name;     ///< the url without user, password and commit, as the cache knows it
  std::string url;      ///< where it leads
  Words configuration;  ///< that holds git to the address that answered
};

// Without a look at the network.
std::expected<Remote, FetchFailure> remote_of(const opam::Url& url, const AddressPolicy& policy) {
  const std::string text = url.transport + "://" + url.path;
  if (url.transport == "https" || url.transport == "http") {
    const auto parsed = parse_http_url(text);
    if (!parsed || parsed->target.find('?') != std::string::npos) {
      return failure(Kind::refused, text, "no url of a git repository");
    }
    std::string name = parsed->to_string();
    while (name.ends_with('/')) name.pop_back();
    return Remote{name, name, {}};
  }
  if (url.transport == "file") {
    if (!policy.local_files) return failure(Kind::refused, text, "local files are not fetched");
    return Remote{text, text, {}};
  }
  return failure(
      Kind::refused, text,
      fmt::format("git over {} is not fetched; use https", printable(url.transport, most_shown)));
}

// Finds where an http remote leads, by asking for what git would ask for first: git itself shall
// follow no redirect and look no name up, but connect to the address that answered here, which the
// policy allows.
std::expected<void, FetchFailure> find_way(Remote& remote, const AddressPolicy& policy,
                                           const DownloadLimits& limits) {
  if (remote.url.starts_with("file:")) return {};
  constexpr std::string_view service = "/info/refs";
  auto end =
      locate(fmt::format("{}{}?service=git-upload-pack", remote.name, service), policy, limits);
  if (!end) return std::unexpected(std::move(end.error()));
  const std::size_t suffix = end->url.target.rfind(service);
  if (suffix == std::string::npos) {
    return failure(Kind::unavailable, remote.name,
                   fmt::format("redirects to {}, which is not a git repository",
                               shown_url(end->url.to_string())));
  }
  end->url.target.erase(suffix);
  remote.url = end->url.to_string();
  if (parse_address(end->url.host)) return {};
  const bool is_v6 = end->address.find(':') != std::string::npos;
  const std::string address = is_v6 ? "[" + end->address + "]" : end->address;
  remote.configuration = {
      "-c", fmt::format("http.curloptResolve={}:{}:{}", end->url.host, end->url.port, address)};
  return {};
}

/// Git runs the git program, away from all configuration but what is given here.
class Git {
 public:
  Git(const Remote& remote, const DownloadLimits& limits)
      : remote_(remote), limits_(limits), deadline_(Clock::now() + limits.total) {}

  /// What it printed; the failure is told of the remote.
  std::expected<std::string, FetchFailure> run(const Words& arguments) const {
    const auto left = std::chrono::ceil<std::chrono::seconds>(deadline_ - Clock::now());
    if (left.count() <= 0) return timed_out();
    const auto ended = run_process({.arguments = command(arguments, left),
                                    .environment = environment(),
                                    .directory = {},
                                    .timeout = left + std::chrono::seconds(15)});
    if (!ended) return failure(Kind::cache, remote_.name, ended.error().message);
    if (ended->status == 0) return ended->output;
    constexpr int timeout_status = 124;
    if (ended->timed_out || ended->status == timeout_status) return timed_out();
    // SIGXFSZ, or EFBIG
    if (ended->output.find("signal 25") != std::string::npos ||
        ended->output.find("File too large") != std::string::npos) {
      return failure(Kind::refused, remote_.name, fmt::format("more than {} bytes", limits_.bytes));
    }
    const bool disk_full = ended->output.find("No space left") != std::string::npos;
    return failure(disk_full ? Kind::cache : Kind::unavailable, remote_.name,
                   "git says: " + in_one_line(said(ended->output), most_shown));
  }

 private:
  using Clock = std::chrono::steady_clock;

  std::unexpected<FetchFailure> timed_out() const {
    return failure(Kind::unavailable, remote_.name,
                   fmt::format("not done after {:.0f} s",
                               std::chrono::duration<double>(limits_.total).count()));
  }

  // timeout ends git's children with it, and prlimit bounds the pack.
  Words command(const Words& arguments, std::chrono::seconds left) const {
    Words words = {"prlimit",        fmt::format("--fsize={}", limits_.bytes), "timeout",
                   "--kill-after=5", fmt::format("{}", left.count()),          "git"};
    static constexpr std::array settings = {
        "http.followRedirects=false",  // nor the alternates that a server names
        "http.lowSpeedLimit=1",       "http.lowSpeedTime=60",
        "core.hooksPath=/dev/null",   "credential.helper=",
        "transfer.bundleURI=false",   "fetch.recurseSubmodules=false",
        "maintenance.auto=false",     "gc.auto=0",
        "init.defaultBranch=fetched", "advice.detachedHead=false",
    };
    for (const char* const setting : settings) {
      words.emplace_back("-c");
      words.emplace_back(setting);
    }
    words.insert(words.end(), remote_.configuration.begin(), remote_.configuration.end());
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
  }

  Words environment() const {
    const char* const path = std::getenv("PATH");
    return {std::string("PATH=") + (path != nullptr ? path : "/usr/bin:/bin"),
            "HOME=/nonexistent",
            "LC_ALL=C",
            "GIT_CONFIG_NOSYSTEM=1",
            "GIT_CONFIG_GLOBAL=/dev/null",
            "GIT_TERMINAL_PROMPT=0",
            remote_.url.starts_with("file:") ? "GIT_ALLOW_PROTOCOL=file"
                                             : "GIT_ALLOW_PROTOCOL=https:http"};
  }

  // The line that says most: the first one that is fatal, or the last one.
  static std::string_view said(std::string_view output) {
    while (output.ends_with('\n')) output.remove_suffix(1);
    std::size_t begin = output.find("fatal: ");
    if (begin == std::string_view::npos) begin = output.rfind('\n') + 1;
    return output.substr(begin, output.find('\n', begin) - begin);
  }

  const Remote& remote_;
  const DownloadLimits& limits_;
  Clock::time_point deadline_;
};

// A name that git takes neither for an option nor for a pattern.
bool is_reference(std::string_view name) {
  return !name.empty() && !name.starts_with('-') &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f'; }) &&
         name.find_first_of("*?[\\^~:") == std::string_view::npos;
}

// The commit at a branch, a tag, or HEAD; git's own order of what a name may mean.
std::expected<std::string, FetchFailure> resolve(const Git& git, const Remote& remote,
                                                 const std::string& name) {
  if (!is_reference(name)) {
    return failure(Kind::refused, remote.name,
                   printable(name, most_shown) + " is not a name of a branch or tag");
  }
  const auto listed = git.run({"ls-remote", "-q", remote.url, name, name + "^{}"});
  if (!listed) return std::unexpected(listed.error());
  for (const std::string_view prefix : {"", "refs/", "refs/tags/", "refs/heads/"}) {
    // An annotated tag has a line of its own, and one for the commit that it tags.
    for (const std::string_view suffix : {"^{}", ""}) {
      const std::string end = fmt::format("\t{}{}{}\n", prefix, name, suffix);
      const std::size_t at = listed->find(end);
      if (at == std::string::npos) continue;
      const std::size_t line = at == 0 ? 0 : listed->rfind('\n', at - 1) + 1;
      std::string commit = listed->substr(line, at - line);
      if (opam::is_commit(commit)) return commit;
    }
  }
  const bool is_abbreviated = opam::is_abbreviated_commit(name);
  return failure(is_abbreviated ? Kind::refused : Kind::unavailable, remote.name,
                 "has no branch or tag " + printable(name, most_shown) +
                     (is_abbreviated ? "; of a commit, the whole id is needed" : ""));
}

std::expected<void, FetchFailure> fill(const Git& git, const Remote& remote,
                                       const fs::path& repository, const std::string& commit) {
  const std::string folder = "--git-dir=" + repository.string();
  constexpr std::size_t sha1_digits = 40;
  const auto made =
      git.run({"init", "-q", "--bare", "--template=", "--shared=0644",
               commit.size() == sha1_digits ? "--object-format=sha1" : "--object-format=sha256",
               repository.string()});
  if (!made) return std::unexpected(made.error());
  const Words fetch = {folder, "fetch", "-q", "--no-tags", "--no-write-fetch-head"};
  const auto with = [](Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  const auto shallow = git.run(with(fetch, {"--depth=1", remote.url, commit}));
  if (!shallow) {
    if (shallow.error().kind != Kind::unavailable) return std::unexpected(shallow.error());
    // A server may give nothing but branches and tags, or only whole histories.
    const auto whole = git.run(with(fetch, {remote.url, "+refs/heads/*:refs/origin/heads/*",
                                            "+refs/tags/*:refs/origin/tags/*"}));
    if (!whole) return std::unexpected(whole.error());
  }
  if (!git.run({folder, "cat-file", "-e", commit + "^{commit}"})) {
    return failure(Kind::unavailable, remote.name, "has no commit " + commit);
  }
  // What a build asks for by name, or by id.
  for (const Words& words : {Words{"update-ref", "refs/heads/fetched", commit},
                             Words{"config", "uploadpack.allowAnySHA1InWant", "true"}}) {
    if (const auto done = git.run(with({folder}, words)); !done) {
      return std::unexpected(done.error());
    }
  }
  return {};
}

// Whether all of a commit can be read: a power cut can leave files without their content.
bool is_sound(const Git& git, const fs::path& repository) {
  return git.run({"--git-dir=" + repository.string(), "fsck", "--full", "--no-dangling"})
      .has_value();
}

}  // namespace

std::expected<CachedCommit, FetchFailure> fetch_commit(const opam::Url& url,
                                                       const SourceCache& cache,
                                                       const AddressPolicy& policy,
                                                       const DownloadLimits& limits) {
  const std::string wanted = url.hash.value_or("HEAD");
  CachedCommit result{{}, lower(wanted), !opam::is_commit(wanted)};
  TRY_ASSIGN(auto remote, remote_of(url, policy));
  const Git git(remote, limits);
  const auto is_there = [&] {
    std::error_code error;
    result.repository = cache.repository(remote.name, result.commit);
    return fs::exists(result.repository / "HEAD", error) && is_sound(git, result.repository);
  };
  if (!result.resolved && is_there()) return result;
  TRY(find_way(remote, policy, limits));
  if (result.resolved) {
    TRY_ASSIGN(auto commit, resolve(git, remote, wanted));
    result.commit = std::move(commit);
    if (is_there()) return result;
  }
  if (const auto gone = remove_tree(result.repository); !gone) {  // if it is there, it is torn
    return std::unexpected(FetchFailure{Kind::cache, gone.error().message});
  }
  const auto unfinished = cache.begin();
  if (!unfinished) return std::unexpected(FetchFailure{Kind::cache, unfinished.error().message});
  TRY(fill(git, remote, unfinished->repository(), result.commit));
  if (const auto kept = cache.keep_repository(*unfinished, remote.name, result.commit); !kept) {
    return std::unexpected(FetchFailure{Kind::cache, kept.error().message});
  }
  return result;
}

}  // namespace oxbow::fetch
