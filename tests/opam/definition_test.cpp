#include "opam/definition.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "tests/opam/texts.h"
#include "tests/processor_time.h"

using namespace oxbow::opam;
using oxbow::tests::ProcessorTime;

namespace {

constexpr std::string_view md5 = "d41d8cd98f00b204e9800998ecf8427e";

// "field@line:column message" of each thing that is wrong.
std::vector<std::string> errors(std::string_view fields) {
  const auto definition = defined(fields);
  std::vector<std::string> found;
  for (const FieldError& error : definition->errors()) {
    const Position place = position(definition->source(), error.offset);
    found.push_back(error.field + "@" + std::to_string(place.line) + ":" +
                    std::to_string(place.column) + " " + error.message);
  }
  return found;
}

std::string refusal(std::string_view source) {
  const auto definition = Definition::parse(std::string(source));
  if (definition) return "read";
  const Position place = position(source, definition.error().offset);
  return std::to_string(place.line) + ":" + std::to_string(place.column) + " " +
         definition.error().message;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("a file needs a format version that opam reads") {
  CHECK(refusal("") == "1:1 opam-version: is missing; it should be \"2.0\"");
  CHECK(refusal("depends: []") == "1:1 opam-version: is missing; it should be \"2.0\"");
  CHECK(refusal("\nopam-version: \"2.1\"") == "2:1 opam-version: should be \"2.0\" or older");
  CHECK(refusal("opam-version: \"3\"") == "1:1 opam-version: should be \"2.0\" or older");
  CHECK(refusal("opam-version: 2") == "1:1 opam-version: should be \"2.0\" or older");
  CHECK(refusal("opam-version: \"2.0\"\nopam-version: \"2.0\"") ==
        "2:1 opam-version: stands here a second time");
  CHECK(refusal("opam-version: \"2.0\"") == "read");
  CHECK(refusal("opam-version: \"1.2\"") == "read");
  CHECK(refusal("depends: []\nopam-version: \"2.0\"") == "read");
}

TEST_CASE("a file needs to be in opam's format") {
  CHECK(refusal("opam-version: \"2.0\"\ndepends: [") ==
        "2:11 expected a value or ']' before the end of the file");
  CHECK(refusal(std::string(100'000'000, ' ')) == "1:1 larger than 8 MiB, which no opam file is");
}

TEST_CASE("x-env-path-rewrite is the one extension that opam checks") {
  const auto rewrite = [](std::string_view value) {
    return refusal("opam-version: \"2.0\"\nx-env-path-rewrite: " + std::string(value));
  };
  for (const std::string_view good :
       {"[]", "[A false]", "[[A false] [B \":\" \"target\"]]", "[A \";\" \"host-quoted\"]",
        "[A (\":\" {os != \"x\"} | \";\" {os = \"x\"}) \"host\"]",
        "[A \":\" {f} \"target-quoted\"]"}) {
    INFO(good);
    CHECK(rewrite(good) == "read");
  }
  for (const std::string_view bad :
       {"A", "[[]]", "[A]", "[A true]", "[\"A\" false]", "[A \":\"]", "[A \",\" \"host\"]",
        "[A \":\" \"hosts\"]", "[A \":\" \"host\" \"host\"]", "[A \": ;\" \"host\"]",
        "[A \"\" \"host\"]", "[A \":\" {f g} \"host\"]", "[[A false] B]"}) {
    INFO(bad);
    CHECK(rewrite(bad).starts_with("2:1 x-env-path-rewrite: expected [VARIABLE false] or "));
  }
}

TEST_CASE("other extensions may hold anything") {
  CHECK(errors("x-a: [1 b \"c\"] x-a: true x-: ()").empty());
}

TEST_CASE("unknown fields and sections are ignored") {
  CHECK(errors("nonsense: 1\n  more { a: 1 }\nx-b { }") ==
        Strings{"nonsense@2:1 opam knows no such field", "more@3:3 opam knows no such section",
                "x-b@4:1 opam knows no such section"});
}

TEST_CASE("of two fields the first counts") {
  CHECK(errors("build: \"a\"\nbuild: \"b\"\nbuild: \"c\"") ==
        Strings{"build@3:1 this field was there before; opam ignores this one",
                "build@4:1 this field was there before; opam ignores this one"});
  CHECK(effective_fields("build: \"a\" build: \"b\"") == "build: \"a\"");
  CHECK(effective_fields("build: 1 build: \"b\"").empty());
}

TEST_CASE("a field's error is where its value goes wrong") {
  CHECK(errors("depends: [\n  \"a\"\n  b\n]") ==
        Strings{"depends@4:3 expected a package, '&', '|' or parentheses"});
  CHECK(errors("depends: [\"a\" {>= \"x y\"}]") == Strings{"depends@2:19 expected a version"});
  CHECK(errors("depends: [\"a.1\"]") == Strings{"depends@2:11 expected the name of a package"});
  CHECK(errors("build: [\"a\" 1]") == Strings{"build@2:13 expected a string or a variable"});
  CHECK(errors("available: [a b]") == Strings{"available@2:13 expected a single filter"});
  CHECK(errors("flags: [a \"b\"]") == Strings{"flags@2:11 expected an identifier"});
  CHECK(errors("patches: [a]") == Strings{"patches@2:11 expected a string"});
  CHECK(errors("setenv: [[A = \"1\"] B]") ==
        Strings{"setenv@2:20 expected VARIABLE = \"value\", or +=, =+, =+=, := or =:"});
  CHECK(errors("extra-files: [[\"a\" \"md5=0\"]]") ==
        Strings{"extra-files@2:20 expected KIND=HEX with KIND one of md5, sha256, sha512"});
  CHECK(errors("conflict-class: \"1\"") ==
        Strings{"conflict-class@2:17 expected the name of a package"});
  CHECK(errors("tags: [a]") == Strings{"tags@2:8 expected a string"});
  CHECK(errors("os: [1]") == Strings{"os@2:6 expected the name of an operating system"});
  CHECK(errors("ocaml-version: \"4\"") ==
        Strings{"ocaml-version@2:16 expected a constraint on a version"});
}

TEST_CASE("what does not affect a build is not read") {
  CHECK(errors("synopsis: 1 depexts: [[1]] {x} pin-depends: a dev-repo: [] maintainer: a").empty());
  CHECK(effective_fields("synopsis: \"s\" homepage: \"h\" license: \"l\" name: \"other\"").empty());
}

TEST_CASE("flags") {
  CHECK(effective_fields("flags: plugin") == "flags: plugin");
  CHECK(effective_fields("flags: [compiler plugin unknown]") == "flags: plugin");
  CHECK(effective_fields("flags: [compiler light-uninstall]").empty());
  CHECK(effective_fields("tags: \"flags:plugin\"") == "flags: plugin");
  CHECK(effective_fields("tags: [\"a\" \"flags:plugin\" \"flags:plugin\"] flags: plugin") ==
        "flags: plugin");
  CHECK(defined("flags: [avoid-version]")->avoid_version());
  CHECK(defined("tags: [\"flags:avoid-version\"]")->avoid_version());
  CHECK_FALSE(defined("flags: [deprecated plugin] tags: \"avoid-version\"")->avoid_version());
  CHECK_FALSE(defined("flags: [avoid-version \"b\"]")->avoid_version());
}

TEST_CASE("deprecated fields are read as what took their place") {
  CHECK(effective_fields("build-test: [\"a\"] run-test: [\"b\"]") ==
        "run-test: [\n  [\"a\"]\n  [\"b\"]\n]");
  CHECK(effective_fields("build-test: [\"a\" \"b\"]") == "run-test: [\"a\" \"b\"]");
  CHECK(effective_fields("build-test: 1 run-test: \"b\"") == "run-test: \"b\"");
  CHECK(effective_fields("build-doc: [[\"a\"]]") == "build-doc: \"a\"");
  CHECK(effective_fields("os: \"a\"") == "available: os = \"a\"");
  CHECK(effective_fields("os: [\"a\" !\"b\"]") == "available: os = \"a\" | os != \"b\"");
  CHECK(effective_fields("os: !(\"a\" | \"b\") available: c") ==
        "available: os != \"a\" & os != \"b\" & c");
  CHECK(effective_fields("ocaml-version: [> \"4\" !(= \"5\" & < system)]") ==
        "available:\n  ocaml-version > \"4\" & "
        "(ocaml-version != \"5\" | ocaml-version >= \"system\")");
  CHECK(effective_fields("available: a | b os: \"c\" ocaml-version: [< \"5\"]") ==
        "available: os = \"c\" & ocaml-version < \"5\" & (a | b)");
}

TEST_CASE("a url without checksum is its place, with one it is the first checksum") {
  CHECK(effective_fields("url { src: \"git://a/b#c\" mirrors: \"x\" }") ==
        "url {\n  src: \"git://a/b#c\"\n}");
  CHECK(effective_fields("url { src: \"http://a\" checksum: [\"" + std::string(md5) +
                         "\" \"sha256=" + std::string(64, '0') + "\"] }") ==
        "url {\n  src: \"https://\"\n  checksum: \"md5=" + std::string(md5) + "\"\n}");
  CHECK(effective_fields("url { src: \"http://a\" checksum: [] }") ==
        "url {\n  src: \"http://a\"\n}");
  CHECK(effective_fields("url { git: \"git@a:b\" }") == "url {\n  src: \"git+ssh://git@a/b\"\n}");
  CHECK(effective_fields("url { http: \"a/b\" src: \"ftp://c\" }") ==
        "url {\n  src: \"ftp://c\"\n}");
}

TEST_CASE("what is wrong with a url") {
  CHECK(errors("url { }") == Strings{"url@2:1 src: is missing"});
  CHECK(errors("url { src: a }") == Strings{"url@2:7 expected a url", "url@2:1 src: is missing"});
  CHECK(errors("url { src: \"cvs://x\" }")[0] == "url@2:7 expected a url");
  CHECK(errors("url \"t\" { src: \"http://a\" }") == Strings{"url@2:1 url has no title"});
  CHECK(errors("url { src: \"http://a\" }\nurl { src: \"http://b\" }") ==
        Strings{"url@3:1 this section was there before"});
  CHECK(effective_fields("url { src: \"http://a\" } url { src: \"http://b\" }") ==
        "url {\n  src: \"http://a\"\n}");
  CHECK(errors("url { src: \"http://a\" checksum: [\"x\"] }") ==
        Strings{"url@2:34 expected KIND=HEX with KIND one of md5, sha256, sha512"});
  CHECK(effective_fields("url { }").empty());
}

TEST_CASE("sources in development are those that nothing holds still") {
  const auto in_development = [](std::string_view url) {
    return defined("url { " + std::string(url) + " }")->url()->is_development();
  };
  CHECK(in_development("src: \"git://a/b\""));
  CHECK(in_development("src: \"/a/b\""));
  CHECK_FALSE(in_development("src: \"https://a/b\""));
  CHECK_FALSE(in_development("src: \"git://a/b\" checksum: \"" + std::string(md5) + "\""));
}

TEST_CASE("extra-sources are sorted by the file they become") {
  const std::string effective = effective_fields(
      "extra-source \"b\" { src: \"http://b\" } extra-source \"B\" { src: \"http://B\" }"
      "extra-source \"a\\\"\" { src: \"http://a\" checksum: \"" +
      std::string(md5) + "\" }");
  CHECK(effective ==
        "extra-source \"B\" {\n  src: \"http://B\"\n}\n"
        "extra-source \"a\\\"\" {\n  src: \"https://\"\n  checksum: \"md5=" +
            std::string(md5) + "\"\n}\nextra-source \"b\" {\n  src: \"http://b\"\n}");
}

TEST_CASE("what is wrong with extra-sources") {
  CHECK(errors("extra-source { src: \"http://a\" }") ==
        Strings{"extra-source@2:1 extra-source needs the name of a file"});
  CHECK(errors(
            "extra-source \"a\" { src: \"http://a\" }\nextra-source \"a\" { src: \"http://b\" }") ==
        Strings{"extra-source@3:1 this section was there before"});
  CHECK(
      effective_fields("extra-source \"a\" { src: \"http://a\" } extra-source \"b\" { }").empty());
}

TEST_CASE("the deprecated list of extra-sources") {
  const std::string sum = "\"" + std::string(md5) + "\"";
  const auto definition = defined("extra-sources: [[\"http://a/b.tgz\" " + sum +
                                  "] [\"http://a/c\" {\"d\"} " + sum + "]]");
  REQUIRE(definition->extra_sources().size() == 2);
  CHECK(definition->extra_sources()[0].title == "b.tgz");
  CHECK(definition->extra_sources()[1].title == "d");
  for (const std::string& bad :
       Strings{"[\"http://a\"]", "[[\"http://a\" \"b\"]]", "[[\"cvs://a\" " + sum + "]]",
               "[[a " + sum + "]]", "[[\"http://a\" {b} " + sum + "]]"}) {
    INFO(bad);
    const auto found = errors("extra-sources: " + bad);
    REQUIRE(found.size() == 1);
    CHECK(found[0].ends_with("expected [\"URL\" \"checksum\"]"));
  }
}

TEST_CASE("the file's own items can be read") {
  const auto definition = defined("synopsis: \"s\"");
  CHECK(definition->items()->name == "opam-version");
  CHECK(definition->items()->next->value->text == "s");
  CHECK(definition->source() == "opam-version: \"2.0\"\nsynopsis: \"s\"");
}

TEST_CASE("files with very many fields or sections are read in reasonable time") {
  std::string fields;
  for (int i = 0; i < 50'000; ++i) fields += "a" + std::to_string(i) + ": 1\n";
  for (int i = 0; i < 200'000; ++i) fields += "os: 1\n";
  for (int i = 0; i < 50'000; ++i) {
    fields += "extra-source \"" + std::to_string(i) + "\" { src: \"http://a\" }\n";
  }
  const ProcessorTime time;
  CHECK(defined(fields)->extra_sources().size() == 50'000);
  CHECK(time.seconds() < 60);  // quadratic, it takes minutes
}

TEST_CASE("an empty list is not an error in any field") {
  for (const std::string field : {"extra-files", "setenv", "build", "patches", "features"}) {
    const auto definition = defined(field + ": []");
    INFO(field);
    CHECK(definition->errors().empty());
  }
}
