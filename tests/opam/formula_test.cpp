#include "opam/formula.h"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/opam/texts.h"

using namespace oxbow::opam;

namespace {

class FormulaVariables : public Variables {
 public:
  std::optional<Value> lookup(const Variable& variable) const override {
    if (variable.scope != Variable::Scope::global) return std::nullopt;
    if (variable.name == "yes") return true;
    if (variable.name == "no") return false;
    if (variable.name == "os") return std::string_view("linux");
    if (variable.name == "version") return std::string_view("2.0");
    if (variable.name == "empty") return std::string_view();
    return std::nullopt;
  }
};

std::string written(const PackageFormula& formula) {
  if (formula.kind == PackageFormula::Kind::none) return "-";
  if (formula.kind == PackageFormula::Kind::atom) {
    const std::string constraint = to_string(formula.constraint);
    return std::string(formula.name) + (constraint.empty() ? "" : " {" + constraint + "}");
  }
  if (formula.kind == PackageFormula::Kind::block) return "(" + written(formula.operands[0]) + ")";
  std::string text;
  for (const PackageFormula& operand : formula.operands) {
    const bool conj = formula.kind == PackageFormula::Kind::conj;
    if (!text.empty()) text += conj ? " & " : " | ";
    text += written(operand);
  }
  return "<" + text + ">";
}

std::string depends(std::string_view value) {
  const auto definition = defined("depends: " + std::string(value));
  return written(evaluate_formula(definition->field(Field::depends), Op::conj, FormulaVariables()));
}

// The constraint that is left of one package's.
std::string constrained(std::string_view constraint) {
  return depends("[\"a\" {" + std::string(constraint) + "}]");
}

}  // namespace

TEST_CASE("formulas without filters stay as they are") {
  CHECK(depends("[]") == "-");
  CHECK(depends("[\"a\"]") == "a");
  CHECK(depends("[\"a\" \"b\"]") == "<a & b>");
  CHECK(depends("[\"a\" | \"b\" & \"c\"]") == "<a | <b & c>>");
  CHECK(depends("[(\"a\" | \"b\") \"c\"]") == "<(<a | b>) & c>");
  CHECK(depends("[(\"a\")]") == "(a)");
  CHECK(depends("[()]") == "-");
}

TEST_CASE("a package whose filter is false is gone") {
  CHECK(depends("[\"a\" {no} \"b\"]") == "b");
  CHECK(depends("[\"a\" {nowhere} \"b\"]") == "b");
  CHECK(depends("[\"a\" {yes} \"b\"]") == "<a & b>");
  CHECK(depends("[\"a\" {no}]") == "-");
  CHECK(depends("[(\"a\" {no} | \"b\") \"c\"]") == "<(b) & c>");
  CHECK(depends("[(\"a\" {no} | \"b\" {no}) \"c\"]") == "c");
  CHECK(depends("[(\"a\" {no} | \"b\" {no})]") == "-");
  CHECK(depends("[\"a\" {no} & \"b\" | \"c\"]") == "<b | c>");
}

TEST_CASE("constraints lose their filters") {
  CHECK(constrained(">= \"1\"") == "a {>= 1}");
  CHECK(constrained("yes & >= \"1\"") == "a {>= 1}");
  CHECK(constrained("no & >= \"1\"") == "-");
  CHECK(constrained("yes | >= \"1\"") == "a");  // whatever version, then
  CHECK(constrained("no | >= \"1\"") == "a {>= 1}");
  CHECK(constrained("nowhere | >= \"1\"") == "a {>= 1}");
  CHECK(constrained("nowhere & >= \"1\"") == "-");
  CHECK(constrained("yes") == "a");
  CHECK(constrained("()") == "a");
  CHECK(constrained("") == "a");
  CHECK(constrained("os = \"linux\" & < \"2\" | os = \"win32\" & < \"3\"") == "a {< 2}");
}

TEST_CASE("constraints keep their joins and lose their parentheses") {
  CHECK(constrained(">= \"1\" & < \"2\" | = \"3\"") == "a {>= 1 & < 2 | = 3}");
  CHECK(constrained("(>= \"1\" | = \"0\") < \"2\"") == "a {(>= 1 | = 0) & < 2}");
  CHECK(constrained("((>= \"1\"))") == "a {>= 1}");
  CHECK(constrained("!(>= \"1\" & < \"2\")") == "a {< 1 | >= 2}");
  CHECK(constrained("!(>= \"1\" | no)") == "a {< 1}");
}

TEST_CASE("versions in constraints are evaluated") {
  CHECK(constrained("= version") == "a {= 2.0}");
  CHECK(constrained("= \"%{version}%-1\"") == "a {= 2.0-1}");
  CHECK(constrained("= \"%{nowhere}%1\"") == "a {= 1}");
  CHECK(constrained("= yes") == "a {= true}");
}

TEST_CASE("a comparison with an undefined variable is not a constraint") {
  CHECK(constrained("= nowhere") == "a");
  CHECK(constrained("= _:version") == "a");
}

TEST_CASE("which versions satisfy a constraint") {
  const auto allows = [](std::string_view constraint, std::string_view version) {
    const auto definition = defined("depends: [\"a\" {" + std::string(constraint) + "}]");
    const PackageFormula formula =
        evaluate_formula(definition->field(Field::depends), Op::conj, FormulaVariables());
    return satisfies(version, formula.constraint);
  };
  CHECK(allows("", "1"));
  CHECK(allows(">= \"1.0\" & < \"2.0\"", "1.0"));
  CHECK_FALSE(allows(">= \"1.0\" & < \"2.0\"", "2.0"));
  CHECK(allows(">= \"1.0\" & < \"2.0\"", "2.0~beta"));
  CHECK(allows("= \"1\" | = \"3\"", "3"));
  CHECK_FALSE(allows("= \"1\" | = \"3\"", "2"));
  CHECK(allows("= \"1.0\"", "1.00"));
  CHECK_FALSE(allows("!= \"1.0\"", "1.00"));
  CHECK(allows("> \"1\" & <= \"1.5\"", "1.5"));
}

TEST_CASE("all names below a formula, whatever its filters") {
  const auto definition = defined("depends: [\"a\" {no} (\"b\" | \"c\" {>= \"x\"}) \"d\" & \"a\"]");
  std::vector<std::string_view> names;
  collect_names(definition->field(Field::depends), names);
  CHECK(names == std::vector<std::string_view>{"a", "b", "c", "d", "a"});
  names.clear();
  collect_names(nullptr, names);
  CHECK(names.empty());
}

TEST_CASE("no field is not a formula") {
  CHECK(written(evaluate_formula(nullptr, Op::conj, FormulaVariables())) == "-");
}

TEST_CASE("a constraint on what is not a version is not a constraint") {
  CHECK(constrained("= empty") == "a");
  CHECK(constrained("= empty & >= \"1\"") == "a {>= 1}");
  CHECK(constrained("= nowhere") == "a");
}
