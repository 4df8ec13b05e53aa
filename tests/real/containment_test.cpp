#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "base/descriptor.h"
#include "base/hash.h"
#include "tests/real/layer.h"

// What a build may do to us, and what comes of it.
namespace oxbow::real {
namespace {

using Catch::Matchers::Contains;
using layer::Recipe;
namespace fs = std::filesystem;

/// A server that counts who connects to it.
class Server {
 public:
  explicit Server(const std::string& address) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    address_.sin_family = AF_INET;
    REQUIRE(::inet_pton(AF_INET, address.c_str(), &address_.sin_addr) == 1);
    listen(reinterpret_cast<sockaddr*>(&address_), sizeof address_);
    socklen_t size = sizeof address_;
    REQUIRE(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address_), &size) == 0);
  }

  /// One with a name that is not a file's, which belongs to the network, too.
  static Server abstract(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    Server server;
    server.listen(reinterpret_cast<sockaddr*>(&address),
                  static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size()));
    return server;
  }

  int port() const { return ntohs(address_.sin_port); }

  std::size_t connections() const {
    std::size_t count = 0;
    pollfd waiting{socket_.get(), POLLIN, 0};
    while (::poll(&waiting, 1, 0) == 1) {
      const Descriptor connection(::accept(socket_.get(), nullptr, nullptr));
      ++count;
    }
    return count;
  }

 private:
  Server() : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {}

  void listen(const sockaddr* address, socklen_t size) const {
    REQUIRE(::bind(socket_.get(), address, size) == 0);
    REQUIRE(::listen(socket_.get(), 16) == 0);
  }

  Descriptor socket_;
  sockaddr_in address_{};
};

// An address of this machine's that is not a loopback; "" if it has none.
std::string other_address() {
  ifaddrs* all = nullptr;
  REQUIRE(::getifaddrs(&all) == 0);
  std::string found;
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
    const bool usable = each->ifa_addr != nullptr && each->ifa_addr->sa_family == AF_INET &&
                        (each->ifa_flags & IFF_LOOPBACK) == 0 && (each->ifa_flags & IFF_UP) != 0;
    if (!usable) continue;
    char text[INET_ADDRSTRLEN];
    const auto* const address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
    found = ::inet_ntop(AF_INET, &address->sin_addr, text, sizeof text);
  }
  ::freeifaddrs(all);
  return found;
}

// A sum over the names, sizes, owners and times of a tree: whatever is written changes it.
std::string fingerprint(const fs::path& tree) {
  std::string all;
  for (auto entry = fs::recursive_directory_iterator(fs::canonical(tree));
       entry != fs::recursive_directory_iterator(); ++entry) {
    struct stat status{};
    if (::lstat(entry->path().c_str(), &status) != 0) return "unreadable";
    all += fmt::format("{} {} {} {} {} {} {}.{}\n", entry->path().string(), status.st_ino,
                       status.st_mode, status.st_uid, status.st_size, status.st_nlink,
                       status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
  }
  return sha256_hex(all);
}

// Runs a case with each sandbox; afterwards nothing is left of it.
template <typename Case>
void in_each_sandbox(const Case& run) {
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const Builder builder(sandbox);
      run(builder);
      CHECK(left_over(builder.cache().path()) == Texts{});
    }
  }
}

