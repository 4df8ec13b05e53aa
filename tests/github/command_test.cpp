#include "github/command.h"

#include <catch2/catch.hpp>

using namespace oxbow::github;

namespace {

using Texts = std::vector<std::string>;

// "rerun all", "build a b", "? VERB -> NEAREST"
struct Told {
  std::string operator()(const Rerun& one) const {
    const char* const what = one.what == Rerun::What::all      ? "rerun all"
                             : one.what == Rerun::What::failed ? "rerun failed"
                                                               : "rerun";
    return what + joined(one.packages);
  }
  std::string operator()(const Build& one) const { return "build" + joined(one.packages); }
  std::string operator()(const Cancel& /*one*/) const { return "cancel"; }
  std::string operator()(const OkToTest& one) const { return "ok " + one.head; }
  std::string operator()(const Explain& one) const { return "explain " + one.package; }
  std::string operator()(const Help& /*one*/) const { return "help"; }
  std::string operator()(const Misspelt& one) const { return "? -> " + one.nearest; }

  static std::string joined(const Texts& packages) {
    std::string text;
    for (const std::string& package : packages) text += " " + package;
    return text;
  }
};

Texts told(std::string_view comment) {
  Texts all;
  for (const Command& command : parse_commands(comment)) all.push_back(std::visit(Told(), command));
  return all;
}

}  // namespace

TEST_CASE("each command is read, in any case, several in a comment") {
  CHECK(told("/oxbow rerun") == Texts{"rerun all"});
  CHECK(told("/OXBOW Rerun All\r\n  /oxbow rerun failed") == Texts{"rerun all", "rerun failed"});
  CHECK(told("/oxbow rerun astring fpath.0.7.3, dune.3.20.2+ox") ==
        Texts{"rerun astring fpath.0.7.3 dune.3.20.2+ox"});
  CHECK(told("thanks!\n/oxbow build a\n/oxbow cancel\n/oxbow help") ==
        Texts{"build a", "cancel", "help"});
  CHECK(told("/oxbow ok-to-test") == Texts{"ok "});
  CHECK(told("/oxbow ok-to-test ABCDEF1") == Texts{"ok abcdef1"});
  CHECK(told("/oxbow explain bonsai") == Texts{"explain bonsai"});
}

TEST_CASE("what a person quotes, shows or hides is not a command") {
  CHECK(told("> /oxbow rerun").empty());
  CHECK(told("```\n/oxbow rerun\n```").empty());
  CHECK(told("~~~~ text\n/oxbow rerun\n~~~\n/oxbow cancel\n~~~~\n/oxbow help") == Texts{"help"});
  CHECK(told("    /oxbow rerun").empty());
  CHECK(told("\t/oxbow rerun").empty());
  CHECK(told("`/oxbow rerun`").empty());
  CHECK(told("[/oxbow rerun](https://example.org)").empty());
  CHECK(told("please /oxbow rerun").empty());
  CHECK(told("<!-- \n/oxbow rerun\n-->\n/oxbow help") == Texts{"help"});
  CHECK(told("<!--\n/oxbow rerun").empty());
  CHECK(told("/oxbowrerun\n/oxbow-rerun").empty());
  CHECK(told("").empty());
}

TEST_CASE("what is misspelt is answered by the nearest, and nonsense by nothing") {
  CHECK(told("/oxbow rerum") == Texts{"? -> /oxbow rerun"});
  CHECK(told("/oxbow retest") == Texts{"? -> "});
  CHECK(told("/oxbow explian x") == Texts{"? -> /oxbow explain"});
  CHECK(told("/oxbow oktotest") == Texts{"? -> /oxbow ok-to-test"});
  CHECK(told("/oxbow") == Texts{"? -> /oxbow help"});
  CHECK(told("/oxbow build") == Texts{"? -> /oxbow build PACKAGE"});
  CHECK(told("/oxbow build ../x") == Texts{"? -> /oxbow build PACKAGE"});
  CHECK(told("/oxbow build --all") == Texts{"? -> /oxbow build PACKAGE"});
  CHECK(told("/oxbow rerun a $(x)") == Texts{"? -> /oxbow rerun PACKAGE"});
  CHECK(told("/oxbow ok-to-test main") == Texts{"? -> /oxbow ok-to-test SHA"});
  CHECK(told("/oxbow explain a b") == Texts{"? -> /oxbow explain PACKAGE"});
}

TEST_CASE("no word of a command is longer than 200 bytes") {
  CHECK(told("/oxbow rerun " + std::string(201, 'a')) == Texts{"rerun " + std::string(200, 'a')});
}

TEST_CASE("a comment has at most ten commands") {
  std::string many;
  for (int i = 0; i < 50; ++i) many += "/oxbow help\n";
  CHECK(parse_commands(many).size() == 10);
}

TEST_CASE("a fence that is indented like code closes no block") {
  CHECK(told("```\ncode\n    ```\n/oxbow rerun\n```\n").empty());
  CHECK(told("```\ncode\n   ```\n/oxbow rerun\n") == Texts{"rerun all"});
}
