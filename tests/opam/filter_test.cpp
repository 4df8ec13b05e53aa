#include "opam/filter.h"

#include <catch2/catch.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "opam/interpolation.h"
#include "opam/parser.h"
#include "tests/opam/texts.h"

using namespace oxbow::opam;

namespace {

class TestVariables : public Variables {
 public:
  std::optional<Value> lookup(const Variable& variable) const override {
    static const std::map<std::string, Value, std::less<>> values = {
        {"yes", true},
        {"no", false},
        {"os", std::string_view("linux")},
        {"true-text", std::string_view("true")},
        {"false-text", std::string_view("false")},
        {"n", std::string_view("10")},
        {"empty", std::string_view("")},
        {"percent", std::string_view("%{os}%")},
        {"late", true},
        {"_:version", std::string_view("3.0")},
        {"foo:installed", true},
        {"bar:installed", true},
        {"baz:installed", false},
        {"word:installed", std::string_view("true")},
        {"foo:lib", std::string_view("/lib/foo")},
    };
    std::string key(variable.name);
    if (variable.scope == Variable::Scope::self) key = "_:" + key;
    if (variable.scope == Variable::Scope::package) key = std::string(variable.package) + ":" + key;
    const auto found = values.find(key);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }

  bool is_late(const Variable& variable) const override { return variable.is_global("late"); }
};

// "undefined", "true", "false" or the string in quotes, of a filter as a file would have it.
std::string value(std::string_view filter) {
  Arena arena;
  const std::string source = "f: " + std::string(filter);
  const auto items = parse_items(source, arena);
  if (!items) return items.error().message;
  const FilterValue result = evaluate(*(*items)->value, TestVariables());
  if (result.index() == 0) return "undefined";
  if (const bool* const boolean = std::get_if<bool>(&result)) return *boolean ? "true" : "false";
  return "'" + std::get<std::string>(result) + "'";
}

struct Row {
  std::string_view filter;
  std::string_view value;
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(row.filter);
    CHECK(value(row.filter) == row.value);
  }
}

}  // namespace

TEST_CASE("values of filters") {
  check_rows({{"true", "true"},
              {"yes", "true"},
              {"os", "'linux'"},
              {"nowhere", "undefined"},
              {"12", "'12'"},
              {"\"a\"", "'a'"},
              {"(os)", "'linux'"},
              {"()", "true"},
              {"[os]", "undefined"}});
}

TEST_CASE("a false operand settles '&' and a true one '|', the rest is undefined") {
  check_rows({{"yes & yes", "true"},
              {"yes & no", "false"},
              {"no & nowhere", "false"},
              {"nowhere & no", "false"},
              {"yes & nowhere", "undefined"},
              {"nowhere & yes", "undefined"},
              {"nowhere & nowhere", "undefined"},
              {"no | no", "false"},
              {"no | yes", "true"},
              {"yes | nowhere", "true"},
              {"nowhere | yes", "true"},
              {"no | nowhere", "undefined"},
              {"nowhere | no", "undefined"},
              {"!yes", "false"},
              {"!no", "true"},
              {"!nowhere", "undefined"},
              {"!!nowhere", "undefined"}});
}

TEST_CASE("only true and false are truth values, as words too") {
  check_rows({{"true-text & yes", "true"},
              {"false-text | no", "false"},
              {"!true-text", "false"},
              {"!\"false\"", "true"},
              {"!os", "undefined"},
              {"os & yes", "undefined"},
              {"os & no", "false"},
              {"os | yes", "true"},
              {"empty | no", "undefined"},
              // A word settles nothing by itself.
              {"false-text & nowhere", "undefined"},
              {"true-text | nowhere", "undefined"}});
}

TEST_CASE("comparisons go by the order of versions, of undefined they are undefined") {
  check_rows({{"os = \"linux\"", "true"},
              {"os != \"linux\"", "false"},
              {"os = nowhere", "undefined"},
              {"nowhere != os", "undefined"},
              {"n >= 9", "true"},
              {"n >= \"9\"", "true"},
              {"n < \"9\"", "false"},
              {"n = \"010.\"", "false"},
              {"n = \"010\"", "true"},
              {"\"1.0\" = \"1.00\"", "true"},
              {"\"1.0~rc\" < \"1.0\"", "true"},
              {"yes = \"true\"", "true"},
              {"no <= \"false\"", "true"},
              {"empty < \"1\"", "true"},
              {"empty = \"0\"", "true"},
              {"_:version > \"2.9\"", "true"}});
}

TEST_CASE("'?' asks whether a variable is defined already") {
  check_rows({{"?os", "true"},
              {"?nowhere", "false"},
              {"!?nowhere", "true"},
              {"?no", "true"},
              {"?(os = nowhere)", "false"},
              {"?(no & nowhere)", "true"},
              {"late", "true"},
              {"?late", "false"},
              {"?late | late", "true"},
              {"?(late | yes)", "true"},
              {"??nowhere", "true"}});
}

