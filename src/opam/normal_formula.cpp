// Filters, version constraints and package formulas in opam's printed form.
#include <string>
#include <vector>

#include "opam/interpolation.h"
#include "opam/normal_form.h"
#include "opam/package_id.h"
#include "opam/version.h"

namespace oxbow::opam {
namespace {

// Every filter below a negation gets it, so what many of them around many filters would print has
// no bound that the size of the file gives.
constexpr int max_negations = 8;

}  // namespace

// `left op right`; `left` is null where a chain starts.
const Node* NormalForm::joined(const Node* left, Op op, const Node* right, std::uint32_t offset) {
  if (left == nullptr) return right;
  const Node* const both = make_.branch(NodeKind::logop, op, offset, {left, right});
  return both->depth < max_depth ? both : fail(offset, "too many values in one formula");
}

const Node* NormalForm::grouped_if(bool condition, const Node* node) const {
  if (!condition) return node;
  return make_.branch(NodeKind::group, Op::none, node->offset, {node});
}

const Node* NormalForm::filter_field(const Node& value) {
  const Node* const list = wrap(value, 1);
  const Node* const condition = filter(list->child, value.offset);
  if (condition == nullptr) return nullptr;
  if (condition->is(NodeKind::boolean) && condition->text == "true") {
    return make_.branch(NodeKind::list, Op::none, value.offset, nullptr);
  }
  return condition;
}

const Node* NormalForm::filter(const Node* first, std::uint32_t offset) {
  if (first == nullptr) return make_.leaf(NodeKind::boolean, "true", offset);
  const bool empty_group = first->is(NodeKind::group) && first->child == nullptr;
  if (first->next != nullptr || empty_group) {
    return fail(first->offset, "expected a single filter");
  }
  return filter_node(*first, Context::disj);
}

// What is in parentheses: nothing is `true`, and doubled ones must hold a single filter too.
const Node* NormalForm::filter_group(const Node& group, Context context) {
  const Node* const inner = group.child;
  if (inner == nullptr) return make_.leaf(NodeKind::boolean, "true", group.offset);
  const bool empty_group = inner->is(NodeKind::group) && inner->child == nullptr;
  if (inner->next != nullptr || empty_group) {
    return fail(inner->offset, "expected a single filter");
  }
  return filter_node(*inner, context);
}

const Node* NormalForm::filter_node(const Node& value, Context context) {
  switch (value.kind) {
    case NodeKind::boolean:
    case NodeKind::string:
    case NodeKind::ident: return &value;
    case NodeKind::integer: return make_.leaf(NodeKind::string, value.text, value.offset);
    case NodeKind::group: return filter_group(value, context);
    case NodeKind::relop:
    case NodeKind::logop: {
      const bool relop = value.is(NodeKind::relop);
      const Context inner = relop                  ? Context::relop
                            : value.op == Op::conj ? Context::conj
                                                   : Context::disj;
      const Node* const left = filter_node(*value.child, inner);
      const Node* const right = left == nullptr ? nullptr : filter_node(*value.child->next, inner);
      if (right == nullptr) return nullptr;
      const bool top = context == Context::disj;
      const bool bare = top || (context == Context::conj && inner != Context::disj);
      return grouped_if(!bare, make_.branch(value.kind, value.op, value.offset, {left, right}));
    }
    case NodeKind::pfxop: {
      const Node* const operand = filter_node(*value.child, Context::prefix);
      if (operand == nullptr) return nullptr;
      return grouped_if(context == Context::relop,
                        make_.branch(NodeKind::pfxop, value.op, value.offset, {operand}));
    }
    default: return fail(value.offset, "expected a filter");
  }
}

const Node* NormalForm::version(const Node& value) {
  if (value.is(NodeKind::ident)) return &value;
  if (!value.is(NodeKind::string)) return fail(value.offset, "expected a version");
  const auto placeholder = [](std::string_view) { return std::string_view("-"); };
  if (!is_version(interpolate(value.text, placeholder))) {
    return fail(value.offset, "expected a version");
  }
  return &value;
}

// Every negation around it flips a comparison and its joins, and is put before a filter.
const Node* NormalForm::constraint(const Node& value, int negations) {
  const bool flip = negations % 2 == 1;
  switch (value.kind) {
    case NodeKind::prefix_relop: {
      const Node* const operand = version(*value.child);
      if (operand == nullptr) return nullptr;
      return make_.branch(NodeKind::prefix_relop, flip ? negated(value.op) : value.op, value.offset,
                          {operand});
    }
    case NodeKind::logop: {
      const Node* const left = constraint(*value.child, negations);
      const Node* const right =
          left == nullptr ? nullptr : constraint(*value.child->next, negations);
      if (right == nullptr) return nullptr;
      const bool conj = (value.op == Op::conj) != flip;
      return make_.branch(NodeKind::logop, conj ? Op::conj : Op::disj, value.offset, {left, right});
    }
    case NodeKind::group: {
      const Node* const inner = constraint_list(value.child, value.offset, negations);
      if (error_) return nullptr;
      if (inner == nullptr) return make_.branch(NodeKind::group, Op::none, value.offset, nullptr);
      return make_.branch(NodeKind::group, Op::none, value.offset, {inner});
    }
    case NodeKind::pfxop:
      if (value.op != Op::negation) break;
      if (negations == max_negations) return fail(value.offset, "negated too often");
      return constraint(*value.child, negations + 1);
    default: break;
  }
  const Node* leaf = filter_node(value, negations > 0 ? Context::prefix : Context::disj);
  if (leaf == nullptr) return nullptr;
  if (negations == 0 && leaf->is(NodeKind::boolean) && leaf->text == "true") {
    return make_.branch(NodeKind::group, Op::none, value.offset, nullptr);
  }
  for (int i = 0; i < negations; ++i) {
    leaf = make_.branch(NodeKind::pfxop, Op::negation, value.offset, {leaf});
  }
  return leaf;
}

const Node* NormalForm::constraint_list(const Node* first, std::uint32_t offset, int negations) {
  const Node* chain = nullptr;
  const Op op = negations % 2 == 1 ? Op::disj : Op::conj;
  for (const Node& value : siblings(first)) {
    const Node* const one = constraint(value, negations);
    if (one == nullptr) return nullptr;
    chain = joined(chain, op, one, offset);
    if (chain == nullptr) return nullptr;
  }
  return chain;
}

// '|' directly under '&' gets parentheses. Below an option or a prefix nothing is a join.
const Node* NormalForm::parenthesised(const Node& formula, bool in_conj) const {
  if (formula.is(NodeKind::group)) {
    if (formula.child == nullptr) return &formula;
    return make_.branch(NodeKind::group, Op::none, formula.offset,
                        {parenthesised(*formula.child, false)});
  }
  if (!formula.is(NodeKind::logop)) return &formula;
  const bool conj = formula.op == Op::conj;
  const Node* const left = parenthesised(*formula.child, conj);
  const Node* const right = parenthesised(*formula.child->next, conj);
  return grouped_if(in_conj && !conj,
                    make_.branch(NodeKind::logop, formula.op, formula.offset, {left, right}));
}

const Node* NormalForm::package_atom(const Node& value) {
  const Node& name = value.is(NodeKind::option) ? *value.child : value;
  if (!name.is(NodeKind::string) || !is_name(name.text)) {
    return fail(name.offset, "expected the name of a package");
  }
  if (!value.is(NodeKind::option)) return &value;
  const Node* const condition = constraint_list(value.child->next, value.offset, 0);
  if (error_) return nullptr;
  if (condition == nullptr) return &name;
  return make_.branch(NodeKind::option, Op::none, value.offset,
                      {&name, parenthesised(*condition, false)});
}

const Node* NormalForm::formula(const Node& value, Op join) {
  switch (value.kind) {
    case NodeKind::string:
    case NodeKind::option: return package_atom(value);
    case NodeKind::group: {
      const Node* const inner = formula_list(value.child, join, value.offset);
      if (error_) return nullptr;
      if (inner == nullptr) return make_.branch(NodeKind::group, Op::none, value.offset, nullptr);
      return make_.branch(NodeKind::group, Op::none, value.offset, {inner});
    }
    case NodeKind::logop: {
      const Node* const left = formula(*value.child, join);
      const Node* const right = left == nullptr ? nullptr : formula(*value.child->next, join);
      if (right == nullptr) return nullptr;
      return make_.branch(NodeKind::logop, value.op, value.offset, {left, right});
    }
    default: return fail(value.offset, "expected a package, '&', '|' or parentheses");
  }
}

const Node* NormalForm::formula_list(const Node* first, Op join, std::uint32_t offset) {
  const Node* chain = nullptr;
  for (const Node& value : siblings(first)) {
    const Node* const one = formula(value, join);
    if (one == nullptr) return nullptr;
    chain = joined(chain, join, one, offset);
    if (chain == nullptr) return nullptr;
  }
  return chain;
}

// The operands of a chain of `op`, each in printed form.
void NormalForm::split(const Node& formula, Op op, bool through_groups, NodeList& into) const {
  const bool group_of_op = through_groups && formula.is(NodeKind::group) &&
                           formula.child != nullptr && formula.child->is(NodeKind::logop, op);
  const Node& node = group_of_op ? *formula.child : formula;
  if (node.is(NodeKind::logop, op)) {
    split(*node.child, op, through_groups, into);
    split(*node.child->next, op, through_groups, into);
  } else {
    into.append(*parenthesised(node, false));
  }
}

const Node* NormalForm::package_formula(const Node& value, Join join) {
  const Op op = join == Join::conj ? Op::conj : Op::disj;
  const Node* const first = value.is(NodeKind::list) ? value.child : &value;
  NodeList items = make_.list();
  if (value.is(NodeKind::list)) {
    for (const Node& element : siblings(first)) {
      const Node* const one = formula(element, op);
      if (one == nullptr) return nullptr;
      split(*one, op, join == Join::disj, items);
    }
  } else {
    const Node* const one = formula(value, op);
    if (one == nullptr) return nullptr;
    split(*one, op, join == Join::disj, items);
  }
  return make_.branch(NodeKind::list, Op::none, value.offset, items.first());
}

namespace {

bool is_atom(const Node& node) { return node.is(NodeKind::string) || node.is(NodeKind::option); }

// The atoms below a formula, last first.
void atoms_reversed(const Node& formula, std::vector<const Node*>& into) {
  if (is_atom(formula)) {
    into.push_back(&formula);
    return;
  }
  std::vector<const Node*> parts;
  for (const Node& child : children(formula)) parts.push_back(&child);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) atoms_reversed(**part, into);
}

}  // namespace

