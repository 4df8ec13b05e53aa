#include "repo/git_remote.h"

#include <fmt/format.h>
#include <git2.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "base/ascii.h"
#include "base/file_lock.h"
#include "base/hash.h"
#include "repo/git_library.h"

namespace oxbow::repo {
namespace {

namespace fs = std::filesystem;

using Repository = Handle<git_repository, git_repository_free>;
using Remote = Handle<git_remote, git_remote_free>;

constexpr std::chrono::minutes longest_wait{10};
constexpr std::chrono::milliseconds between_tries{50};
constexpr const char* all_references = "+refs/*:refs/*";

Result<FileLock> lock_mirror(const fs::path& file) {
  const auto deadline = std::chrono::steady_clock::now() + longest_wait;
  for (;;) {
    TRY_ASSIGN(auto lock, FileLock::take(file, FileLock::Mode::exclusive, FileLock::Wait::no));
    if (lock) return *std::move(lock);
    if (std::chrono::steady_clock::now() > deadline) {
      return fail(fmt::format("{}: held by another process for {} minutes; end that process",
                              file.string(), longest_wait.count()));
    }
    std::this_thread::sleep_for(between_tries);
  }
}

/// What libgit2's callbacks are given, and what they found out.
struct Transfer {
  const OnProgress& on_progress;
  bool agent_tried = false;
  bool given_up = false;
  std::string refusal = {};  // why signing in failed, when it did
};

int transferred(const git_indexer_progress* progress, void* payload) {
  auto& transfer = *static_cast<Transfer*>(payload);
  if (!transfer.on_progress) return 0;
  transfer.given_up = !transfer.on_progress({progress->total_objects, progress->received_objects});
  return transfer.given_up ? GIT_EUSER : 0;
}

int credentials(git_credential** out, const char* /*url*/, const char* user, unsigned int allowed,
                void* payload) {
  auto& transfer = *static_cast<Transfer*>(payload);
  const char* const name = user != nullptr ? user : "git";
  if ((allowed & GIT_CREDENTIAL_USERNAME) != 0) return git_credential_username_new(out, name);
  if ((allowed & GIT_CREDENTIAL_SSH_KEY) == 0) {
    transfer.refusal = "it asks for a name and a password, which are not given; use an ssh URL";
    return GIT_EAUTH;
  }
  // Being asked again means that the agent's keys were refused.
  if (std::exchange(transfer.agent_tried, true)) {
    transfer.refusal = "it accepts no key of the ssh agent; see `ssh-add -l`";
    return GIT_EAUTH;
  }
  return git_credential_ssh_key_from_agent(out, name);
}

// The way of the error: the refusal if there was one, or libgit2's reason.
std::string failure(const Transfer& transfer, std::string_view url) {
  if (transfer.given_up) return "given up";
  if (!transfer.refusal.empty()) return transfer.refusal;
  std::string reason = git_reason();
  // libgit2 may repeat the URL with what is secret in it.
  for (std::size_t at = 0; (at = reason.find(url, at)) != std::string::npos;) {
    const std::string shown = without_credentials(url);
    reason.replace(at, url.size(), shown);
    at += shown.size();
  }
  if (reason.find("SSH agent") != std::string::npos ||
      reason.find("ssh agent") != std::string::npos) {
    reason += "; start an ssh agent that has your key";
  }
  return reason;
}

// HEAD on the remote's default branch; a remote without commits has none.
int set_head(git_repository* repository, git_remote* remote) {
  git_buf branch = GIT_BUF_INIT;
  const int code = git_remote_default_branch(&branch, remote);
  if (code != 0) return code == GIT_ENOTFOUND ? 0 : code;
  const int set = git_repository_set_head(repository, branch.ptr);
  git_buf_dispose(&branch);
  return set;
}

std::optional<Error> fetch(git_repository* repository, std::string_view url,
                           const OnProgress& on_progress,
                           const std::vector<std::string>& refspecs) {
  Transfer transfer{.on_progress = on_progress};
  const auto failed = [&] {
    return Error{
        fmt::format("{}: cannot be fetched: {}", without_credentials(url), failure(transfer, url))};
  };
  // The remote is not written to the mirror's configuration, since its URL may hold a password.
  git_remote_create_options created = GIT_REMOTE_CREATE_OPTIONS_INIT;
  created.repository = repository;
  created.fetchspec = all_references;
  // The URL is taken as given. (Looking for a replacement leaks in libgit2 1.5.)
  created.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF;
  git_remote* raw = nullptr;
  if (git_remote_create_with_opts(&raw, std::string(url).c_str(), &created) != 0) return failed();
  const Remote remote(raw);

  git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
  options.prune = GIT_FETCH_PRUNE;
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;  // refs/* has them
  options.update_fetchhead = 0;
  options.proxy_opts.type = GIT_PROXY_AUTO;
  options.callbacks.payload = &transfer;
  options.callbacks.transfer_progress = transferred;
  options.callbacks.credentials = credentials;
  std::vector<char*> wanted;
  wanted.reserve(refspecs.size());
  for (const std::string& refspec : refspecs) wanted.push_back(const_cast<char*>(refspec.c_str()));
  const git_strarray some{wanted.data(), wanted.size()};
  if (git_remote_fetch(raw, wanted.empty() ? nullptr : &some, &options, nullptr) != 0) {
    return failed();
  }
  if (set_head(repository, raw) != 0) return failed();
  return std::nullopt;
}

std::optional<Error> clone(const fs::path& folder, std::string_view url,
                           const OnProgress& on_progress,
                           const std::vector<std::string>& refspecs) {
  const fs::path unfinished = folder.string() + ".new";
  std::error_code error;
  fs::remove_all(unfinished, error);  // left by a process that died
  git_repository* raw = nullptr;
  if (git_repository_init(&raw, unfinished.c_str(), 1) != 0) {
    return Error{fmt::format("{}: cannot be created: {}", unfinished.string(), git_reason())};
  }
  Repository repository(raw);
  auto failed = fetch(raw, url, on_progress, refspecs);
  repository.reset();
  if (!failed) {
    fs::rename(unfinished, folder, error);
    if (!error) return std::nullopt;
    failed = Error{fmt::format("{}: cannot be created: {}", folder.string(), error.message())};
  }
  fs::remove_all(unfinished, error);
  return failed;
}

// What a process that was killed in the middle of a fetch has left: locks of references, which
// would refuse every later fetch, and unfinished packs. Whoever holds the mirror's own lock is the
// only one at work in it.
std::error_code remove_leftovers(const fs::path& mirror) {
  const auto is_lock = [](const fs::path& file) { return file.extension() == ".lock"; };
  const auto is_unfinished_pack = [](const fs::path& file) {
    return file.filename().string().starts_with("pack_git2_");
  };
  std::vector<fs::path> doomed;
  std::error_code error;
  for (fs::directory_iterator entry(mirror, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_lock(entry->path())) doomed.push_back(entry->path());
  }
  for (fs::recursive_directory_iterator entry(mirror / "refs", error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_lock(entry->path())) doomed.push_back(entry->path());
  }
  for (fs::directory_iterator entry(mirror / "objects/pack", error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_unfinished_pack(entry->path())) doomed.push_back(entry->path());
  }
  for (const fs::path& file : doomed) {
    if (!error) fs::remove(file, error);
  }
  return error;
}

// "HOST-PATH-HASH.git": for people to read, and one for each URL.
std::string folder_name(std::string_view url) {
  std::string name = without_credentials(url);
  if (const std::size_t scheme = name.find("://"); scheme != std::string::npos) {
    name.erase(0, scheme + 3);
  }
  if (name.ends_with(".git")) name.erase(name.size() - 4);
  std::ranges::replace_if(name, [](char c) { return !is_alphanumeric(c) && c != '.'; }, '-');
  name.erase(0, std::min(name.find_first_not_of("-."), name.size()));
  constexpr std::size_t longest = 80;
  if (name.size() > longest) name.erase(0, name.size() - longest);
  return fmt::format("{}-{}.git", name, sha256_hex(url).substr(0, 12));
}

}  // namespace

bool is_url(std::string_view text) {
  if (text.find("://") != std::string_view::npos) return true;
  const std::size_t at = text.find('@');
  const std::size_t colon = text.find(':');
  return at != std::string_view::npos && colon != std::string_view::npos && at > 0 &&
         at + 1 < colon && text.find('/') > colon;
}

std::string without_credentials(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const std::size_t begin = scheme + 3;
  const std::string_view authority = url.substr(begin, url.find('/', begin) - begin);
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, begin)).append(url.substr(begin + at + 1));
}