TEST_CASE("packages' variables") {
  check_rows({{"foo:lib", "'/lib/foo'"},
              {"foo:nowhere", "undefined"},
              {"_:version", "'3.0'"},
              {"foo:enable", "'enable'"},
              {"baz:enable", "'disable'"},
              {"other:enable", "'disable'"},
              {"foo:enable = \"enable\"", "true"},
              {"foo+bar:installed", "true"},
              {"foo+baz:installed", "false"},
              {"foo+word:installed", "true"},
              {"foo+other:installed", "undefined"},
              {"other+foo:installed", "undefined"},
              // One that is false settles it, wherever it stands.
              {"baz+other:installed", "false"},
              {"other+baz:installed", "false"},
              {"foo+bar:enable", "'enable'"},
              {"foo+baz:enable", "'disable'"}});
}

TEST_CASE("variables in strings") {
  check_rows({{"\"%{os}%\"", "'linux'"},
              {"\"a%{os}%b%{n}%\"", "'alinuxb10'"},
              {"\"%{nowhere}%x\"", "'x'"},
              {"\"%{yes}%\"", "'true'"},
              {"\"%{_:version}%\"", "'3.0'"},
              {"\"%{foo:lib}%/x\"", "'/lib/foo/x'"},
              {"\"100%%\"", "'100%'"},
              {"\"100%\"", "'100%'"},
              {"\"%{os\"", "'%{os'"},
              {"\"%{os}%\" = os", "true"},
              {"!\"%{yes}%\"", "false"},
              // What a variable holds is expanded as well.
              {"percent", "'linux'"}});
}

TEST_CASE("converters in strings") {
  check_rows({{"\"%{yes?a:b}%\"", "'a'"},
              {"\"%{no?a:b}%\"", "'b'"},
              {"\"%{nowhere?a:b}%\"", "'b'"},
              {"\"%{os?a:b}%\"", "'b'"},
              {"\"%{true-text?a:b}%\"", "'a'"},
              {"\"%{yes?:b}%\"", "''"},
              {"\"%{foo+bar:installed?with:without}%\"", "'with'"},
              {"\"%{foo+baz:installed?with:without}%\"", "'without'"},
              {"\"--%{baz:enable}%-x\"", "'--disable-x'"}});
}

TEST_CASE("where an interpolation ends") {
  const auto braced = [](std::string_view text) {
    return interpolate(text, [](std::string_view name) { return "<" + std::string(name) + ">"; });
  };
  CHECK(braced("%{a}%%{b}%") == "<a><b>");
  CHECK(braced("%{}%") == "<>");
  CHECK(braced("%%{a}%") == "%{a}%");
  CHECK(braced("%%%{a}%") == "%<a>");
  CHECK(braced("% %a %") == "% %a %");
  CHECK(braced("%{a}b}%") == "<a}b>");
  CHECK(braced("%{a}}%") == "%{a}}%");
  CHECK(braced("%{a %% b") == "%{a %% b");
  CHECK(braced("%{a}") == "%{a}");
  CHECK(braced("%{a\nb}% %{c}%") == "%{a\nb}% <c>");
  CHECK(braced("%{a}\n%{b}%") == "%{a}\n<b>");
}

TEST_CASE("many interpolations that do not end take no long time") {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "%{a%b";
  CHECK(interpolate(text, [](std::string_view) { return ""; }) == text);
}

TEST_CASE("a filter holds only where it is true") {
  Arena arena;
  const auto holds_of = [&](std::string_view filter) {
    const std::string source = "f: " + std::string(filter);
    return holds(*(*parse_items(source, arena))->value, TestVariables());
  };
  CHECK(holds_of("yes"));
  CHECK(holds_of("true-text"));
  CHECK_FALSE(holds_of("no"));
  CHECK_FALSE(holds_of("nowhere"));
  CHECK_FALSE(holds_of("!nowhere"));
  CHECK_FALSE(holds_of("os"));
}

TEST_CASE("available, as a file has it") {
  const auto available = [](std::string_view field) {
    const auto definition = defined(field);
    return holds(*definition->field(Field::available), TestVariables());
  };
  CHECK(available("available: os = \"linux\" & (n > 9 | nowhere)"));
  CHECK_FALSE(available("available: [os != \"linux\"]"));
  CHECK(available("os: [\"linux\" \"macos\"]"));
  CHECK_FALSE(available("os: !\"linux\" available: yes"));
  CHECK_FALSE(available("ocaml-version: [>= \"4.02\"]"));  // undefined here
}
