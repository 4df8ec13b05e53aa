#include <catch2/catch.hpp>

#include <map>
#include <sstream>

#include "tests/e2e/change.h"

// opam itself as the reference, wherever its version 2.1 and ours agree: it installs packages into
// a root that is thrown away, and is asked for their build-ids.

using namespace oxbow::e2e;
using oxbow::ScratchFolder;
using oxbow::repo::write_file;

namespace {

using BuildIds = std::map<std::string, std::string>;

/// An opam root with an empty switch and one repository, a plain directory.
class OpamRoot {
 public:
  explicit OpamRoot(const std::string& repository) {
    opam({"init", "--bare", "--no-setup", "--disable-sandboxing", "--no-opamrc", "--kind=local",
          "default", repository});
    opam({"switch", "create", "test", "--empty"});
  }

  std::string opam(Texts words) const {
    words.insert(words.begin(), "opam");
    const Ended ended =
        run(words, folder_.path(),
            {.settings = {"OPAMROOT=" + (folder_ / "root").string(), "OPAMROOTISOK=1", "OPAMYES=1",
                          "OPAMNODEPEXTS=1", "OPAMCOLOR=never", "TERM=dumb"}});
    INFO(words[1] << ":\n" << ended.out << ended.err);
    REQUIRE(ended.code == 0);
    return ended.out;
  }

  BuildIds build_ids() const {
    BuildIds ids;
    std::istringstream installed(opam({"list", "--installed", "--short", "--columns=package"}));
    for (std::string package; installed >> package;) {
      std::istringstream printed(opam({"var", package.substr(0, package.find('.')) + ":build-id"}));
      printed >> ids[package];
    }
    return ids;
  }

 private:
  ScratchFolder folder_;
};

/// What oxbow says of the root's whole solution.
BuildIds our_build_ids(const std::string& repository, const std::string& root) {
  const std::string printed =
      Program().answer({"solve", "--json", "--repo", repository, "--compiler", "comp.2.0", root});
  const rapidjson::Document document = json(printed);
  REQUIRE(document["ok"].GetBool());
  BuildIds ids;
  for (const auto& [id, package] : document["packages"].GetObject()) {
    INFO(id.GetString());
    REQUIRE(package["build_id"].IsString());
    ids[id.GetString()] = package["build_id"].GetString();
  }
  return ids;
}

class PlainRepository {
 public:
  void package(const std::string& id, const std::string& fields) const {
    write_file(folder_ / (directory(id) + "/opam"), "opam-version: \"2.0\"\n" + fields + "\n");
  }
  std::string path() const { return folder_.path().string(); }

 private:
  ScratchFolder folder_;
};

void write_packages(const PlainRepository& repository) {
  repository.package("comp.1.0", "flags: compiler");
  repository.package("comp.2.0", "flags: compiler\nsetenv: [COMP = \"here\"]");
  repository.package("chain-1.1", "depends: \"comp\"\nbuild: [[\"true\"] [\"true\" name version]]");
  repository.package("chain-2.1", "depends: [\"chain-1\" {>= \"1\" & < \"2\"} \"comp\" {build}]");
  repository.package("chain-3.0.9", "depends: [\"chain-2\"]");
  repository.package("chain-3.0.10~beta", "depends: [\"chain-2\" {>= \"1\"}]");
  repository.package("chain-3.0.10",
                     "depends: [\"chain-2\" {< \"5\"} \"comp\"]\n"
                     "synopsis: \"Not part of it\"\ntags: \"neither\"");
  repository.package("with-optional.1",
                     "depends: \"comp\"\ndepopts: [\"optional-here\" \"optional-not\"]\n"
                     "build: [\"true\" \"--with\" {optional-here:installed}]");
  repository.package("optional-here.1", "depends: [\"chain-1\"]");
  repository.package("optional-not.1", "");
  repository.package("either.1", "depends: [\"optional-not\" {> \"1\"} | \"chain-2\" | \"gone\"]");
  repository.package("postponed.1", "depends: [\"chain-1\" {post} \"comp\" {build & >= \"2\"}]");
  repository.package("tested.1",
                     "depends: [\"chain-1\" {with-test} \"optional-here\" {!with-test}]\n"
                     "run-test: [[\"false\"]]\nconflicts: [\"optional-not\"]");
  repository.package("systems.1",
                     "depends: [\"chain-1\" {os = \"linux\"} \"gone\" {os = \"win32\"}]\n"
                     "available: os != \"win32\"\nconflicts: \"chain-3\" {< \"0.10\"}");
  repository.package("both.1",
                     "depends: [\"chain-3\" {>= \"0.9\" & != \"0.9\" | = \"7\"}]\n"
                     "conflict-class: \"both\"");
  repository.package(
      "all.1",
      "depends: [\"comp\" {= \"2.0\"} \"chain-3\" \"with-optional\" \"optional-here\"\n"
      "  \"either\" \"postponed\" \"tested\" \"systems\" \"both\"]");
}

}  // namespace

TEST_CASE("opam gives the packages that it installs the same build-ids") {
  const PlainRepository repository;
  write_packages(repository);
  const OpamRoot root(repository.path());
  root.opam({"install", "all.1"});
  const BuildIds theirs = root.build_ids();
  const BuildIds ours = our_build_ids(repository.path(), "all.1");
  CHECK(theirs.size() == 12);
  CHECK(ours.size() == theirs.size());
  for (const auto& [package, id] : theirs) {
    INFO(package);
    REQUIRE(ours.contains(package));
    CHECK(ours.at(package) == id);
  }
}