fs::path mirror_folder(std::string_view url, const fs::path& cache) {
  return cache / folder_name(url);
}

Result<fs::path> mirror(std::string_view url, const fs::path& cache, const OnProgress& on_progress,
                        const std::vector<std::string>& refspecs) {
  start_git();
  std::error_code error;
  fs::create_directories(cache, error);
  if (error) {
    return fail(fmt::format("{}: cannot be created: {}", cache.string(), error.message()));
  }
  fs::path folder = mirror_folder(url, cache);
  TRY_ASSIGN(const auto lock, lock_mirror(folder.string() + ".lock"));

  if (!fs::exists(folder, error)) {
    if (auto failed = clone(folder, url, on_progress, refspecs))
      return std::unexpected(std::move(*failed));
    return folder;
  }
  if (const std::error_code left = remove_leftovers(folder)) {
    return fail(fmt::format("{}: cannot be put in order: {}", folder.string(), left.message()));
  }
  git_repository* raw = nullptr;
  if (git_repository_open_ext(&raw, folder.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr) != 0) {
    return fail(fmt::format("{}: cannot open the mirror: {}; remove it to clone it again",
                            folder.string(), git_reason()));
  }
  const Repository repository(raw);
  if (auto failed = fetch(raw, url, on_progress, refspecs))
    return std::unexpected(std::move(*failed));
  return folder;
}

}  // namespace oxbow::repo