TEST_CASE("a build has no network") {
  const std::string other = other_address();
  if (other.empty()) WARN("this machine has no address but loopback's; only that is tried");
  in_each_sandbox([&](const Builder& builder) {
    const std::string name = fmt::format("oxbow-test-{}", ::getpid());
    const Server loopback("127.0.0.1");
    const Server outside(other.empty() ? "127.0.0.1" : other);
    const Server abstract = Server::abstract(name);
    const std::string reach = fmt::format(
        "try() {{ if timeout 5 \"$@\" 2>&1; then echo \"REACHED $*\"; reached=1; fi; }}\n"
        "try bash -c 'exec 3<>/dev/tcp/127.0.0.1/{}'\n"
        "try bash -c 'exec 3<>/dev/tcp/{}/{}'\n"
        "try perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) or die;"
        " connect(S, pack(\"S a*\", AF_UNIX, \"\\0{}\")) or die \"$!\"'\n",
        loopback.port(), other.empty() ? "127.0.0.1" : other, outside.port(), name);
    // From here all of it is reached: otherwise what follows shows nothing.
    const Ended here = e2e::run({"sh", "-c", reach + "exit 0"}, builder.folder().path());
    INFO(here.out);
    REQUIRE(loopback.connections() == 1);
    REQUIRE(outside.connections() == 1);
    REQUIRE(abstract.connections() == 1);

    const Recipe spec = scripted(
        "reach.1", reach + "try getent ahosts deb.debian.org\n[ -n \"$reached\" ] || exit 1");
    const BuiltLayer built = builder.build(spec, {.limits = {.time = std::chrono::seconds(300)}});
    INFO(builder.log(spec));
    CHECK(built.outcome == "failure");
    CHECK(built.code == 1);
    CHECK_THAT(builder.log(spec), !Contains("REACHED"));
    CHECK_THAT(builder.log(spec), Contains("Connection refused"));
    CHECK(loopback.connections() == 0);
    CHECK(outside.connections() == 0);
    CHECK(abstract.connections() == 0);
  });
}

// A library, and a package that stands on it and does what it likes with it.
Recipe library() {
  Recipe spec = layer_spec("low.1",
                           "install: [[\"mkdir\" \"-p\" \"%{lib}%/low/deep\"]"
                           " [\"sh\" \"-c\" \"echo first >%{lib}%/low/a\"]"
                           " [\"sh\" \"-c\" \"echo second >%{lib}%/low/deep/b\"]]");
  return spec;
}

TEST_CASE("what lies below a build stays as it is") {
  const fs::path base = fs::path(OXBOW_WORLD "/cache/debian-12-x86_64/base/fs");
  const std::string before = fingerprint(base);
  in_each_sandbox([&](const Builder& builder) {
    const Recipe low = library();
    REQUIRE(builder.build(low).outcome == "success");
    const fs::path lib = builder.layer(low) / "fs/home/opam/.opam/default/lib/low";
    REQUIRE(content(lib / "a") == "first\n");
    const std::string low_before = fingerprint(builder.layer(low) / "fs");

    Recipe top = scripted("top.1",
                          "for path in /etc/planted /usr/planted /usr/bin/sh /etc/passwd /planted"
                          " /home/planted /proc/sys/kernel/hostname; do\n"
                          "  if ( echo x >>$path ) 2>/dev/null; then echo \"WROTE $path\"; fi\n"
                          "done\n"
                          "lib=~/.opam/default/lib/low\n"
                          "echo changed >>$lib/a && chmod 777 $lib && rm -rf $lib/deep &&\n"
                          "echo more >$lib/c && [ ! -e $lib/deep ] && rm -rf ~/.opam/default/lib");
    depend(top, low);
    const BuiltLayer built = builder.build(top);
    INFO(builder.log(top));
    CHECK(built.outcome == "success");
    CHECK_THAT(builder.log(top), !Contains("WROTE"));
    CHECK(fingerprint(builder.layer(low) / "fs") == low_before);
    CHECK(content(lib / "a") == "first\n");
  });
  CHECK(fingerprint(base) == before);
}