const Node* NormalForm::optional_packages(const Node& value) {
  const Node* const parsed = package_formula(value, Join::disj);
  if (parsed == nullptr) return nullptr;
  NodeList items = make_.list();
  for (const Node& element : children(*parsed)) {
    std::vector<const Node*> atoms;
    atoms_reversed(element, atoms);
    for (const Node* const atom : atoms) items.append(*atom);
  }
  return make_.branch(NodeKind::list, Op::none, value.offset, items.first());
}

const Node* NormalForm::as_disjunction(const Node& formula) const {
  if (formula.is(NodeKind::group) && formula.child != nullptr) {
    return make_.branch(NodeKind::group, Op::none, formula.offset,
                        {as_disjunction(*formula.child)});
  }
  if (!formula.is(NodeKind::logop)) return &formula;
  return make_.branch(NodeKind::logop, Op::disj, formula.offset,
                      {as_disjunction(*formula.child), as_disjunction(*formula.child->next)});
}

const Node* NormalForm::conflicts(const Node& value) {
  const Node* const parsed = package_formula(value, Join::disj);
  if (parsed == nullptr) return nullptr;
  NodeList items = make_.list();
  for (const Node& element : children(*parsed)) {
    split(*as_disjunction(element), Op::disj, true, items);
  }
  return make_.branch(NodeKind::list, Op::none, value.offset, items.first());
}

