#include "fetch/git_fetch.h"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/hash.h"
#include "base/process.h"
#include "tests/fetch/scratch_sources.h"
#include "tests/fetch/web_server.h"

namespace oxbow::fetch {
namespace {

namespace fs = std::filesystem;
using Kind = FetchFailure::Kind;

std::vector<std::string> environment() {
  return {"PATH=/usr/bin:/bin",         "HOME=/nonexistent",        "GIT_CONFIG_NOSYSTEM=1",
          "GIT_AUTHOR_NAME=Test",       "GIT_AUTHOR_EMAIL=t@e.org", "GIT_COMMITTER_NAME=Test",
          "GIT_COMMITTER_EMAIL=t@e.org"};
}

// What a program prints, without the last newline; it must succeed.
std::string run(std::vector<std::string> words) {
  ProcessRequest request;
  request.arguments = std::move(words);
  request.environment = environment();
  const auto end = run_process(request);
  REQUIRE(end);
  INFO(end->output);
  REQUIRE(end->status == 0);
  std::string output = end->output;
  while (output.ends_with('\n')) output.pop_back();
  return output;
}

/// A repository with two commits: the first is at branch old and tag v1 (annotated), the second at
/// main.
struct Upstream {
  ScratchSources scratch;
  fs::path path = scratch / "upstream";
  std::string first;
  std::string second;

  Upstream() {
    run({"git", "init", "-q", "-b", "main", path});
    first = commit("one");
    git({"branch", "old"});
    git({"tag", "-a", "-m", "v1", "v1"});
    second = commit("two");
  }

  std::string git(std::vector<std::string> words) const {
    words.insert(words.begin(), {"git", "-C", path});
    return run(std::move(words));
  }
  std::string commit(const std::string& text) const {
    REQUIRE(write_file(path / "file", text));
    git({"add", "-A"});
    git({"commit", "-q", "-m", "change"});
    return git({"rev-parse", "HEAD"});
  }
  // A bare copy that any web server can serve.
  fs::path dumb_copy() const {
    const fs::path copy = scratch / "dumb.git";
    run({"git", "clone", "-q", "--bare", path, copy});
    run({"git", "-C", copy, "update-server-info"});
    return copy;
  }
};

opam::Url git_url(const std::string& place, const std::string& hash) {
  const auto url = opam::parse_url("git+" + place + (hash.empty() ? "" : "#" + hash));
  REQUIRE(url);
  return *url;
}

struct Fetch {
  std::expected<CachedCommit, FetchFailure> got;

  Fetch(const opam::Url& url, const SourceCache& cache,
        const AddressPolicy& policy = {.private_addresses = true, .local_files = true},
        const DownloadLimits& limits = {})
      : got(fetch_commit(url, cache, policy, limits)) {}

