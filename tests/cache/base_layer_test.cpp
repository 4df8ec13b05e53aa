#include "cache/base_layer.h"

#include <catch2/catch.hpp>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "base/file.h"
#include "base/file_lock.h"
#include "tests/scratch_folder.h"

using namespace oxbow;
using namespace oxbow::cache;
using Catch::Matchers::Contains;
using IfThere = BaseLayer::IfThere;
namespace fs = std::filesystem;

namespace {

constexpr const char* platform = "debian-12-x86_64";

class Scratch {
 public:
  BaseLayer base() const { return {folder_.path(), platform}; }
  /// What is beside the base, and the base.
  fs::path operator/(std::string_view name) const { return folder_.path() / platform / name; }

 private:
  ScratchFolder folder_;
};

// A root file system of this machine's shell and a few programs, with an opam that makes as many
// files as are looked at. What it is given first runs in it as its last step.
std::string tiny_root(const std::string& more = "") {
  return R"sh(
    set -eu
    cd "$OXBOW_DESTINATION"
    mkdir -p bin etc home/opam
    for program in sh mkdir rm id; do cp -L "$(command -v "$program")" bin; done
    for file in $(ldd bin/* | grep -o '/lib[^ ]*' | sort -u); do
      mkdir -p ".${file%/*}"
      cp -L "$file" ".$file"
    done
    echo 'root:x:0:0::/root:/bin/sh' >etc/passwd
    echo 'opam:x:1000:1000::/home/opam:/bin/sh' >>etc/passwd
    chown 1000:1000 home/opam
    cat >bin/opam <<'END'
#!/bin/sh
case "$1" in
  init) mkdir -p .opam/repo; : >.opam/config; : >.opam/repo/default.tar.gz; : >.opam/repo/state-1.cache
    test -e empty/repo; echo "uid $(id -u), $OPAMYES, ${SECRET-no secret}";;
  switch) mkdir -p .opam/default/.opam-switch/packages/cache;;
  --version) echo 9.8.7;;
esac
END
    chmod 755 bin/opam
  )sh" + more;
}

BaseOrigin by(std::string command) { return {{}, {}, std::move(command)}; }

std::string record_error(const Result<BaseRecord>& result) {
  return result ? "(no error)" : result.error().message;
}

// Whether a base can be made here; says so where not.
bool is_root() {
  if (::geteuid() == 0) return true;
  WARN("only root can make a base layer: nothing was tested");
  return false;
}

}  // namespace

TEST_CASE("a base's record is read back as it was written") {
  for (const BaseRecord& record :
       {BaseRecord{platform, 1732368000, {"bookworm", {"m4", "ocaml-nox"}, {}}, "2.1.2"},
        BaseRecord{platform, 0, {{}, {}, "tar -xf \"a b\"\n"}, "2.4.1"}}) {
    const auto read = parse_base_record(to_json(record));
    REQUIRE(read);
    CHECK(*read == record);
  }
}

TEST_CASE("of a bad record the member is named") {
  const auto error = [](std::string_view json) {
    const auto record = parse_base_record(json);
    return record ? "(none)" : record.error().message;
  };
  CHECK_THAT(error("{"), Contains("not JSON"));
  CHECK(error("[]") == "the base's record is not a JSON object");
  const auto of_member = [&](std::string_view json) {
    constexpr std::string_view before = "the base's record: member ";
    const std::string told = error(json);
    return told.starts_with(before) ? told.substr(before.size()) : told;
  };
  CHECK(of_member("{}") == "'version' is missing");
  CHECK(of_member(R"({"version": 2})") == "'version' is not 1");
  CHECK(of_member(R"({"version": 1})") == "'platform' is missing");
  CHECK(of_member(R"({"version": 1, "platform": "p"})") == "'created' is missing");
  CHECK(of_member(R"({"version": 1, "created": 1, "platform": "p", "suite": "s"})") ==
        "'packages' is missing");
  CHECK(of_member(R"({"version": 1, "created": 1, "platform": "p", "command": 1})") ==
        "'command' is not a string");
  CHECK(of_member(R"({"version": 1, "created": 1, "platform": "p", "command": "c", "opam": 2})") ==
        "'opam' is not a string");
}

TEST_CASE("the suite comes from the platform, unless it is named") {
  CHECK(base_origin("debian-12-x86_64", "", {})->suite == "bookworm");
  CHECK(base_origin("debian-13-arm64", "", {})->suite == "trixie");
  CHECK(base_origin("ubuntu-24.04-x86_64", "", {})->suite == "noble");
  CHECK(base_origin("debian-14-x86_64", "forky", {"m4"}) == BaseOrigin{"forky", {"m4"}, {}});
}

TEST_CASE("what mmdebstrap cannot make is said before it is tried") {
  const auto error = [](std::string_view on, const std::string& suite, const std::string& package) {
    const auto origin = base_origin(on, suite, {package});
    return origin ? "(none)" : origin.error().message;
  };
  CHECK_THAT(error("fedora-40-x86_64", "", "m4"),
             Contains("fedora-40-x86_64") && Contains("--command"));
  CHECK_THAT(error("debian-12-vax", "", "m4"), Contains("--command"));
  CHECK_THAT(error("debian-12-x86_64", "-", "m4"), Contains("'-' is not a Debian suite"));
  CHECK_THAT(error("debian-12-x86_64", "", "m4,gcc"), Contains("'m4,gcc' is not a Debian package"));
  CHECK_THAT(error("debian-12-x86_64", "", "--m4"), Contains("not a Debian package"));
  CHECK_THAT(error("debian-12-x86_64", "", "?essential"), Contains("not a Debian package"));
}

TEST_CASE("a base is made by a command, and found again") {
  if (!is_root()) return;
  const Scratch scratch;
  CHECK_FALSE(*scratch.base().find());
  ::setenv("SECRET", "a secret", 1);
  const auto made = scratch.base().create(by(tiny_root()), IfThere::fail);
  ::unsetenv("SECRET");
  REQUIRE(record_error(made) == "(no error)");
  CHECK(made->opam == "9.8.7");
  CHECK(made->platform == platform);
  CHECK(*scratch.base().find() == *made);
  // As opam, and with nothing of our environment.
  CHECK_THAT(*read_file(scratch / "base.log"), Contains("uid 1000, 1, no secret\n"));

  const fs::path home = scratch.base().fs() / "home/opam";
  for (const char* const folder : {"repo/default", "download-cache", "default/.opam-switch/build",
                                   "default/.opam-switch/sources", "default/.opam-switch/packages",
                                   "default/.opam-switch/install", "default/.opam-switch/config"}) {
    INFO(folder);
    struct stat status{};
    REQUIRE(::stat((home / ".opam" / folder).c_str(), &status) == 0);
    CHECK(S_ISDIR(status.st_mode));
    CHECK(status.st_uid == 1000);
    CHECK(fs::is_empty(home / ".opam" / folder));
  }
  CHECK(fs::exists(home / ".opam/config"));
  CHECK_FALSE(fs::exists(home / ".opam/repo/default.tar.gz"));
  CHECK_FALSE(fs::exists(home / ".opam/repo/state-1.cache"));
  CHECK_FALSE(fs::exists(home / "empty"));
  CHECK_FALSE(fs::exists(scratch / ".base-draft"));
  CHECK(fs::is_empty(scratch.base().fs() / "proc"));
  CHECK(fs::is_empty(scratch.base().fs() / "dev"));
  CHECK(tree_bytes(home) == 0);
  CHECK(tree_bytes(scratch.base().fs()) > 100000);
}

TEST_CASE("a base that is there is replaced only when that is asked for") {
  if (!is_root()) return;
  const Scratch scratch;
  REQUIRE(scratch.base().create(by(tiny_root("echo first >mark")), IfThere::fail));
  fs::create_directories(scratch / "some-layer");
  const auto second = tiny_root("echo second >mark");
  CHECK_THAT(record_error(scratch.base().create(by(second), IfThere::fail)), Contains("--replace"));
  CHECK(*read_file(scratch.base().fs() / "mark") == "first\n");
  CHECK(record_error(scratch.base().create(by("exit 7"), IfThere::replace)) != "(no error)");
  CHECK(*read_file(scratch.base().fs() / "mark") == "first\n");
  REQUIRE(scratch.base().create(by(second), IfThere::replace));
  CHECK(*read_file(scratch.base().fs() / "mark") == "second\n");
  CHECK(fs::exists(scratch / "some-layer"));
  CHECK_FALSE(fs::exists(scratch / ".base-old"));
}

TEST_CASE("of a command that fails the end of what it printed is told, and nothing left") {
  if (!is_root()) return;
  const Scratch scratch;
  const auto made = scratch.base().create(
      by("touch \"$OXBOW_DESTINATION/x\"; echo 1; echo 2; echo 3 >&2; echo; echo 4; exit 7"),
      IfThere::fail);
  CHECK(record_error(made) ==
        "the command for the base ended with exit code 7; what it printed is in " +
            (scratch / "base.log").string() + ", at the end: 2; 3; 4");
  CHECK(*read_file(scratch / "base.log") == "1\n2\n3\n\n4\n");
  CHECK_FALSE(fs::exists(scratch / "base"));
  CHECK_FALSE(fs::exists(scratch / ".base-draft"));
}

TEST_CASE("a command that leaves nothing is an error") {
  if (!is_root()) return;
  const Scratch scratch;
  CHECK_THAT(record_error(scratch.base().create(by("true"), IfThere::fail)),
             Contains("no root file system") && Contains("$OXBOW_DESTINATION"));
  CHECK_FALSE(fs::exists(scratch / ".base-draft"));
}

TEST_CASE("uid 1000 must be opam's and opam uid 1000") {
  if (!is_root()) return;
  const Scratch scratch;
  const auto error_with = [&](const std::string& line) {
    return record_error(
        scratch.base().create(by(tiny_root("echo '" + line + "' >etc/passwd")), IfThere::fail));
  };
  CHECK_THAT(error_with("mail:x:1000:1000::/home/opam:/bin/sh"),
             Contains("uid 1000 is mail there"));
  CHECK_THAT(error_with("opam:x:999:1000::/home/opam:/bin/sh"), Contains("opam is uid 999"));
  CHECK_THAT(error_with("opam:x:1000:1000::/srv:/bin/sh"), Contains("the home /home/opam"));
  CHECK_FALSE(fs::exists(scratch / "base"));
}

TEST_CASE("a base without opam is an error") {
  if (!is_root()) return;
  const Scratch scratch;
  CHECK_THAT(record_error(scratch.base().create(by(tiny_root("rm bin/opam")), IfThere::fail)),
             Contains("initialising opam") && Contains("not found"));
}

TEST_CASE("what a killed creator left is put right by the next") {
  if (!is_root()) return;
  const Scratch scratch;
  REQUIRE(scratch.base().create(by(tiny_root("echo first >mark")), IfThere::fail));
  // Killed after it had put the old one aside.
  fs::rename(scratch / "base", scratch / ".base-old");
  fs::create_directories(scratch / ".base-draft/fs/etc");
  CHECK_THAT(record_error(scratch.base().create(by(tiny_root()), IfThere::fail)),
             Contains("has a base already"));
  CHECK(*read_file(scratch.base().fs() / "mark") == "first\n");
  CHECK_FALSE(fs::exists(scratch / ".base-draft"));
}

TEST_CASE("nothing of a killed creator goes on") {
  if (!is_root()) return;
  const Scratch scratch;
  const pid_t creator = ::fork();
  if (creator == 0) {
    const auto made = scratch.base().create(by("echo x >\"$OXBOW_DESTINATION/started\"; sleep 1; "
                                               "touch \"$OXBOW_DESTINATION/on\"; true"),
                                            IfThere::fail);
    ::_exit(0);
  }
  const fs::path root = scratch / ".base-draft/fs";
  for (int i = 0; i < 500 && !fs::exists(root / "started"); ++i) ::usleep(10000);
  REQUIRE(fs::exists(root / "started"));
  ::kill(creator, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(creator, &status, 0) == creator);
  ::usleep(1500000);
  CHECK_FALSE(fs::exists(root / "on"));
}

TEST_CASE("of two processes that make one base the second is refused") {
  if (!is_root()) return;
  const Scratch scratch;
  fs::create_directories(scratch / "");
  std::array<int, 2> ready{};
  std::array<int, 2> over{};
  REQUIRE(::pipe(ready.data()) == 0);
  REQUIRE(::pipe(over.data()) == 0);
  const pid_t other = ::fork();
  char byte = 0;
  if (other == 0) {
    const auto lock =
        FileLock::take(scratch / "base.lock", FileLock::Mode::exclusive, FileLock::Wait::yes);
    ::close(over[1]);
    const bool told = ::write(ready[1], "x", 1) == 1;
    const bool waited = ::read(over[0], &byte, 1) == 0;
    ::_exit(lock && told && waited ? 0 : 1);
  }
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK_THAT(record_error(scratch.base().create(by(tiny_root()), IfThere::fail)),
             Contains("another process is making the base of debian-12-x86_64"));
  ::close(over[1]);
  int status = 0;
  REQUIRE(::waitpid(other, &status, 0) == other);
  CHECK(status == 0);
}

TEST_CASE("a file with two names takes its room once") {
  const Scratch scratch;
  fs::create_directories(scratch / "tree/sub");
  std::ofstream(scratch / "tree/one") << std::string(1000, 'x');
  std::ofstream(scratch / "tree/other") << std::string(10, 'x');
  fs::create_hard_link(scratch / "tree/one", scratch / "tree/sub/again");
  CHECK(tree_bytes(scratch / "tree") == 1010);
}

TEST_CASE("who is not root is told so") {
  const bool root = ::geteuid() == 0;
  const Scratch scratch;
  if (root) REQUIRE(::seteuid(1000) == 0);
  const auto made = scratch.base().create(by("true"), IfThere::fail);
  if (root) REQUIRE(::seteuid(0) == 0);
  CHECK_THAT(record_error(made), Contains("only root") && Contains("sudo"));
}
