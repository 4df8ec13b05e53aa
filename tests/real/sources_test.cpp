#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/hash.h"
#include "tests/real/layer.h"

// Where a package's sources come from, as real opam takes them in a sandbox without network.
namespace oxbow::real {
namespace {

using Catch::Matchers::Contains;
using layer::Recipe;
namespace fs = std::filesystem;

/// Builder that is allowed sources on this machine.
class LocalBuilder : public Builder {
 public:
  explicit LocalBuilder(const std::string& sandbox) : Builder(sandbox) {}

  BuiltLayer build(const Recipe& spec, layer::BuildSettings settings = {}) const {
    settings.fetch.policy.local_files = true;
    return Builder::build(spec, settings);
  }

  /// Packs a folder NAME with these files as NAME.tar.gz; returns its url.
  std::string archive(const std::string& name,
                      std::initializer_list<std::pair<const char*, const char*>> files) const {
    for (const auto& [path, text] : files) repo::write_file(folder() / name / path, text);
    const std::string file = (folder() / (name + ".tar.gz")).string();
    const Ended ended =
        e2e::run({"tar", "-C", folder().path().string(), "-czf", file, name}, folder().path());
    REQUIRE(ended.code == 0);
    return "file://" + file;
  }

  std::string installed(const Recipe& spec, const std::string& file) const {
    return content(layer(spec) / "fs/home/opam/.opam/default" / file);
  }
};

std::string sha256_of(const std::string& url) {
  return "sha256=" + sha256_hex(content(url.substr(std::string("file://").size())));
}

const char* const install_hello = "install: [\"cp\" \"hello\" \"%{prefix}%/hello\"]\n";

TEST_CASE("a git url at a commit is built without network") {
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const LocalBuilder builder(sandbox);
      const repo::ScratchRepository sources;
      sources.write("hello", "first\n");
      sources.write("folder/other", "");
      const std::string first = sources.commit().hex();
      sources.write("hello", "second\n");
      sources.commit();
      const std::string url = "git+file://" + sources.path().string();

      const Recipe at_commit =
          layer_spec("one.1", fmt::format("{}url {{ src: \"{}#{}\" }}", install_hello, url, first));
      const BuiltLayer built = builder.build(at_commit);
      INFO(built.message() << builder.log(at_commit));
      CHECK(built.outcome == "success");
      CHECK(builder.installed(at_commit, "hello") == "first\n");

      const Recipe at_branch =
          layer_spec("two.1", fmt::format("{}url {{ src: \"{}#main\" }}", install_hello, url));
      CHECK(builder.build(at_branch).outcome == "success");
      CHECK(builder.installed(at_branch, "hello") == "second\n");

      // The cache has the commit; the repository is not asked again.
      fs::remove_all(sources.path());
      Recipe again = at_commit;
      again.key = "layer-again";
      CHECK(builder.build(again).outcome == "success");
      CHECK(builder.installed(again, "hello") == "first\n");
      CHECK(left_over(builder.cache().path()) == Texts{});
    }
  }
}

TEST_CASE("sources of this machine are refused unless its user allows them") {
  const LocalBuilder allowed("bwrap");
  const std::string archive = allowed.archive("pack", {{"hello", "archive\n"}});
  const Builder builder;
  const repo::ScratchRepository sources;
  sources.write("hello", "git\n");
  const std::string commit = sources.commit().hex();
  for (const std::string& url : {archive, "git+file://" + sources.path().string() + "#" + commit,
                                 std::string("http://127.0.0.1:1/pack.tar.gz")}) {
    const Recipe spec =
        layer_spec("one.1", fmt::format("{}url {{ src: \"{}\" }}", install_hello, url));
    const BuiltLayer built = builder.build(spec);
    INFO(url << ": " << built.message());
    CHECK(built.outcome == "failure");
    CHECK_FALSE(fs::exists(builder.layer(spec) / "fs"));
  }
}

TEST_CASE("archives, extra sources, patches and files are what the package says") {
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const LocalBuilder builder(sandbox);
      const std::string url = builder.archive("pack", {{"hello", "old\n"}, {"kept", "kept\n"}});
      const std::string extra = builder.archive("extra", {{"inside", "extra\n"}});
      constexpr std::string_view patch = "--- a/hello\n+++ b/hello\n@@ -1 +1 @@\n-old\n+patched\n";
      Recipe spec = layer_spec(
          "all.1", fmt::format("url {{ src: \"{}\" checksum: \"{}\" }}\n"
                               "extra-source \"extra.tar.gz\" {{ src: \"{}\" checksum: \"{}\" }}\n"
                               "patches: [\"fix.patch\" \"sub/never.patch\" {{false}}]\n"
                               "build: [\"sh\" \"sub/deep/build.sh\"]\n"
                               "install: [\"cp\" \"result\" \"%{{prefix}}%/result\"]",
                               url, sha256_of(url), extra, sha256_of(extra)));
      spec.files = {{"fix.patch", std::string(patch), false},
                    {"sub/never.patch", "no patch at all\n", false},
                    {"sub/deep/build.sh",
                     "set -e\n[ -x sub/tool ]\n[ ! -x fix.patch ]\ntar -xf extra.tar.gz\n"
                     "{ cat hello kept extra/inside; sub/tool; } >result\n",
                     false},
                    {"sub/tool", "#!/bin/sh\necho tool\n", true}};
      const BuiltLayer built = builder.build(spec);
      INFO(built.message() << builder.log(spec));
      CHECK(built.outcome == "success");
      CHECK(builder.installed(spec, "result") == "patched\nkept\nextra\ntool\n");

      Recipe wrong = spec;
      wrong.key = "layer-wrong";
      wrong.opam.replace(wrong.opam.find(sha256_of(extra)), 71, "sha256=" + std::string(64, '0'));
      const BuiltLayer refused = builder.build(wrong);
      INFO(refused.message());
      CHECK(refused.outcome == "failure");
      CHECK_THAT(refused.message(), Contains("extra.tar.gz"));
    }
  }
}

