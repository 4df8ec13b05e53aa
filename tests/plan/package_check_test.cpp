#include "plan/package_check.h"

#include <catch2/catch.hpp>

#include "base/hash.h"

using namespace oxbow;
using namespace oxbow::plan;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

constexpr std::string_view directory = "packages/p/p.1";

std::vector<Finding> check(const std::string& fields, const std::vector<CheckedFile>& files = {}) {
  const auto definition = opam::Definition::parse("opam-version: \"2.0\"\n" + fields);
  REQUIRE(definition);
  return check_package(directory, **definition, files);
}

/// The only finding.
Finding found(const std::string& fields, const std::vector<CheckedFile>& files = {}) {
  auto findings = check(fields, files);
  REQUIRE(findings.size() == 1);
  return findings.front();
}

CheckedFile file(std::string path, std::string content) {
  return {std::move(path), std::move(content), ""};
}

std::string pair(const std::string& path, const std::string& content) {
  return "[\"" + path + "\" \"sha256=" + sha256_hex(content) + "\"]";
}

}  // namespace

TEST_CASE("a package as it should be has no findings") {
  CHECK(check("").empty());
  CHECK(check("extra-files: [" + pair("a", "x") + pair("b/c", "y") + "]\n",
              {file("a", "x"), file("b/c", "y")})
            .empty());
  CHECK(check("url { src: \"https://example.org/p.tar\" checksum: \"md5=" + std::string(32, 'a') +
              "\" }\n")
            .empty());
}

TEST_CASE("one pair of extra-files may stand without the list's brackets") {
  CHECK(check("extra-files: " + pair("a", "x") + "\n", {file("a", "x")}).empty());
  CHECK(check("extra-files: [" + pair("a", "x") + "]\n", {file("a", "x")}).empty());
  const Finding stale = found("extra-files: " + pair("a", "x") + "\n", {file("a", "z")});
  CHECK(stale.line == 2);
  CHECK(stale.level == Level::error);
}

TEST_CASE("a stale checksum is an error at its line, with the right one") {
  const Finding finding = found("extra-files: [\n  " + pair("a", "x") +
                                    "\n  [\"b\"\n   \"sha256=" + sha256_hex("old") + "\"]\n]\n",
                                {file("a", "x"), file("b", "new")});
  CHECK(finding.path == "packages/p/p.1/opam");
  CHECK(finding.line == 5);
  CHECK(finding.level == Level::error);
  CHECK(finding.message ==
        "extra-files: the checksum of b is stale, so opam refuses the package; it is now sha256=" +
            sha256_hex("new"));
}

TEST_CASE("a checksum is verified by the function that it names") {
  const std::string with_md5 = "extra-files: [[\"a\" \"md5=" + md5_hex("x") + "\"]]\n";
  CHECK(check(with_md5, {file("a", "x")}).empty());
  CHECK_THAT(found(with_md5, {file("a", "y")}).message, Contains("md5=" + md5_hex("y")));
  const std::string bare = "extra-files: [[\"a\" \"" + md5_hex("x") + "\"]]\n";
  CHECK(check(bare, {file("a", "x")}).empty());
  const std::string with_sha512 =
      "extra-files: [[\"a\" \"sha512=" + hex_digest(HashKind::sha512, "x") + "\"]]\n";
  CHECK(check(with_sha512, {file("a", "x")}).empty());
  CHECK(check(with_sha512, {file("a", "y")}).size() == 1);
}

TEST_CASE("a file that is listed and missing is an error") {
  const Finding finding = found(
      "extra-files: [\n  " + pair("a", "x") + "\n  " + pair("b", "y") + "]\n", {file("a", "x")});
  CHECK(finding.path == "packages/p/p.1/opam");
  CHECK(finding.line == 4);
  CHECK(finding.level == Level::error);
  CHECK(finding.message == "extra-files: lists b, which is not in files/");
}

TEST_CASE("a file that is not listed is a warning, with what to add") {
  const Finding finding = found("", {file("sub/a.patch", "x")});
  CHECK(finding.path == "packages/p/p.1/files/sub/a.patch");
  CHECK(finding.line == 1);
  CHECK(finding.level == Level::warning);
  CHECK(finding.message ==
        "extra-files: does not list this file, so opam ignores it; add [\"sub/a.patch\" \"sha256=" +
            sha256_hex("x") + "\"]");
}

TEST_CASE("what is not a regular file is a warning, listed or not") {
  const CheckedFile link{"a", std::nullopt, "this is a symlink"};
  for (const std::string& fields : {std::string(), "extra-files: [" + pair("a", "x") + "]\n"}) {
    const Finding finding = found(fields, {link});
    CHECK(finding.path == "packages/p/p.1/files/a");
    CHECK(finding.level == Level::warning);
    CHECK(finding.message == "this is a symlink");
  }
}

