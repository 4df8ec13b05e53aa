#include "opam/normal_form.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "tests/opam/repeated.h"
#include "tests/opam/texts.h"

using namespace oxbow::opam;

namespace {

struct NormalRow {
  std::string_view file;
  std::string_view effective;
};

void check_normal(const std::vector<NormalRow>& rows) {
  for (const NormalRow& row : rows) {
    INFO(row.file);
    CHECK(effective_fields(row.file) == row.effective);
  }
}

// The field is ignored, with an error.
void check_ignored(const std::vector<std::string>& fields) {
  for (const std::string& field : fields) {
    INFO(field.substr(0, 200));
    const auto definition = defined(field);
    CHECK_FALSE(definition->errors().empty());
    CHECK(effective_part(*definition, "p", "1") ==
          "opam-version: \"2.0\"\nname: \"p\"\nversion: \"1\"");
  }
}

}  // namespace

TEST_CASE("lists of one element lose their brackets") {
  check_normal({{"build: [[\"x\"]]", "build: \"x\""},
                {"build: [\"x\"]", "build: \"x\""},
                {"build: \"x\"", "build: \"x\""},
                {"build: [[\"x\" \"y\"]]", "build: [\"x\" \"y\"]"},
                {"build: [\"x\" y]", "build: [\"x\" y]"},
                {"build: [[\"x\"] [\"y\"]]", "build: [\n  [\"x\"]\n  [\"y\"]\n]"},
                {"build: [[\"x\"] {f}]", "build: [\"x\"] {f}"},
                {"build: [[\"x\" {f}]]", "build: \"x\" {f}"},
                {"substs: [\"x\"]", "substs: \"x\""},
                {"conflict-class: [\"x\"]", "conflict-class: \"x\""},
                {"patches: [\"x\" {f}]", "patches: \"x\" {f}"},
                {"setenv: [[A = \"1\"]]", "setenv: A = \"1\""},
                {"extra-files: [[\"x\" \"d41d8cd98f00b204e9800998ecf8427e\"]]",
                 "extra-files: [\"x\" \"md5=d41d8cd98f00b204e9800998ecf8427e\"]"}});
}

TEST_CASE("dependencies keep theirs") {
  check_normal({{"depends: \"x\"", "depends: [\"x\"]"},
                {"depends: [\"x\"]", "depends: [\"x\"]"},
                {"depopts: \"x\"", "depopts: [\"x\"]"},
                {"conflicts: \"x\"", "conflicts: [\"x\"]"}});
}

TEST_CASE("empty fields are not printed") {
  for (const std::string_view field :
       {"build: []", "build: [[]]", "depends: []", "depopts: [()]", "conflicts: []", "setenv: []",
        "available: true", "available: []", "available: [true]", "available: ()", "patches: []",
        "flags: []", "extra-files: []", "features: []", "conflict-class: []"}) {
    INFO(field);
    CHECK(effective_fields(field).empty());
    CHECK(defined(field)->field(Field::build) == nullptr);
  }
}

TEST_CASE("dependencies keep the source's parentheses and get those that '|' needs") {
  check_normal({{"depends: [(\"a\")]", "depends: [(\"a\")]"},
                {"depends: [((\"a\" | \"b\"))]", "depends: [((\"a\" | \"b\"))]"},
                {"depends: [(\"a\" \"b\")]", "depends: [(\"a\" & \"b\")]"},
                {"depends: [(\"a\" | \"b\" \"c\")]", "depends: [((\"a\" | \"b\") & \"c\")]"},
                {"depends: [(\"a\" | \"b\" & \"c\")]", "depends: [(\"a\" | \"b\" & \"c\")]"},
                {"depends: [\"a\" & \"b\"]", "depends: [\"a\" \"b\"]"},
                {"depends: \"a\" & (\"b\" & \"c\")", "depends: [\"a\" (\"b\" & \"c\")]"},
                {"depends: [\"a\" | \"b\" & \"c\"]", "depends: [\"a\" | \"b\" & \"c\"]"},
                {"depends: [() \"a\"]", "depends: [() \"a\"]"}});
}

