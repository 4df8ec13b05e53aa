#include "opam/formula.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "opam/version.h"

namespace oxbow::opam {
namespace {

// A constraint while it is evaluated: settled, or what is left of it.
struct Partial {
  std::optional<bool> settled;
  VersionFormula rest;
};

Partial join_partials(Op op, Partial left, Partial right) {
  const bool settling = op == Op::disj;
  if (left.settled == settling || right.settled == settling) return {settling, {}};
  if (left.settled) return right;
  if (right.settled) return left;
  // What constrains nothing says nothing beside '&', and everything beside '|'.
  using Kind = VersionFormula::Kind;
  if (left.rest.kind == Kind::any) return settling ? left : right;
  if (right.rest.kind == Kind::any) return settling ? right : left;
  Partial joined;
  joined.rest.kind = settling ? VersionFormula::Kind::disj : VersionFormula::Kind::conj;
  joined.rest.operands = {std::move(left.rest), std::move(right.rest)};
  return joined;
}

// The version that a constraint names; none if it is a variable without a value, or with one that
// is not a version.
std::optional<std::string> operand_version(const Node& operand, const Variables& variables) {
  FilterValue value = evaluate(operand, variables);
  if (auto* const text = std::get_if<std::string>(&value)) {
    if (!is_version(*text)) return std::nullopt;
    return std::move(*text);
  }
  if (const bool* const boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
  return std::nullopt;
}

Partial evaluate_constraint(const Node& node, const Variables& variables) {
  switch (node.kind) {
    case NodeKind::group:
      if (node.child == nullptr) return {true, {}};
      return evaluate_constraint(*node.child, variables);
    case NodeKind::logop:
      return join_partials(node.op, evaluate_constraint(*node.child, variables),
                           evaluate_constraint(*node.child->next, variables));
    case NodeKind::prefix_relop: {
      Partial partial;
      if (auto version = operand_version(*node.child, variables)) {
        partial.rest.kind = VersionFormula::Kind::compare;
        partial.rest.op = node.op;
        partial.rest.version = std::move(*version);
      }
      return partial;
    }
    default: return {holds(node, variables), {}};
  }
}

PackageFormula evaluate_atom(const Node& node, const Variables& variables) {
  PackageFormula atom;
  if (node.is(NodeKind::option)) {
    Partial partial = evaluate_constraint(*node.child->next, variables);
    if (partial.settled == false) return atom;
    atom.constraint = std::move(partial.rest);
    append_text(atom.constraint, atom.text);
  }
  atom.kind = PackageFormula::Kind::atom;
  atom.name = node.is(NodeKind::option) ? node.child->text : node.text;
  return atom;
}

PackageFormula join(Op op, std::vector<PackageFormula> operands) {
  std::erase_if(operands,
                [](const PackageFormula& f) { return f.kind == PackageFormula::Kind::none; });
  if (operands.empty()) return {};
  if (operands.size() == 1) return std::move(operands.front());
  PackageFormula joined;
  joined.kind = op == Op::conj ? PackageFormula::Kind::conj : PackageFormula::Kind::disj;
  joined.operands = std::move(operands);
  return joined;
}

PackageFormula evaluate_node(const Node& node, const Variables& variables) {
  switch (node.kind) {
    case NodeKind::group: {
      if (node.child == nullptr) return {};
      PackageFormula inner = evaluate_node(*node.child, variables);
      if (inner.kind == PackageFormula::Kind::none) return inner;
      PackageFormula block;
      block.kind = PackageFormula::Kind::block;
      block.operands.push_back(std::move(inner));
      return block;
    }
    case NodeKind::logop: {
      std::vector<PackageFormula> operands;
      operands.push_back(evaluate_node(*node.child, variables));
      operands.push_back(evaluate_node(*node.child->next, variables));
      return join(node.op, std::move(operands));
    }
    default: return evaluate_atom(node, variables);
  }
}

void append_join(const VersionFormula& formula, bool in_conj, std::string& words) {
  const bool conj = formula.kind == VersionFormula::Kind::conj;
  const bool grouped = in_conj && !conj;
  if (grouped) words += '(';
  bool first = true;
  for (const VersionFormula& operand : formula.operands) {
    if (!first) words += conj ? " & " : " | ";
    first = false;
    if (operand.operands.empty()) {
      append_text(operand, words);
    } else {
      append_join(operand, conj, words);
    }
  }
  if (grouped) words += ')';
}

}  // namespace

bool satisfies(std::string_view version, const VersionFormula& constraint) {
  const auto satisfied = [&](const VersionFormula& f) { return satisfies(version, f); };
  const auto& operands = constraint.operands;
  switch (constraint.kind) {
    case VersionFormula::Kind::any: return true;
    case VersionFormula::Kind::compare: return compare(version, constraint.op, constraint.version);
    case VersionFormula::Kind::conj:
      return std::all_of(operands.begin(), operands.end(), satisfied);
    case VersionFormula::Kind::disj:
      return std::any_of(operands.begin(), operands.end(), satisfied);
  }
  std::abort();
}

std::string to_string(const VersionFormula& constraint) {
  std::string words;
  append_text(constraint, words);
  return words;
}

void append_text(const VersionFormula& constraint, std::string& words) {
  switch (constraint.kind) {
    case VersionFormula::Kind::any: return;
    case VersionFormula::Kind::compare:
      words += text(constraint.op);
      words += ' ';
      words += constraint.version;
      return;
    case VersionFormula::Kind::conj:
    case VersionFormula::Kind::disj: append_join(constraint, false, words); return;
  }
}

PackageFormula evaluate_formula(const Node* list, Op op, const Variables& variables) {
  if (list == nullptr) return {};
  std::vector<PackageFormula> operands;
  operands.reserve(child_count(*list));
  for (const Node& element : children(*list)) {
    operands.push_back(evaluate_node(element, variables));
  }
  return join(op, std::move(operands));
}

void collect_names(const Node* value, std::vector<std::string_view>& names) {
  if (value == nullptr) return;
  if (value->is(NodeKind::string)) {
    names.push_back(value->text);
  } else if (value->is(NodeKind::option)) {
    names.push_back(value->child->text);
  } else {
    for (const Node& child : children(*value)) collect_names(&child, names);
  }
}

}  // namespace oxbow::opam