TEST_CASE("a link that a build plants leads to nothing of ours") {
  // Where oxbow itself writes or tidies up, as root: after a build in what it wrote, and before
  // one in what lies below.
  const std::string opam = "/home/opam/.opam";
  const Texts places = {opam,
                        opam + "/log",
                        opam + "/repo",
                        opam + "/repo/default",
                        opam + "/download-cache",
                        opam + "/default/.opam-switch",
                        opam + "/default/.opam-switch/packages",
                        opam + "/default/.opam-switch/install",
                        opam + "/default/.opam-switch/config",
                        opam + "/default/.opam-switch/build",
                        "/home/opam/.cache",
                        "/var/tmp/link",
                        "/tmp"};
  in_each_sandbox([&](const Builder& builder) {
    const fs::path victim = builder.folder() / "victim";
    for (const char* const file : {"kept", "packages/kept", "default/kept", "repo/default/kept"}) {
      repo::write_file(victim / file, "ours\n");
    }
    fs::permissions(victim, fs::perms::all);
    const std::string before = fingerprint(victim);
    std::size_t planted = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
      // The end of the installation is the last that a package can act at; what opam does of it
      // afterwards is not what is asked here.
      Recipe low = layer_spec(fmt::format("low.{}", i), "install: [\"sh\" \"plant.sh\"]");
      low.files = {{"plant.sh",
                    // opam itself may make the place again meanwhile.
                    fmt::format("for try in 1 2 3 4 5 6 7 8 9; do\n"
                                "  rm -rf {0} 2>/dev/null\n"
                                "  perl -e 'rename(\"{0}\", \"/home/opam/moved'$try'\")'\n"
                                "  ln -sfT {1} {0} && echo PLANTED && break\n"
                                "done\ntrue\n",
                                places[i], victim.string()),
                    false}};
      Recipe top = layer_spec(fmt::format("top.{}", i), "install: [\"true\"]");
      depend(top, low);
      const BuiltLayer built = builder.build(low, {.limits = {.time = std::chrono::seconds(300)}});
      if (builder.log(low).contains("PLANTED")) ++planted;
      INFO(places[i] << ": " << built.outcome << " " << built.message() << builder.log(low));
      CHECK(fingerprint(victim) == before);
      if (built.outcome != "success") continue;
      const BuiltLayer above = builder.build(top, {.limits = {.time = std::chrono::seconds(300)}});
      INFO("above: " << above.outcome << " " << above.message() << builder.log(top));
      CHECK(fingerprint(victim) == before);
    }
    CHECK(planted >= 6);
  });
}

TEST_CASE("a build that forks without end is over soon") {
  in_each_sandbox([](const Builder& builder) {
    const layer::BuildSettings processes = {
        .limits = {.processes = 64, .time = std::chrono::seconds(300)}};
    const Recipe idle = scripted("idle.1", "while :; do sleep 1000 & done");
    const BuiltLayer first = builder.build(idle, processes);
    INFO(first.message() << builder.log(idle));
    CHECK(first.outcome == "failure");
    CHECK_THAT(builder.log(idle), Contains("Cannot fork"));

    const Recipe bomb =
        scripted("bomb.1", "bomb() { bomb | bomb & }\nbomb\nwhile :; do bomb; done");
    const BuiltLayer second =
        builder.build(bomb, {.limits = {.processes = 64, .time = std::chrono::seconds(10)}});
    INFO(second.message() << builder.log(bomb).substr(0, 3000));
    CHECK((second.outcome == "failure" || second.outcome == "timed_out"));
  });
}

