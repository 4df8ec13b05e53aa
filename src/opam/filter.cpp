#include "opam/filter.h"

#include <cstdlib>
#include <utility>

#include "opam/interpolation.h"
#include "opam/version.h"

namespace oxbow::opam {
namespace {

// An identifier, taken apart: packages joined by '+', a variable, and in strings only
// ?TEXT_IF_TRUE:TEXT_IF_FALSE.
struct Ident {
  std::string_view packages;
  std::string_view variable;
  bool has_converter = false;
  std::string_view if_true;
  std::string_view if_false;
};

Ident take_apart(std::string_view text) {
  Ident ident;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    ident.variable = text;
    return ident;
  }
  const std::string_view before = text.substr(0, colon);
  const std::size_t question = before.rfind('?');
  if (question == std::string_view::npos) {
    ident.packages = before;
    ident.variable = text.substr(colon + 1);
  } else {
    ident.has_converter = true;
    ident.if_true = before.substr(question + 1);
    ident.if_false = text.substr(colon + 1);
    const std::string_view variable = before.substr(0, question);
    const std::size_t scope = variable.rfind(':');
    if (scope != std::string_view::npos) ident.packages = variable.substr(0, scope);
    ident.variable = variable.substr(scope + 1);  // npos + 1 is 0
  }
  // pkg:enable says in words whether pkg is installed.
  if (!ident.packages.empty() && ident.variable == "enable" && !ident.has_converter) {
    ident.variable = "installed";
    ident.has_converter = true;
    ident.if_true = "enable";
    ident.if_false = "disable";
  }
  return ident;
}

class Evaluation {
 public:
  Evaluation(const Variables& variables, bool with_late)
      : variables_(&variables), with_late_(with_late) {}

  // The value with the variables in a string replaced.
  FilterValue reduce(const Node& filter) const {
    FilterValue value = raw(filter);
    auto* const text = std::get_if<std::string>(&value);
    if (text != nullptr && text->find('%') != std::string::npos) return expand(*text);
    return value;
  }

 private:
  FilterValue raw(const Node& filter) const {
    switch (filter.kind) {
      case NodeKind::boolean: return filter.text == "true";
      case NodeKind::string:
      case NodeKind::integer: return std::string(filter.text);
      case NodeKind::ident: return resolve(filter.text);
      case NodeKind::group: return filter.child == nullptr ? true : raw(*filter.child);
      case NodeKind::relop: return comparison(filter);
      case NodeKind::logop: return join(filter);
      case NodeKind::pfxop:
        return filter.op == Op::negation ? negation(filter) : definedness(filter);
      default: return std::monostate();
    }
  }

  FilterValue definedness(const Node& filter) const {
    return !std::holds_alternative<std::monostate>(
        Evaluation(*variables_, false).reduce(*filter.child));
  }

  FilterValue negation(const Node& filter) const {
    const auto operand = truth(reduce(*filter.child));
    return operand ? FilterValue(!*operand) : FilterValue();
  }

  FilterValue comparison(const Node& filter) const {
    const FilterValue left = reduce(*filter.child);
    const FilterValue right = reduce(*filter.child->next);
    if (left.index() == 0 || right.index() == 0) return std::monostate();
    return compare(in_words(left), filter.op, in_words(right));
  }

  // One operand that settles the matter does so even beside an undefined one.
  FilterValue join(const Node& filter) const {
    const bool settling = filter.op == Op::disj;
    const FilterValue left = reduce(*filter.child);
    const FilterValue right = reduce(*filter.child->next);
    if (is_boolean(left, settling) || is_boolean(right, settling)) return settling;
    const auto left_truth = truth(left);
    const auto right_truth = truth(right);
    if (!left_truth || !right_truth) return std::monostate();
    return settling ? *left_truth || *right_truth : *left_truth && *right_truth;
  }

  static bool is_boolean(const FilterValue& value, bool wanted) {
    const bool* const boolean = std::get_if<bool>(&value);
    return boolean != nullptr && *boolean == wanted;
  }

  static std::optional<bool> truth(const FilterValue& value) {
    if (const bool* const boolean = std::get_if<bool>(&value)) return *boolean;
    const auto* const text = std::get_if<std::string>(&value);
    if (text != nullptr && *text == "true") return true;
    if (text != nullptr && *text == "false") return false;
    return std::nullopt;
  }

  static std::string in_words(const FilterValue& value) {
    if (const bool* const boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
    const auto* const text = std::get_if<std::string>(&value);
    return text == nullptr ? std::string() : *text;
  }

  FilterValue resolve(std::string_view text) const {
    const Ident ident = take_apart(text);
    FilterValue value;
    if (ident.packages.empty()) {
      value = lookup({Variable::Scope::global, {}, ident.variable});
    } else {
      value = of_packages(ident.packages, ident.variable);
    }
    if (!ident.has_converter) return value;
    return std::string(truth(value).value_or(false) ? ident.if_true : ident.if_false);
  }

  // One package's variable, or whether it is true of all of several: false where it is of one,
  // else undefined where it is of one.
  FilterValue of_packages(std::string_view packages, std::string_view variable) const {
    const auto of = [&](std::string_view package) {
      const bool self = package == "_";
      return lookup({self ? Variable::Scope::self : Variable::Scope::package,
                     self ? std::string_view() : package, variable});
    };
    if (packages.find('+') == std::string_view::npos) return of(packages);
    std::optional<bool> all = true;
    while (true) {
      const std::size_t plus = packages.find('+');
      const FilterValue one = of(packages.substr(0, plus));
      if (!is_boolean(one, true)) all = truth(one);
      if (all == false || plus == std::string_view::npos) break;
      packages.remove_prefix(plus + 1);
    }
    return all ? FilterValue(*all) : FilterValue();
  }

  FilterValue lookup(const Variable& variable) const {
    if (!with_late_ && variables_->is_late(variable)) return std::monostate();
    const auto value = variables_->lookup(variable);
    if (!value) return std::monostate();
    if (const bool* const boolean = std::get_if<bool>(&*value)) return *boolean;
    return std::string(std::get<std::string_view>(*value));
  }

  std::string expand(std::string_view text) const {
    return interpolate(text, [&](std::string_view ident) { return in_words(resolve(ident)); });
  }

  const Variables* variables_;
  bool with_late_;
};

}  // namespace

FilterValue evaluate(const Node& filter, const Variables& variables) {
  return Evaluation(variables, true).reduce(filter);
}

bool holds(const Node& filter, const Variables& variables) {
  const FilterValue value = evaluate(filter, variables);
  if (const bool* const boolean = std::get_if<bool>(&value)) return *boolean;
  const auto* const text = std::get_if<std::string>(&value);
  return text != nullptr && *text == "true";
}

bool compare(std::string_view left, Op op, std::string_view right) {
  const int order = compare_versions(left, right);
  switch (op) {
    case Op::equal: return order == 0;
    case Op::not_equal: return order != 0;
    case Op::greater_equal: return order >= 0;
    case Op::greater: return order > 0;
    case Op::less_equal: return order <= 0;
    case Op::less: return order < 0;
    default: std::abort();
  }
}

}  // namespace oxbow::opam