TEST_CASE("constraints are joined, keep their parentheses and take negations in") {
  const auto constraint = [](std::string_view braces) {
    const std::string printed = effective_fields("depends: \"a\" " + std::string(braces));
    constexpr std::string_view head = "depends: [\n  \"a\" ";
    if (printed == "depends: [\"a\"]") return std::string("none");
    REQUIRE(printed.starts_with(head));
    return printed.substr(head.size(), printed.size() - head.size() - 2);
  };
  CHECK(constraint("{}") == "none");
  CHECK(constraint("{>= \"1\" < \"2\"}") == "{>= \"1\" & < \"2\"}");
  CHECK(constraint("{>= \"1\" | < \"2\" build}") == "{(>= \"1\" | < \"2\") & build}");
  CHECK(constraint("{(build)}") == "{(build)}");
  CHECK(constraint("{!build}") == "{!build}");
  CHECK(constraint("{!!build}") == "{!!build}");
  CHECK(constraint("{!(build & post)}") == "{(!build | !post)}");
  CHECK(constraint("{!(>= \"1\")}") == "{(< \"1\")}");
  CHECK(constraint("{!>= \"1\"}") == "{< \"1\"}");
  CHECK(constraint("{!!>= \"1\"}") == "{>= \"1\"}");
  CHECK(constraint("{!(= \"1\" | != \"2\" & build)}") == "{(!= \"1\" & (= \"2\" | !build))}");
  CHECK(constraint("{!(> \"1\" <= \"2\")}") == "{(<= \"1\" | > \"2\")}");
  CHECK(constraint("{!(os = \"x\")}") == "{(!(os = \"x\"))}");
  CHECK(constraint("{!?x}") == "{!?x}");
  CHECK(constraint("{true}") == "{()}");
  CHECK(constraint("{()}") == "{()}");
  CHECK(constraint("{false}") == "{false}");
  CHECK(constraint("{= version}") == "{= version}");
  CHECK(constraint("{= _:version}") == "{= _:version}");
  CHECK(constraint("{= \"%{x}%.1\"}") == "{= \"%{x}%.1\"}");
  CHECK(constraint("{~ \"1\"}") == "{>= \"1\"}");
  CHECK(constraint("{n >= 10}") == "{n >= \"10\"}");
}

TEST_CASE("what is not a dependency") {
  check_ignored({"depends: a", "depends: 1", "depends: [\"a\" [\"b\"]]", "depends: \"a.1\"",
                 "depends: \"1\"", "depends: !\"a\"", "depends: \"a\" {>= 1}",
                 "depends: \"a\" {>= \"1 2\"}", "depends: \"a\" {>= \"\"}",
                 "depends: \"a\" {>= true}", "depends: \"a\" {[b]}", "depends: \"a\" {b {c}}",
                 "depends: \"a\" {>= \"1\"} {b}", "depends: (\"a\" | b)", "depends: \"a\" = \"b\"",
                 "depopts: a", "conflicts: [a]", "conflict-class: \"a.b\"", "conflict-class: a"});
}

TEST_CASE("depopts are a disjunction of packages, what is more than one comes out backwards") {
  check_normal(
      {{"depopts: [\"a\" \"b\" | \"c\"]", "depopts: [\"a\" \"b\" \"c\"]"},
       {"depopts: [\"a\" (\"b\" | \"c\")]", "depopts: [\"a\" \"b\" \"c\"]"},
       {"depopts: \"a\" & \"b\"", "depopts: [\"b\" \"a\"]"},
       {"depopts: \"a\" & (\"b\" | \"c\" & \"d\")", "depopts: [\"d\" \"c\" \"b\" \"a\"]"},
       {"depopts: [\"x\" \"a\" & \"b\" {f}]", "depopts: [\n  \"x\"\n  \"b\" {f}\n  \"a\"\n]"}});
}

TEST_CASE("'&' in conflicts is read as '|'") {
  check_normal(
      {{"conflicts: \"a\" & \"b\"", "conflicts: [\"a\" \"b\"]"},
       {"conflicts: [\"a\" | \"b\"]", "conflicts: [\"a\" \"b\"]"},
       {"conflicts: [\"a\" & (\"b\" & \"c\") \"d\"]", "conflicts: [\"a\" \"b\" \"c\" \"d\"]"},
       {"conflicts: [(\"a\" & \"b\")]", "conflicts: [\"a\" \"b\"]"},
       {"conflicts: [(\"a\")]", "conflicts: [(\"a\")]"}});
}

TEST_CASE("filters keep only the parentheses they need") {
  check_normal({{"available: [(a = \"b\")]", "available: a = \"b\""},
                {"available: ((a | b))", "available: a | b"},
                {"available: a & (b & c)", "available: a & b & c"},
                {"available: a | (b | c)", "available: a | b | c"},
                {"available: (a & b) | c", "available: a & b | c"},
                {"available: a & (b | c)", "available: a & (b | c)"},
                {"available: !(a)", "available: !a"},
                {"available: !(a = b)", "available: !(a = b)"},
                {"available: !(a & b)", "available: !(a & b)"},
                {"available: !(!a)", "available: !!a"},
                {"available: ?(a)", "available: ?a"},
                {"available: (!a) & b", "available: !a & b"},
                {"available: a >= 1_0", "available: a >= \"10\""},
                {"available: () & a", "available: true & a"},
                {"available: \"x\"", "available: \"x\""}});
}

TEST_CASE("what is not a filter") {
  check_ignored({"available: [a b]", "available: [[a]]", "available: a {b}", "available: >= \"1\"",
                 "available: (a b)", "available: A += \"b\"", "available: [()]",
                 "build: [\"a\" {b c}]", "build: [\"a\" {[b]}]", "patches: \"a\" {>= \"1\"}"});
}