TEST_CASE("a build that fills its disk fails, until there is a bigger one") {
  in_each_sandbox([](const Builder& builder) {
    for (const char* const place : {".", "/home/opam", "/tmp", "/var/tmp"}) {
      // As compilers do, the unfinished file is removed before it fails.
      const Recipe spec = scripted(
          "fill.1", fmt::format("head -c 61M /dev/zero >{0}/first || exit 1\n"
                                "head -c 200M /dev/zero >{0}/big || {{ rm {0}/big; exit 2; }}",
                                place));
      const layer::BuildSettings small = {
          .limits = {.disk = 64 * mib, .time = std::chrono::seconds(300)}};
      const BuiltLayer built = builder.build(spec, small);
      INFO(place << " " << built.message() << builder.log(spec));
      CHECK(built.outcome == "failure");
      CHECK(built.code == 1);
      CHECK(built.message() == "needs more than 64 MiB of disk");
      const BuiltLayer again = builder.build(spec, small);
      CHECK(again.found());
      CHECK(again.message() == built.message());
      CHECK(builder.build(spec, {.limits = {.disk = gib}}).outcome == "success");
      fs::remove_all(builder.layer(spec));
    }
    // With room left it fails for a reason of its own.
    const Recipe half = scripted("half.1", "head -c 30M /dev/zero >big; exit 2");
    const BuiltLayer built = builder.build(half, {.limits = {.disk = 64 * mib}});
    CHECK(built.outcome == "failure");
    CHECK(built.message().empty());
  });
}

TEST_CASE("a file of holes is not longer than the disk") {
  in_each_sandbox([](const Builder& builder) {
    Recipe spec =
        layer_spec("holes.1", "install: [\"truncate\" \"-s\" \"1T\" \"%{prefix}%/long\"]");
    const BuiltLayer built =
        builder.build(spec, {.limits = {.disk = 64 * mib, .time = std::chrono::seconds(300)}});
    INFO(built.message());
    CHECK(built.outcome == "failure");
    CHECK_THAT(built.message(), Contains("more than its disk holds"));
    CHECK_FALSE(fs::exists(builder.layer(spec) / "fs"));
    // Together 2^64 bytes, which a number of 64 bits takes for none.
    Recipe many = layer_spec("many.1",
                             "install: [[\"truncate\" \"-s\" \"9223372036854775807\" "
                             "\"%{prefix}%/a\" \"%{prefix}%/b\"] [\"truncate\" \"-s\" \"2\" "
                             "\"%{prefix}%/c\"]]");
    CHECK(builder.build(many, {.limits = {.disk = 64 * mib}}).outcome == "failure");
    spec.opam.replace(spec.opam.find("1T"), 2, "9M");
    spec.key += "-shorter";
    CHECK(builder.build(spec, {.limits = {.disk = 64 * mib}}).outcome == "success");
    CHECK(fs::file_size(builder.layer(spec) / "fs/home/opam/.opam/default/long") == 9 << 20);
  });
}

TEST_CASE("what nests too deeply to be kept fails, and where nothing is kept it does not matter") {
  in_each_sandbox([](const Builder& builder) {
    constexpr std::string_view nest =
        "perl -e 'for (1..30000) { mkdir(\"d\") or die; chdir(\"d\") or die; }'";
    const Recipe passing = scripted("passing.1", fmt::format("cd /var/tmp && {}", nest));
    const BuiltLayer passed = builder.build(passing);
    INFO(passed.message() << builder.log(passing));
    CHECK(passed.outcome == "success");

    const Recipe kept = scripted("kept.1", fmt::format("cd /home/opam/.opam/default && {}", nest));
    const BuiltLayer built = builder.build(kept);
    INFO(built.message() << builder.log(kept));
    CHECK(built.outcome == "failure");
    CHECK_THAT(built.message(), Contains("nested too deeply"));
    CHECK(builder.build(kept).found());
  });
}

TEST_CASE("a build that kills opam, or damages what opam needs, fails") {
  in_each_sandbox([](const Builder& builder) {
    // As the first process of its namespace, which runc makes it, opam cannot be killed from
    // inside.
    const Recipe kill = scripted("kill.1", "kill -9 $(pidof opam); exit 1");
    const BuiltLayer killed = builder.build(kill);
    INFO(killed.message() << builder.log(kill));
    CHECK(killed.outcome == "failure");
    CHECK(killed.message() == (builder.sandbox() == "runc" ? "" : "opam was ended by signal 9"));
    CHECK(builder.build(kill).found());

    const Recipe damage = scripted(
        "damage.1", "rm -rf ~/.opam/default/.opam-switch; echo x >~/.opam/default/.opam-switch");
    const BuiltLayer damaged = builder.build(damage);
    INFO(damaged.message() << builder.log(damage));
    CHECK(damaged.outcome == "failure");
  });
}

