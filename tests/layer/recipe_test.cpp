#include "layer/recipe.h"

#include <catch2/catch.hpp>

#include <string>

#include "base/base64.h"
#include "cache/key.h"

using namespace oxbow;
using cache::is_layer_key;
using Catch::Matchers::Contains;
using layer::parse_recipe;
using layer::Recipe;

namespace {

Recipe spec() {
  Recipe spec;
  spec.platform = "debian-12-x86_64";
  spec.package = {"fmt", "0.9.0+ox"};
  spec.key = std::string(64, 'f');
  spec.opam = "opam-version: \"2.0\"\n# \xff is not UTF-8\n";
  spec.files = {{"fix.patch", std::string("--- a\0\xff\n", 8), false},
                {"bin/run.sh", "#!/bin/sh\n", true},
                {"empty", "", false}};
  spec.deps = {{{"ocamlfind", "1.9.6"}, "0a"}};
  spec.below = {{{"ocamlfind", "1.9.6"}, "0a"}, {{"ocaml", "5.3.0"}, "0b"}};
  spec.system_packages = {"libgmp-dev", "zlib1g-dev"};
  return spec;
}

std::string spec_error(const Recipe& spec) {
  const auto parsed = parse_recipe(to_json(spec));
  return parsed ? "" : parsed.error().message;
}

std::string spec_error(std::string_view json) {
  const auto parsed = parse_recipe(json);
  return parsed ? "" : parsed.error().message;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("base64 is that of RFC 4648") {
  const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"},
                                                                    {"\xff\xfe\xfd", "//79"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(to_base64(bytes) == text);
    CHECK(parse_base64(text) == bytes);
  }
  for (const char* const bad : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9v=", "=", "Zm 9v", "Zm9-"}) {
    INFO(bad);
    CHECK_FALSE(parse_base64(bad));
  }
}

TEST_CASE("a spec is read as it was written") {
  const auto parsed = parse_recipe(to_json(spec()));
  REQUIRE(parsed);
  CHECK(*parsed == spec());
  CHECK_THAT(to_json(spec()), Contains(R"("path":"bin/run.sh","content":"IyEvYmluL3NoCg==")"));
}

TEST_CASE("no path of a spec leads out of where it belongs") {
  for (const std::string& path :
       {std::string("../x"), std::string("/etc/passwd"), std::string(), std::string("a\0b", 3),
        std::string(".."), std::string("."), std::string("a/../../x"), std::string("a//b"),
        std::string("a/"), std::string("./a"), std::string("a/..")}) {
    INFO(path);
    Recipe bad = spec();
    bad.files[1].path = path;
    CHECK_THAT(spec_error(bad), Contains("member 'path'"));
  }
  for (const std::string path : {"a", "..a", "a..", "...", "a/.b/c d"}) {
    Recipe good = spec();
    good.files[1].path = path;
    CHECK(spec_error(good).empty());
  }
  for (const std::string& key :
       {std::string(".."), std::string("."), std::string(), std::string("a/b"), std::string("/a"),
        std::string(".gc"), std::string("a\0", 2), std::string("a b"), std::string("base"),
        std::string("a.lock"), std::string(201, 'a')}) {
    INFO(key);
    CHECK_FALSE(cache::is_layer_key(key));
    Recipe bad = spec();
    bad.key = key;
    CHECK_THAT(spec_error(bad), Contains("member 'key'"));
    bad = spec();
    bad.deps[0].key = key;
    CHECK_THAT(spec_error(bad), Contains("member 'key'"));
    bad = spec();
    bad.below[1].key = key;
    CHECK_THAT(spec_error(bad), Contains("member 'key'"));
    bad = spec();
    bad.platform = key;
    CHECK_THAT(spec_error(bad), Contains("member 'platform'"));
  }
  CHECK(cache::is_layer_key("debian-12-x86_64"));
  CHECK(cache::is_layer_key(std::string(64, '0')));
}

TEST_CASE("a bad spec is an error that names the member") {
  CHECK_THAT(spec_error("{"), Contains("not JSON"));
  CHECK_THAT(spec_error("7"), Contains("not a JSON object"));
  const std::string good = to_json(spec());
  CHECK_THAT(spec_error(replaced(good, R"("version":1)", R"("version":2)")), Contains("'version'"));
  CHECK_THAT(spec_error(replaced(good, R"("fmt.0.9.0+ox")", R"("fmt")")), Contains("'package'"));
  CHECK_THAT(spec_error(replaced(good, R"("ocamlfind.1.9.6")", R"("../x.1")")),
             Contains("'package'"));
  CHECK_THAT(spec_error(replaced(good, "IyEvYmluL3NoCg==", "IyEvYmluL3NoCg=")),
             Contains("'content'"));
  CHECK_THAT(spec_error(replaced(good, R"("executable":true)", R"("executable":1)")),
             Contains("'executable'"));
  CHECK_THAT(spec_error(replaced(good, R"("libgmp-dev")", "{}")), Contains("'system_packages'"));
  CHECK_THAT(spec_error(replaced(good, R"("deps":[)", R"("deps":[7,)")), Contains("'deps'"));
  for (const std::string name : {"version", "platform", "package", "key", "opam", "files", "deps",
                                 "below", "system_packages", "path", "content", "executable"}) {
    CHECK_THAT(spec_error(replaced(good, "\"" + name + "\":", "\"x\":")),
               Contains("member '" + name + "'"));
  }
}