  const CachedCommit& commit() const {
    INFO((got ? std::string() : got.error().message));
    REQUIRE(got);
    return *got;
  }
  const FetchFailure& failure() const {
    REQUIRE_FALSE(got);
    INFO(got.error().message);
    CHECK(got.error().message.find('\n') == std::string::npos);
    return got.error();
  }
};

TEST_CASE("a commit is fetched into a bare repository of its own, without its history") {
  const Upstream upstream;
  const SourceCache cache(upstream.scratch / "cache");
  const std::string url = "file://" + upstream.path.string();
  for (const std::string& id : {upstream.first, upstream.second}) {
    const CachedCommit commit = Fetch(git_url(url, id), cache).commit();
    CHECK(commit == CachedCommit{cache.folder() / "git" / sha256_hex(url) / id, id, false});
    const std::string repository = "--git-dir=" + commit.repository.string();
    for (const char* const name : {"HEAD", "refs/heads/fetched"}) {
      CHECK(run({"git", repository, "rev-parse", name}) == id);
    }
    CHECK(run({"git", repository, "rev-list", "--count", "HEAD"}) == "1");
    CHECK_FALSE(fs::exists(commit.repository / "hooks"));
  }
  CHECK(std::distance(fs::directory_iterator(cache.folder()), {}) == 1);
}

TEST_CASE("a commit that is there is not fetched again") {
  const Upstream upstream;
  const SourceCache cache(upstream.scratch / "cache");
  const auto url = git_url("file://" + upstream.path.string(), upstream.first);
  const CachedCommit commit = Fetch(url, cache).commit();
  fs::remove_all(upstream.path);
  CHECK(Fetch(url, cache).commit() == commit);
}

TEST_CASE("a repository of the cache that lost its content is fetched anew") {
  const Upstream upstream;
  const SourceCache cache(upstream.scratch / "cache");
  const auto url = git_url("file://" + upstream.path.string(), upstream.first);
  const CachedCommit commit = Fetch(url, cache).commit();
  // As a power cut leaves files that were not written out.
  std::size_t torn = 0;
  for (const auto& entry : fs::recursive_directory_iterator(commit.repository / "objects")) {
    if (!entry.is_regular_file()) continue;
    fs::permissions(entry.path(), fs::perms::owner_write, fs::perm_options::add);
    fs::resize_file(entry.path(), 0);
    ++torn;
  }
  REQUIRE(torn > 0);
  CHECK(Fetch(url, cache).commit() == commit);
  CHECK(run({"git", "--git-dir=" + commit.repository.string(), "show", "HEAD:file"}) == "one");
}

TEST_CASE("a branch, a tag and no name at all are resolved") {
  const Upstream upstream;
  const SourceCache cache(upstream.scratch / "cache");
  const std::string url = "file://" + upstream.path.string();
  for (const auto& [name, commit] : {std::pair<std::string, std::string>{"", upstream.second},
                                     {"main", upstream.second},
                                     {"old", upstream.first},
                                     {"v1", upstream.first},
                                     {"refs/heads/old", upstream.first}}) {
    INFO(name);
    const CachedCommit got = Fetch(git_url(url, name), cache).commit();
    CHECK(got.commit == commit);
    CHECK(got.resolved);
  }
  const std::string third = upstream.commit("three");
  CHECK(Fetch(git_url(url, "main"), cache).commit().commit == third);
}

TEST_CASE("what the repository has not is unavailable, and leaves nothing") {
  const Upstream upstream;
  const SourceCache cache(upstream.scratch / "cache");
  const std::string url = "file://" + upstream.path.string();
  CHECK(Fetch(git_url(url, "nothing"), cache).failure().kind == Kind::unavailable);
  CHECK(Fetch(git_url(url, std::string(40, 'a')), cache).failure().kind == Kind::unavailable);
  CHECK(Fetch(git_url(url + "-not", upstream.first), cache).failure().kind == Kind::unavailable);
  const FetchFailure abbreviated =
      Fetch(git_url(url, upstream.first.substr(0, 12)), cache).failure();
  CHECK(abbreviated.kind == Kind::refused);
  CHECK(abbreviated.message.find("the whole id is needed") != std::string::npos);
  std::error_code error;
  CHECK_FALSE(fs::exists(cache.folder() / "git", error));
}

TEST_CASE("git is not used over what cannot be held to an address, nor given options") {
  const Upstream upstream;
  const SourceCache cache(upstream.scratch / "cache");
  for (const char* const text :
       {"git://127.0.0.1/x", "git+ssh://git@127.0.0.1/x", "git@github.com:a/b.git",
        "git+ext://sh -c touch% /tmp/x", "git+ftp://h/x", "git+https://0x7f.1/x"}) {
    INFO(text);
    const auto url = opam::parse_url(text, opam::Backend::git);
    REQUIRE(url);
    CHECK(Fetch(*url, cache).failure().kind == Kind::refused);
  }
  const std::string url = "file://" + upstream.path.string();
  for (const char* const name : {"--upload-pack=touch x", "-x", "a b", "*", "a:b"}) {
    INFO(name);
    CHECK(Fetch(git_url(url, name), cache).failure().kind == Kind::refused);
  }
  const AddressPolicy no_files = {.private_addresses = true};
  CHECK(Fetch(git_url(url, upstream.first), cache, no_files).failure().kind == Kind::refused);
}

// The files of a bare repository; /moved/… leads to them.
WebServer serve(const fs::path& repository) {
  return WebServer([repository](const std::string& path, const Connection& connection) {
    if (path.starts_with("/moved/")) {
      connection.send(redirect("/repository/" + path.substr(7)));
    } else if (path.starts_with("/repository/")) {
      const std::string name = path.substr(12, path.find('?') - 12);
      const auto text = read_file(repository / name);
      connection.send(text ? ok(*text) : not_found());
    } else {
      connection.send(not_found());
    }
  });
}

TEST_CASE("a commit is fetched over http, also from a server that knows nothing of git") {
  const Upstream upstream;
  const WebServer server = serve(upstream.dumb_copy());
  const SourceCache cache(upstream.scratch / "cache");
  const std::string authority = "localhost:" + std::to_string(server.port());
  const std::string url = "http://me:secret@" + authority + "/repository/";
  const CachedCommit commit = Fetch(git_url(url, upstream.first), cache).commit();
  CHECK(commit.commit == upstream.first);
  CHECK(commit.repository.parent_path().filename() ==
        sha256_hex("http://" + authority + "/repository"));
  CHECK(Fetch(git_url(url, "v1"), cache).commit().commit == upstream.first);
  for (const std::string& request : server.requests()) {
    CHECK(request.find("uthorization") == std::string::npos);
  }
  const CachedCommit moved =
      Fetch(git_url("http://" + authority + "/moved", upstream.second), cache).commit();
  CHECK(moved.commit == upstream.second);
  CHECK(Fetch(git_url("http://" + authority + "/none", upstream.second), cache).failure().kind ==
        Kind::unavailable);
}

// What fetch_commit counts on, of a name that nothing but the setting can know.
TEST_CASE("git connects to the address that it is given for a name") {
  const Upstream upstream;
  const WebServer server = serve(upstream.dumb_copy());
  const std::string authority = "no-such-host.invalid:" + std::to_string(server.port());
  const std::string listed =
      run({"git", "-c", "http.curloptResolve=" + authority + ":127.0.0.1", "ls-remote",
           "http://" + authority + "/repository", "refs/heads/main"});
  CHECK(listed.starts_with(upstream.second));
}

TEST_CASE("git connects to nothing that the policy forbids, nor does it follow a redirect there") {
  const Upstream upstream;
  const WebServer server = serve(upstream.dumb_copy());
  const SourceCache cache(upstream.scratch / "cache");
  const std::string url = "http://localhost:" + std::to_string(server.port()) + "/repository";
  CHECK(Fetch(git_url(url, upstream.first), cache, {}).failure().kind == Kind::refused);
  CHECK(server.connections() == 0);

  // The second time it is asked, which is by git, the server sends it elsewhere.
  std::atomic<int> asked = 0;
  const WebServer turning([&](const std::string&, const Connection& connection) {
    connection.send(++asked == 1 ? ok("") : redirect(url + "/info/refs?service=git-upload-pack"));
  });
  CHECK(Fetch(git_url(turning.url("/x"), upstream.first), cache).failure().kind ==
        Kind::unavailable);
  CHECK(asked > 1);
  CHECK(server.connections() == 0);
}

TEST_CASE("a pack above the limit is refused, and a server that stalls is given up") {
  const Upstream upstream;
  std::string noise;
  for (int i = 0; noise.size() < 300000; ++i) noise += sha256_hex(std::to_string(i));
  const std::string large = upstream.commit(noise);
  const SourceCache cache(upstream.scratch / "cache");
  const AddressPolicy policy = {.private_addresses = true, .local_files = true};
  const DownloadLimits small = {.bytes = 100000};
  CHECK(Fetch(git_url("file://" + upstream.path.string(), large), cache, policy, small)
            .failure()
            .kind == Kind::refused);

  std::atomic<int> asked = 0;
  const WebServer stalling([&](const std::string&, const Connection& connection) {
    if (++asked == 1) connection.send(ok(""));
    while (asked > 1 && !connection.stopped()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  const DownloadLimits brief = {.total = std::chrono::milliseconds(900)};
  const Fetch stalled(git_url(stalling.url("/x"), large), cache, policy, brief);
  CHECK(stalled.failure().message.find("not done after") != std::string::npos);
}

TEST_CASE("a submodule's url is never asked") {
  const Upstream upstream;
  const WebServer trap(
      [](const std::string&, const Connection& connection) { connection.send(not_found()); });
  REQUIRE(write_file(upstream.path / ".gitmodules",
                     "[submodule \"m\"]\n\tpath = m\n\turl = " + trap.url("/m.git") + "\n"));
  upstream.git({"update-index", "--add", "--cacheinfo", "160000," + upstream.first + ",m"});
  const std::string commit = upstream.commit("with a submodule");
  const SourceCache cache(upstream.scratch / "cache");
  CHECK(Fetch(git_url("file://" + upstream.path.string(), commit), cache).commit().commit ==
        commit);
  CHECK(trap.connections() == 0);
}

TEST_CASE("the user that builds can clone from a repository of the cache") {
  if (::geteuid() != 0) return;
  const Upstream upstream;
  const SourceCache cache(upstream.scratch / "cache");
  const mode_t before = ::umask(077);
  const CachedCommit commit =
      Fetch(git_url("file://" + upstream.path.string(), upstream.first), cache).commit();
  ::umask(before);
  const fs::path home = upstream.scratch / "home";
  fs::create_directory(home);
  REQUIRE(::chown(home.c_str(), 1000, 1000) == 0);
  const std::string url = "file://" + commit.repository.string();
  const std::vector<std::string> as_builder = {"setpriv", "--reuid",        "1000", "--regid",
                                               "1000",    "--clear-groups", "git"};
  const auto git = [&](const std::vector<std::string>& words) {
    auto all = as_builder;
    all.insert(all.end(), words.begin(), words.end());
    return run(all);
  };
  git({"clone", "-q", url, home / "clone"});
  CHECK(text_of(home / "clone/file") == "one");
  git({"init", "-q", home / "other"});
  git({"-C", home / "other", "fetch", "-q", "--update-shallow", url,
       "+" + upstream.first + ":refs/remotes/opam-ref"});
  CHECK(git({"-C", home / "other", "rev-parse", "refs/remotes/opam-ref"}) == upstream.first);
}

}  // namespace
}  // namespace oxbow::fetch