TEST_CASE("a build that eats its memory fails, until it may have more") {
  in_each_sandbox([](const Builder& builder) {
    const Recipe spec = scripted("eat.1", "perl -e 'my $x = \"a\" x (1 << 29);'");
    const layer::BuildSettings small = {
        .limits = {.memory = 256 * mib, .time = std::chrono::seconds(300)}};
    const BuiltLayer built = builder.build(spec, small);
    INFO(built.message());
    CHECK(built.outcome == "failure");
    CHECK(built.code == 1);
    CHECK(built.message() == "needs more than 256 MiB of memory");
    CHECK(builder.build(spec, small).found());
    CHECK(builder.build(spec, {.limits = {.memory = 4 * gib}}).outcome == "success");
  });
}

TEST_CASE("a build that sleeps past its time is tried again only with more of it") {
  in_each_sandbox([](const Builder& builder) {
    const Recipe spec = scripted("sleep.1", "echo awake; sleep 3600");
    // How long it takes until the script runs depends on the machine.
    int seconds = 1;
    do {
      seconds *= 2;
      const BuiltLayer built =
          builder.build(spec, {.limits = {.time = std::chrono::seconds(seconds)}});
      CHECK(built.outcome == "timed_out");
      CHECK(built.code == 1);
      CHECK_FALSE(built.found());
    } while (!builder.log(spec).contains("awake") && seconds < 200);
    CHECK_THAT(builder.log(spec), Contains("awake"));

    for (const int enough : {seconds, seconds - 1}) {
      const BuiltLayer again =
          builder.build(spec, {.limits = {.time = std::chrono::seconds(enough)}});
      CHECK(again.outcome == "timed_out");
      CHECK(again.found());
    }
    const layer::BuildSettings longer = {.limits = {.time = std::chrono::seconds(seconds + 1)}};
    CHECK_FALSE(builder.build(spec, longer).found());
    CHECK(builder.build(spec, longer).found());
  });
}

TEST_CASE("a daemon that a build leaves behind ends with it") {
  in_each_sandbox([](const Builder& builder) {
    // Away from its session and parents, and with the output of opam itself open where that can
    // be had.
    const Recipe spec =
        scripted("daemon.1",
                 "out=/proc/$PPID/fd/1; ( : >$out ) 2>/dev/null || out=/dev/null; echo held $out\n"
                 "setsid sh -c '(trap \"\" TERM HUP; echo alive >ready; while :; do sleep 1; done)"
                 " >'$out' 2>&1 </dev/null &' &\n"
                 "while [ ! -e ready ]; do sleep 0.05; done; echo left");
    Recipe other = spec;
    other.files[0].content =
        "setsid sh -c '(trap \"\" TERM HUP; echo alive >ready; sleep 1000) &' &\n"
        "while [ ! -e ready ]; do sleep 0.05; done; echo left\n";
    other.key += "-plain";
    for (const Recipe& each : {spec, other}) {
      const BuiltLayer built = builder.build(each, {.limits = {.time = std::chrono::seconds(300)}});
      INFO(built.message() << builder.log(each));
      CHECK(built.outcome == "success");
      CHECK_THAT(builder.log(each), Contains("left"));
      CHECK(left_over(builder.cache().path()) == Texts{});
    }
  });
}