TEST_CASE("a field that opam ignores is a warning with the line and a caret") {
  const Finding finding = found("maintainer: \"x\"\ndepends: [\"b\" 7]\n");
  CHECK(finding.path == "packages/p/p.1/opam");
  CHECK(finding.line == 3);
  CHECK(finding.level == Level::warning);
  CHECK_THAT(finding.message, StartsWith("opam ignores depends: "));
  CHECK_THAT(finding.excerpt, Contains("depends: [\"b\" 7]"));
  CHECK_THAT(finding.excerpt, Contains("^"));
}

TEST_CASE("a git url without a whole commit is a warning") {
  const auto of = [](const std::string& url) {
    return check("build: \"x\"\nurl {\n  # comment\n  src: \"" + url + "\"\n}\n");
  };
  const std::string commit(40, 'a');
  CHECK(of("git+https://example.org/p#" + commit).empty());
  const auto branch = of("git+https://example.org/p#main");
  REQUIRE(branch.size() == 1);
  CHECK(branch[0].line == 5);
  CHECK(branch[0].level == Level::warning);
  CHECK(branch[0].message ==
        "the url git+https://example.org/p#main names a branch or a tag, so its content can change "
        "without a commit here; name a whole commit id");
  CHECK(of("git+https://example.org/p#v1.0").size() == 1);
  CHECK(of("git+https://example.org/p#" + std::string(12, 'a')).size() == 1);
  const auto none = of("git+https://example.org/p");
  REQUIRE(none.size() == 1);
  CHECK_THAT(none[0].message, Contains(" names no commit, "));
}

TEST_CASE("a git url in the old spelling is found at its line") {
  const Finding finding = found("url {\n\n  git: \"https://example.org/p#main\"\n}\n");
  CHECK(finding.line == 4);
}

TEST_CASE("another url without a checksum is a warning") {
  const Finding finding = found("url {\n  src: \"https://example.org/p.tar\"\n}\n");
  CHECK(finding.line == 3);
  CHECK(finding.level == Level::warning);
  CHECK(
      finding.message ==
      "the url https://example.org/p.tar has no checksum, so nothing says what it yields and opam "
      "gives this package no build-id; add checksum:");
}

TEST_CASE("a package may have several findings") {
  const auto findings = check("flags: 7\nextra-files: [" + pair("a", "x") +
                                  "]\nurl { src: \"https://example.org/p.tar\" }\n",
                              {file("b", "y")});
  REQUIRE(findings.size() == 4);
  CHECK_THAT(findings[0].message, Contains("flags"));
  CHECK_THAT(findings[1].message, Contains("lists a"));
  CHECK_THAT(findings[2].message, Contains("does not list this file"));
  CHECK_THAT(findings[3].message, Contains("no checksum"));
}

TEST_CASE("a file that opam cannot read is an error with the line and a caret") {
  const std::string source = "opam-version: \"2.0\"\nbuild: [\n\"a\"\ndepends: ]\n";
  const auto definition = opam::Definition::parse(source);
  REQUIRE_FALSE(definition);
  const Finding finding = unreadable("packages/p/p.1/opam", source, definition.error());
  CHECK(finding.path == "packages/p/p.1/opam");
  CHECK(finding.line == 4);
  CHECK(finding.level == Level::error);
  CHECK_THAT(finding.message, StartsWith("opam cannot read this file: "));
  CHECK_THAT(finding.excerpt, Contains("depends: ]"));
  CHECK_THAT(finding.excerpt, Contains("^"));
}

TEST_CASE("every level has a name") {
  CHECK(name(Level::error) == "error");
  CHECK(name(Level::warning) == "warning");
  CHECK(name(Level::note) == "note");
}

TEST_CASE("a source that contradicts itself is an error at its section") {
  const std::string id(40, 'a');
  const std::string sum = " checksum: \"md5=" + std::string(32, 'a') + "\"";
  for (const auto& [fields, words] : {
           std::pair("url { src: \"git+https://e.org/r#" + id + "\"" + sum + " }\n",
                     "a commit and no checksum"),
           {"extra-source \"x\" { src: \"git+https://e.org/r#" + id + "\"" + sum + " }\n",
            "a commit and no checksum"},
           {"url { src: \"git+https://e.org/r#" + id +
                "\" mirrors: \"git+https://e.org/m#main\" }\n",
            "does not name the same commit"},
           {"url { src: \"https://e.org/r.tar\"" + sum + " mirrors: [\"git+https://e.org/m\"] }\n",
            "is a repository"},
           {"url { src: \"git+https://e.org/r#12ab34cd\" }\n", "by a part of its id"},
       }) {
    INFO(fields);
    const Finding finding = found(fields);
    CHECK(finding.level == Level::error);
    CHECK(finding.line == 2);
    CHECK_THAT(finding.message, Contains(words));
  }
  // A branch may be named by a date, and a mirror be named like its url.
  CHECK(found("url { src: \"git+https://e.org/r#20260101\" }\n").level == Level::warning);
  CHECK(check("url { src: \"git+https://e.org/r#" + id + "\" mirrors: \"git+https://e.org/m#" + id +
              "\" }\n")
            .empty());
}