TEST_CASE("a url without a checksum is built as it is at the moment") {
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const LocalBuilder builder(sandbox);
      const std::string url = builder.archive("pack", {{"hello", "unnamed\n"}});
      const Recipe spec =
          layer_spec("one.1", fmt::format("{}url {{ src: \"{}\" }}", install_hello, url));
      const BuiltLayer built = builder.build(spec);
      INFO(built.message() << builder.log(spec));
      CHECK(built.outcome == "success");
      CHECK(builder.installed(spec, "hello") == "unnamed\n");
      // The layer says what it was built from.
      CHECK(content(builder.layer(spec) / "opam-repository/packages/one/one.1/opam") == spec.opam);
    }
  }
}

TEST_CASE("system packages are installed once for all that need them") {
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const Builder builder(sandbox);
      // Without it in the base, the rest shows something.
      REQUIRE_FALSE(fs::exists(builder.cache().layers() / "base/fs/usr/bin/hello"));
      Recipe one = layer_spec("one.1", "build: [\"hello\"]");
      one.system_packages = {"hello"};
      const BuiltLayer built = builder.build(one, {.limits = {.time = std::chrono::seconds(300)}});
      if (built.outcome == "internal_error (source_unavailable)" || built.outcome == "timed_out") {
        WARN("NOT TESTED: system packages cannot be fetched here: " << built.message());
        continue;
      }
      INFO(built.message() << builder.log(one));
      CHECK(built.outcome == "success");
      CHECK_FALSE(fs::exists(builder.layer(one) / "fs/usr/bin/hello"));

      // Two that name it in their opam files find it there.
      const Overlay overlay(Overlay::Begin::empty);
      overlay.propose();
      const std::string depexts = "depexts: [[\"hello\"] {os-distribution = \"debian\"}]\n";
      overlay.package("two.1", depexts + "build: [\"hello\" \"-t\"]");
      overlay.package("three.1", depexts + "depends: [\"two\"]\nbuild: [\"hello\"]");
      const Checked checked(builder.program().run(
          overlay.arguments({"check", "--cache", builder.cache().path().string(), "--sandbox",
                             sandbox, "-j", "2", "--json"})));
      CHECK(checked.code == 0);
      CHECK(checked.built() == std::multiset<std::string>{"three.1", "two.1"});
      Texts system;
      for (const std::string& key : builder.cache().keys()) {
        if (key.starts_with("system-")) system.push_back(key);
      }
      REQUIRE(system.size() == 1);
      CHECK(fs::exists(builder.cache().layers() / system[0] / "fs/usr/bin/hello"));
      CHECK(left_over(builder.cache().path()) == Texts{});
    }
  }
}

TEST_CASE("a system package that there is not is a failure of who needs it") {
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const Builder builder(sandbox);
      Recipe none = layer_spec("none.1", "build: [\"true\"]");
      none.system_packages = {"no-such-package-anywhere"};
      const BuiltLayer built = builder.build(none, {.limits = {.time = std::chrono::seconds(300)}});
      if (built.outcome == "internal_error (source_unavailable)" || built.outcome == "timed_out") {
        WARN("NOT TESTED: system packages cannot be fetched here: " << built.message());
        continue;
      }
      CHECK(built.outcome == "failure");
      CHECK(built.message() ==
            "system packages: Unable to locate package no-such-package-anywhere");
      CHECK_THAT(builder.log(none), Contains("E: Unable to locate package"));
      CHECK(builder.cache().keys() == std::set<std::string>{none.key});
      CHECK(builder.build(none).found());

      // Whoever asks for a version that there is not fails alone, too.
      Recipe version = layer_spec("version.1", "build: [\"true\"]");
      version.system_packages = {"hello=0.1"};
      const BuiltLayer other = builder.build(version);
      CHECK(other.outcome == "failure");
      CHECK(other.message() == "system packages: Version '0.1' for 'hello' was not found");
    }
  }
}

TEST_CASE("what opam cannot unpack is a failure, with opam's words") {
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const LocalBuilder builder(sandbox);
      for (const char* const name : {"pack.tar.zst", "pack.tar.gz"}) {
        repo::write_file(builder.folder() / name, "(\xB5/\xFDno archive at all\n");
        const std::string url = "file://" + (builder.folder() / name).string();
        Recipe spec = layer_spec(
            "one.1",
            fmt::format("build: [\"test\" \"-d\" \"src\"]\nurl {{ src: \"{}\" checksum: \"{}\" }}",
                        url, sha256_of(url)));
        spec.key += name;
        const BuiltLayer built = builder.build(spec);
        INFO(name << " " << built.message() << builder.log(spec));
        CHECK(built.outcome == "failure");
        CHECK(built.code == 1);
        CHECK_FALSE(builder.log(spec).empty());
        CHECK(builder.build(spec).found());
      }
    }
  }
}

}  // namespace
}  // namespace oxbow::real