TEST_CASE("a filter that is true disappears from commands") {
  check_normal({{"build: [[\"a\" {true}] {true}]", "build: \"a\""},
                {"build: [\"a\" {}]", "build: \"a\""},
                {"build: [[\"a\"] {(true)} [\"b\"]]", "build: [\n  [\"a\"]\n  [\"b\"]\n]"},
                {"build: [[\"a\"] {false} [\"b\"]]", "build: [\n  [\"a\"] {false}\n  [\"b\"]\n]"},
                {"patches: [\"a\" {true} \"b\"]", "patches: [\"a\" \"b\"]"}});
}

TEST_CASE("what is not a command") {
  check_ignored({"build: 1", "build: true", "build: [[\"a\"] \"b\"]", "build: [\"a\" [\"b\"]]",
                 "build: [[[\"a\"]]]", "build: (\"a\")", "build: [\"a\" \"b\" | \"c\"]",
                 "build: [\"a\" 1]"});
}

TEST_CASE("bindings of the environment") {
  check_normal({{"setenv: [A += \"1\"]", "setenv: A += \"1\""},
                {"setenv: [[A = \"1\"] [B =+ \"2\"] [C =+= \"3\"] [D := \"4\"] [E =: \"5\"]]",
                 "setenv: [\n  [A = \"1\"]\n  [B =+ \"2\"]\n  [C =+= \"3\"]\n  [D := \"4\"]\n"
                 "  [E =: \"5\"]\n]"},
                {"build-env: A = \"1\"", "build-env: A = \"1\""}});
  check_ignored({"setenv: A != \"1\"", "setenv: A = 1", "setenv: \"A\" = \"1\"", "setenv: A",
                 "setenv: [[A = \"1\" B = \"2\"]]"});
}

TEST_CASE("features") {
  check_normal({{"features: [f {\"a\" & \"b\" {>= \"1\"}} {\"text\"}]",
                 "features: f {\"a\" \"b\" {>= \"1\"}} {\"text\"}"},
                {"features: [f {} {\"text\"}]", "features: f {\"text\"}"},
                {"features: [f {\"a\"} {\"x\"} g {\"b\" | \"c\"} {\"y\"}]",
                 "features: [\n  f {\"a\"} {\"x\"}\n  g {\"b\" | \"c\"} {\"y\"}\n]"}});
  check_ignored({"features: f", "features: f {\"a\"}", "features: \"f\" {\"a\"} {\"t\"}",
                 "features: f {\"a\"} {t}", "features: f {\"a\"} {\"t\" \"u\"}",
                 "features: f {a} {\"t\"}"});
}

TEST_CASE("extra-files need two strings, the second a checksum") {
  check_ignored({"extra-files: [\"a\"]", "extra-files: [[\"a\" \"md5=00\"]]",
                 "extra-files: [[\"a\" b]]", "extra-files: \"a\"",
                 "extra-files: [[\"a\" \"d41d8cd98f00b204e9800998ecf8427e\" \"c\"]]"});
}

TEST_CASE("a chain that is too long to walk is refused") {
  constexpr std::size_t many = 100'000;
  check_ignored({"depends: [(" + repeated("\"a\" ", many) + ")]"});
  check_ignored({"depends: \"a\" {" + repeated("b ", many) + "}"});
  check_ignored({"depends: \"a\" {!(" + repeated("> \"1\" ", many) + ")}"});
  check_ignored({"os: [" + repeated("\"a\" ", many) + "]"});
  check_ignored({"ocaml-version: [" + repeated("> \"1\" ", many) + "]"});
  check_ignored({"features: f {" + repeated("\"a\" ", many) + "} {\"t\"}"});
}

TEST_CASE("lists of packages and words may be long") {
  constexpr std::size_t many = 20'000;
  for (const std::string_view field : {"depends", "depopts", "conflicts", "build", "substs"}) {
    const auto definition = defined(std::string(field) + ": [" + repeated("\"a\" ", many) + "]");
    CHECK(definition->errors().empty());
    CHECK(effective_part(*definition, "p", "1").size() > many * 4);
  }
}

TEST_CASE("negations are not multiplied without bound") {
  CHECK(effective_fields("depends: \"a\" {!!!!!!!!b}") == "depends: [\n  \"a\" {!!!!!!!!b}\n]");
  check_ignored({"depends: \"a\" {!!!!!!!!!b}"});
  // Filters keep them where they stand.
  CHECK(effective_fields("available: !!!!!!!!!!!!b") == "available: !!!!!!!!!!!!b");
}

TEST_CASE("the deepest values have a normal form") {
  const std::string open = repeated("(", max_depth - 10);
  const std::string close = repeated(")", max_depth - 10);
  CHECK(effective_fields("available: " + open + "a" + close) == "available: a");
  CHECK(defined("depends: " + open + "\"a\"" + close)->errors().empty());
  CHECK(defined("depends: \"a\" {" + open + "a" + close + "}")->errors().empty());
  CHECK(defined("depends: \"a\" {" + repeated("b & (c | ", 490) + "d" + repeated(")", 490) + "}")
            ->errors()
            .empty());
}