const Node* NormalForm::ocaml_version_filter(const Node& value) {
  const Node* chain = nullptr;
  for (const Node& element : children(*wrap(value, 1))) {
    const Node* const one = ocaml_version_node(element, false);
    if (one == nullptr) return nullptr;
    chain = joined(chain, Op::conj, one, value.offset);
    if (chain == nullptr) return nullptr;
  }
  return chain;
}

const Node* NormalForm::ocaml_version_node(const Node& value, bool flip) {
  switch (value.kind) {
    case NodeKind::prefix_relop: {
      const Node& version = *value.child;
      const bool system = version.is(NodeKind::ident) && version.text == "system";
      if (!system && !version.is(NodeKind::string)) {
        return fail(version.offset, "expected a version");
      }
      return make_.branch(NodeKind::relop, flip ? negated(value.op) : value.op, value.offset,
                          {make_.leaf(NodeKind::ident, "ocaml-version", value.offset),
                           make_.leaf(NodeKind::string, version.text, version.offset)});
    }
    case NodeKind::logop: {
      const Node* const left = ocaml_version_node(*value.child, flip);
      const Node* const right =
          left == nullptr ? nullptr : ocaml_version_node(*value.child->next, flip);
      if (right == nullptr) return nullptr;
      const bool conj = (value.op == Op::conj) != flip;
      return make_.branch(NodeKind::logop, conj ? Op::conj : Op::disj, value.offset, {left, right});
    }
    case NodeKind::pfxop:
      if (value.op == Op::negation) return ocaml_version_node(*value.child, !flip);
      break;
    case NodeKind::group:
      if (child_count(value, 2) == 1) return ocaml_version_node(*value.child, flip);
      break;
    default: break;
  }
  return fail(value.offset, "expected a constraint on a version");
}

