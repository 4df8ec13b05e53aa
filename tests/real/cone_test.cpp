#include <catch2/catch.hpp>

#include "tests/real/world.h"

namespace oxbow::real {
namespace {

using Catch::Matchers::Contains;
using Packages = std::multiset<std::string>;

// What must be below the patched package and what is above it, by what tests/data/world says.
const Packages below_and_beside = {
    "ocaml-system.4.13.1", "ocaml.4.13.1",   "ocamlfind.1.9.6", "ocamlbuild.0.14.1",
    "topkg.1.0.7",         "cmdliner.1.1.1", "fmt.0.9.0"};
const Packages rebuilt = {"astring.0.8.5+ox", "fpath.0.7.3", "greet.1.0+ox", "salute.1.0+ox"};

// Has the patched astring say another dialect, which changes the patch and its checksum alone.
void change_patch(const Overlay& overlay, std::string_view dialect) {
  const std::string id = "astring.0.8.5+ox";
  const auto folder = overlay.path() / e2e::directory(id);
  const std::string patch =
      overlay.git({"show", "main:" + e2e::directory(id) + "/files/dialect.patch"}) + "\n";
  const std::size_t at = patch.find("\"ox\"");
  REQUIRE(at != std::string::npos);
  std::string changed = patch;
  changed.replace(at, 4, "\"" + std::string(dialect) + "\"");
  const std::string entry = overlay.file(id, "dialect.patch", changed);
  std::string opam = overlay.git({"show", "main:" + e2e::directory(id) + "/opam"}) + "\n";
  const std::size_t begin = opam.find("sha256=", opam.find("extra-files"));
  REQUIRE(begin != std::string::npos);
  const std::size_t hash = entry.find("sha256=");
  REQUIRE(hash != std::string::npos);
  opam.replace(begin, 7 + 64, entry.substr(hash, 7 + 64));
  overlay.write(e2e::directory(id) + "/opam", opam);
}

TEST_CASE("a changed patch rebuilds its package and what is above it, and nothing else") {
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const Cache cache;
      const Overlay overlay(Overlay::Begin::with_patches);
      overlay.propose();
      change_patch(overlay, "oxcaml");
      const e2e::Program program;
      const Texts check = overlay.arguments(
          {"check", "--cache", cache.path().string(), "--sandbox", sandbox, "-j", "2", "--json"});

      // With an empty cache, what the cone needs is built, too.
      const Checked first(program.run(check));
      Packages all = below_and_beside;
      all.insert(rebuilt.begin(), rebuilt.end());
      CHECK(first.code == 0);
      CHECK(first.built() == all);
      CHECK(cache.packages() == all);
      CHECK(left_over(cache.path()).empty());

      const std::set<std::string> before = cache.keys();
      const Checked second(program.run(check));
      CHECK(second.code == 0);
      CHECK(second.built().empty());
      CHECK(cache.keys() == before);

      change_patch(overlay, "ox3");
      overlay.commit();
      const Checked third(program.run(check));
      CHECK(third.code == 0);
      CHECK(third.built() == rebuilt);
      all.insert(rebuilt.begin(), rebuilt.end());
      CHECK(cache.packages() == all);
    }
  }
}

TEST_CASE("cppo is built from its real sources") {
  const Cache cache;
  const Overlay overlay(Overlay::Begin::empty);
  overlay.package("anchor.1");
  overlay.propose();
  overlay.package("user.1", "depends: [\"cppo\"]\nbuild: [\"cppo\" \"-version\"]\n");
  const e2e::Program program;
  const Checked checked(program.run(
      overlay.arguments({"check", "--cache", cache.path().string(), "-j", "2", "--json"})));
  CHECK(checked.code == 0);
  CHECK(checked.built().contains("cppo.1.6.9"));
  CHECK(checked.verdicts().at("user.1") == "added");
}

TEST_CASE("a change that breaks a build regresses, and what was broken before does not") {
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const Cache cache;
      const Overlay overlay(Overlay::Begin::empty);
      overlay.package("low.1", "build: [\"true\"]\n");
      overlay.package("top.1", "depends: [\"low\"]\nbuild: [\"true\"]\n");
      overlay.propose();
      overlay.package("low.1", "build: [\"sh\" \"-c\" \"echo x.c:3:1: error: no; exit 2\"]\n");
      const e2e::Program program;
      const Texts more = {"check", "--cache", cache.path().string(), "--sandbox", sandbox};
      Texts as_json = more;
      as_json.emplace_back("--json");

      const Checked broken(program.run(overlay.arguments(as_json)));
      CHECK(broken.code == 1);
      CHECK(broken.verdicts() ==
            std::map<std::string, std::string>{{"low.1", "regressed"}, {"top.1", "regressed"}});
      CHECK(broken.layers() == std::map<std::string, std::string>{{"low.1", "failure"},
                                                                  {"top.1", "dependency_failed"}});
      const Ended text = program.run(overlay.arguments(more));
      CHECK(text.code == 1);
      CHECK_THAT(text.out, Contains("1 regressed"));
      CHECK_THAT(text.out, Contains("x.c:3:1: error: no"));

      // The same failure on the base: only a comment differs now, and the patch of top.
      overlay.git({"checkout", "-q", "main"});
      overlay.git({"merge", "-q", "change"});
      overlay.git({"checkout", "-q", "change"});
      overlay.package("low.1", "build: [\"sh\" \"-c\" \"echo x.c:4:1: error: no; exit 2\"]\n");
      const Checked still(program.run(overlay.arguments(as_json)));
      CHECK(still.code == 0);
      CHECK(still.verdicts() == std::map<std::string, std::string>{{"low.1", "still_failing"},
                                                                   {"top.1", "still_failing"}});
    }
  }
}

TEST_CASE("a failure of the base is found by building the base") {
  const Cache cache;
  const Overlay overlay(Overlay::Begin::empty);
  overlay.package("low.1", "build: [\"false\"]\n");
  overlay.propose();
  overlay.package("low.1", "build: [\"sh\" \"-c\" \"exit 3\"]\n");
  const e2e::Program program;
  const Checked checked(
      program.run(overlay.arguments({"check", "--cache", cache.path().string(), "--json"})));
  CHECK(checked.code == 0);
  CHECK(checked.verdicts().at("low.1") == "still_failing");
  CHECK(checked.built() == Packages{"low.1", "low.1"});
}

}  // namespace
}  // namespace oxbow::real
