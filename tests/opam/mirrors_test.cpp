#include "opam/mirrors.h"

#include <catch2/catch.hpp>

#include <string>

namespace oxbow::opam {
namespace {

std::vector<std::string> mirrors_of(const std::string& sections, std::string_view title = {}) {
  const auto definition = Definition::parse("opam-version: \"2.0\"\n" + sections);
  REQUIRE(definition);
  std::vector<std::string> texts;
  for (const Url& url : mirrors(**definition, title)) texts.push_back(url.to_string());
  return texts;
}

TEST_CASE("mirrors are one url or a list, in the file's order") {
  using Texts = std::vector<std::string>;
  CHECK(mirrors_of("url { src: \"https://a/x\" mirrors: \"https://b/x\" }") ==
        Texts{"https://b/x"});
  CHECK(mirrors_of("url { src: \"https://a/x\" mirrors: [\"https://c/x\" \"http://b/x\"] }") ==
        Texts{"https://c/x", "http://b/x"});
  CHECK(mirrors_of("url { src: \"https://a/x\" mirrors: [\"git+https://c/x#main\"] }") ==
        Texts{"git+https://c/x#main"});
  CHECK(mirrors_of("url { src: \"https://a/x\" }").empty());
  CHECK(mirrors_of("").empty());
}

TEST_CASE("each source has its own mirrors") {
  const std::string sections =
      "extra-source \"p\" { src: \"https://a/p\" mirrors: \"https://b/p\" }\n"
      "extra-source \"q\" { src: \"https://a/q\" }\n"
      "url { src: \"https://a/x\" mirrors: \"https://b/x\" }\n";
  CHECK(mirrors_of(sections) == std::vector<std::string>{"https://b/x"});
  CHECK(mirrors_of(sections, "p") == std::vector<std::string>{"https://b/p"});
  CHECK(mirrors_of(sections, "q").empty());
  CHECK(mirrors_of(sections, "r").empty());
}

TEST_CASE("what is not a URL is not a mirror") {
  CHECK(mirrors_of("url { src: \"https://a/x\" mirrors: [1 \"https://b/x\" true \"x://y\"] }") ==
        std::vector<std::string>{"https://b/x"});
  CHECK(mirrors_of("url { src: \"https://a/x\" mirrors: true }").empty());
}

}  // namespace
}  // namespace oxbow::opam