const Node* NormalForm::os_filter(const Node& value) {
  const Node* const first = value.is(NodeKind::list) ? value.child : nullptr;
  if (first == nullptr && !value.is(NodeKind::list)) return os_node(value, false);
  const Node* chain = nullptr;
  for (const Node& element : siblings(first)) {
    const Node* const one = os_node(element, false);
    if (one == nullptr) return nullptr;
    chain = joined(chain, Op::disj, one, value.offset);
    if (chain == nullptr) return nullptr;
  }
  return chain;
}

const Node* NormalForm::os_node(const Node& value, bool flip) {
  switch (value.kind) {
    case NodeKind::string:
      return make_.branch(NodeKind::relop, flip ? Op::not_equal : Op::equal, value.offset,
                          {make_.leaf(NodeKind::ident, "os", value.offset), &value});
    case NodeKind::logop: {
      const Node* const left = os_node(*value.child, flip);
      const Node* const right = left == nullptr ? nullptr : os_node(*value.child->next, flip);
      if (right == nullptr) return nullptr;
      const bool conj = (value.op == Op::conj) != flip;
      return make_.branch(NodeKind::logop, conj ? Op::conj : Op::disj, value.offset, {left, right});
    }
    case NodeKind::pfxop:
      if (value.op == Op::negation) return os_node(*value.child, !flip);
      break;
    case NodeKind::group:
      if (child_count(value, 2) == 1) return os_node(*value.child, flip);
      break;
    default: break;
  }
  return fail(value.offset, "expected the name of an operating system");
}

}  // namespace oxbow::opam