TEST_CASE("a log has a limit, and the build its end") {
  constexpr std::size_t limit = std::size_t{16} << 20;
  const std::string line =
      "yes 'a line that is long enough to make opam hurry: "
      "0123456789012345678901234567890123456789'";
  in_each_sandbox([&](const Builder& builder) {
    for (const auto& [end, outcome] : {std::pair("true", "success"), {"exit 3", "failure"}}) {
      const Recipe spec =
          scripted(std::string("loud.") + (end[0] == 't' ? "1" : "2"),
                   "echo first; " + line + " | head -c 24M; echo; echo last words; " + end);
      const BuiltLayer built = builder.build(spec, {.limits = {.time = std::chrono::seconds(300)}});
      INFO(built.message());
      CHECK(built.outcome == outcome);
      const std::string log = builder.log(spec);
      CHECK(log.size() > limit);
      CHECK(log.size() < limit + 100);
      CHECK_THAT(log.substr(0, 10000), Contains("first"));
      CHECK_THAT(log.substr(limit / 2, 100), Contains("[oxbow: the log is longer"));
      CHECK_THAT(log.substr(log.size() - 10000), Contains("last words"));
    }
    const Recipe endless = scripted("endless.1", line);
    const BuiltLayer built = builder.build(endless, {.limits = {.time = std::chrono::seconds(3)}});
    CHECK(built.outcome == "timed_out");
    CHECK(fs::file_size(builder.layer(endless) / "build.log") < limit + 100);
  });
}

TEST_CASE("a build knows nothing of ours and has no power") {
  in_each_sandbox([&](const Builder& builder) {
    repo::write_file(builder.folder() / "secret", "hidden\n");
    const Recipe spec = scripted(
        "spy.1",
        fmt::format(
            "echo FACT environment $(env | cut -d= -f1 | sort)\n"
            "cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' | grep -q hidden-word && echo FACT "
            "told\n"
            "grep -lE 'binary_backend|oxbow_real_tests|build-layer' /proc/[0-9]*/cmdline && echo "
            "FACT sees\n"
            "[ $(ls -d /proc/[0-9]* | wc -l) -lt 12 ] && echo FACT few\n"
            "echo FACT id $(id -u):$(id -g):$(id -G)\n"
            "grep -E '^(Cap(Inh|Prm|Eff|Amb)|NoNewPrivs)' /proc/self/status | sed 's/^/FACT /'\n"
            "ls -l /proc/self/fd | grep -q '{0}' && echo FACT descriptor\n"
            "[ -e {1}/secret ] && echo FACT outside\n"
            "[ -u /usr/bin/su ] || echo FACT no-su\n"
            "for place in download-cache repo/default repo/default/packages; do\n"
            "  touch ~/.opam/$place/planted 2>/dev/null && echo FACT wrote $place\n"
            "done\n"
            "mount -o remount,rw ~/.opam/repo/default 2>/dev/null && echo FACT remounted\n"
            "mknod /tmp/disk b 8 0 2>/dev/null && echo FACT device\n"
            "chown 0 build.sh 2>/dev/null && echo FACT chown\n"
            "echo FACT end",
            builder.cache().path().string(), builder.folder().path().string()));
    const BuiltLayer built =
        builder.build(spec, {}, {.settings = {"SECRET=hidden-word", "OPAMSECRET=hidden-word"}});
    const std::string log = builder.log(spec);
    INFO(built.message() << log);
    CHECK(built.outcome == "success");
    CHECK_THAT(log, Contains("FACT end"));
    CHECK_THAT(log, Contains("FACT few"));
    CHECK_THAT(log, Contains("FACT id 1000:1000:1000"));
    for (const char* const set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
      CHECK_THAT(log, Contains(fmt::format("FACT {}:\t0000000000000000", set)));
    }
    CHECK_THAT(log, Contains("FACT NoNewPrivs:\t1"));
    for (const char* const bad : {"told", "sees", "descriptor", "outside", "wrote", "remounted",
                                  "device", "chown", "no-su"}) {
      CHECK_THAT(log, !Contains(fmt::format("FACT {}", bad)));
    }
    CHECK_THAT(log, !Contains("hidden-word"));
    CHECK_THAT(log, !Contains("SECRET"));
  });
}

}  // namespace
}  // namespace oxbow::real
