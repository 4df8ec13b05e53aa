#include "opam/normal_form.h"

#include <string>
#include <utility>

#include "opam/checksum.h"
#include "opam/package_id.h"

// The lists, commands and simple values; formulas and filters are in normal_formula.cpp.
namespace oxbow::opam {
namespace {

// How many lists a value is nested in, by its first elements.
int list_depth(const Node& value) {
  int depth = 0;
  for (const Node* at = &value; at != nullptr;) {
    if (at->is(NodeKind::list)) {
      ++depth;
      at = at->child;
    } else if (at->is(NodeKind::option)) {
      at = at->child;
    } else {
      break;
    }
  }
  return depth;
}

}  // namespace

// Inlined, g++ 12 takes a call through a pointer to a member function for a use of what is not
// initialised.
NormalForm::NormalForm(Arena& arena) : make_(arena) {}

const Node* NormalForm::fail(std::uint32_t offset, std::string_view message) {
  if (!error_) error_ = SyntaxError{offset, std::string(message)};
  return nullptr;
}

const Node* NormalForm::wrap(const Node& value, int depth) const {
  // No element is missing a bracket.
  if (value.is(NodeKind::list) && value.child == nullptr) return &value;
  const Node* wrapped = &value;
  for (int missing = depth - list_depth(value); missing > 0; --missing) {
    wrapped = make_.branch(NodeKind::list, Op::none, value.offset, {wrapped});
  }
  return wrapped;
}

const Node* NormalForm::lift(const Node* list, int depth) const {
  for (; depth > 0 && list->is(NodeKind::list); --depth) {
    if (list->child == nullptr || list->child->next != nullptr) break;
    list = list->child;
  }
  return list;
}

template <typename Element>
const Node* NormalForm::map_list(const Node& value, int depth, Element element) {
  const Node* const list = wrap(value, depth);
  if (!list->is(NodeKind::list)) return fail(value.offset, "expected a list");
  NodeList mapped = make_.list();
  for (const Node& child : children(*list)) {
    const Node* const one = (this->*element)(child);
    if (one == nullptr) return nullptr;
    mapped.append(*one);
  }
  return lift(make_.branch(NodeKind::list, Op::none, value.offset, mapped.first()), depth);
}

const Node* NormalForm::commands(const Node& value) {
  return map_list(value, 2, &NormalForm::command);
}

const Node* NormalForm::all_commands(const Node& first, const Node& second) {
  NodeList all = make_.list();
  for (const Node* const field : {&first, &second}) {
    for (const Node& one : children(*wrap(*field, 2))) all.append(one);
  }
  return commands(*make_.branch(NodeKind::list, Op::none, first.offset, all.first()));
}

const Node* NormalForm::command(const Node& value) {
  const Node& words = value.is(NodeKind::option) ? *value.child : value;
  return filtered(value, map_list(words, 0, &NormalForm::argument));
}

const Node* NormalForm::argument(const Node& value) {
  const Node& word = value.is(NodeKind::option) ? *value.child : value;
  if (!word.is(NodeKind::string) && !word.is(NodeKind::ident)) {
    return fail(word.offset, "expected a string or a variable");
  }
  return filtered(value, &word);
}

// `inner`, with the filter that stands behind `value`.
const Node* NormalForm::filtered(const Node& value, const Node* inner) {
  if (inner == nullptr || !value.is(NodeKind::option)) return inner;
  const Node* const condition = filter(value.child->next, value.offset);
  if (condition == nullptr) return nullptr;
  if (condition->is(NodeKind::boolean) && condition->text == "true") return inner;
  return make_.branch(NodeKind::option, Op::none, value.offset, {inner, condition});
}

const Node* NormalForm::environment(const Node& value) {
  return map_list(value, 2, &NormalForm::binding);
}

const Node* NormalForm::binding(const Node& value) {
  const Node* binding = &value;
  if (value.is(NodeKind::list)) {
    if (child_count(value, 2) != 1) return fail(value.offset, "expected a single binding");
    binding = value.child;
  }
  const bool equal = binding->is(NodeKind::relop, Op::equal);
  if (!equal && !binding->is(NodeKind::env_binding)) {
    return fail(value.offset, "expected VARIABLE = \"value\", or +=, =+, =+=, := or =:");
  }
  const Node& variable = *binding->child;
  const Node& content = *variable.next;
  if (!variable.is(NodeKind::ident) || !content.is(NodeKind::string)) {
    return fail(value.offset, "expected a variable and a string");
  }
  const Node* const made = make_.branch(NodeKind::env_binding, equal ? Op::env_equal : binding->op,
                                        binding->offset, {&variable, &content});
  return make_.branch(NodeKind::list, Op::none, value.offset, {made});
}

const Node* NormalForm::string(const Node& value) {
  return value.is(NodeKind::string) ? &value : fail(value.offset, "expected a string");
}

const Node* NormalForm::strings(const Node& value) {
  return map_list(value, 1, &NormalForm::string);
}

const Node* NormalForm::package_name(const Node& value) {
  if (string(value) == nullptr) return nullptr;
  return is_name(value.text) ? &value : fail(value.offset, "expected the name of a package");
}

const Node* NormalForm::names(const Node& value) {
  return map_list(value, 1, &NormalForm::package_name);
}

const Node* NormalForm::idents(const Node& value) {
  for (const Node& child : children(*wrap(value, 1))) {
    if (!child.is(NodeKind::ident)) return fail(child.offset, "expected an identifier");
  }
  return wrap(value, 1);
}

const Node* NormalForm::filtered_strings(const Node& value) {
  const auto element = [this](const Node& child) {
    const Node& text = child.is(NodeKind::option) ? *child.child : child;
    return filtered(child, string(text));
  };
  NodeList mapped = make_.list();
  for (const Node& child : children(*wrap(value, 1))) {
    const Node* const one = element(child);
    if (one == nullptr) return nullptr;
    mapped.append(*one);
  }
  return lift(make_.branch(NodeKind::list, Op::none, value.offset, mapped.first()), 1);
}

const Node* NormalForm::checksum(const Node& value) {
  if (string(value) == nullptr) return nullptr;
  const auto parsed = parse_checksum(value.text);
  if (!parsed) return fail(value.offset, "expected KIND=HEX with KIND one of md5, sha256, sha512");
  return make_.leaf(NodeKind::string, make_.keep(parsed->to_string()), value.offset);
}

const Node* NormalForm::checksums(const Node& value) {
  return map_list(value, 1, &NormalForm::checksum);
}

const Node* NormalForm::checked_file(const Node& value) {
  if (!value.is(NodeKind::list) || child_count(value, 3) != 2) {
    return fail(value.offset, "expected [\"file\" \"checksum\"]");
  }
  const Node* const file = string(*value.child);
  const Node* const sum = file == nullptr ? nullptr : checksum(*value.child->next);
  if (sum == nullptr) return nullptr;
  return make_.branch(NodeKind::list, Op::none, value.offset, {file, sum});
}

const Node* NormalForm::checked_files(const Node& value) {
  return map_list(value, 2, &NormalForm::checked_file);
}

const Node* NormalForm::features(const Node& value) {
  return map_list(value, 1, &NormalForm::feature);
}

// NAME {packages} {"documentation"}, both braces optional on paper and kept when not empty.
const Node* NormalForm::feature(const Node& value) {
  const Node* const documented = value.is(NodeKind::option) ? &value : nullptr;
  const Node* const required = documented != nullptr && documented->child->is(NodeKind::option)
                                   ? documented->child
                                   : nullptr;
  if (required == nullptr) return fail(value.offset, "expected NAME {packages} {\"text\"}");
  const Node& name = *required->child;
  if (!name.is(NodeKind::ident)) return fail(name.offset, "expected a name");
  const Node* const text = documented->child->next;
  if (text == nullptr || text->next != nullptr || string(*text) == nullptr) {
    return fail(value.offset, "expected one string that documents the feature");
  }
  const Node* packages = formula_list(required->child->next, Op::conj, value.offset);
  if (error_) return nullptr;
  const Node* inner = &name;
  if (packages != nullptr) {
    NodeList items = make_.list();
    items.append(name);
    split(*packages, Op::conj, false, items);
    inner = make_.branch(NodeKind::option, Op::none, value.offset, items.first());
  }
  return make_.branch(NodeKind::option, Op::none, value.offset, {inner, text});
}

bool NormalForm::is_path_rewrite(const Node& value) {
  const Node* const rules = wrap(value, 2);
  for (const Node& rule : children(*rules)) {
    if (!is_path_rewrite_rule(rule)) return false;
  }
  return true;
}

// [VARIABLE false] or [VARIABLE separator format].
bool NormalForm::is_path_rewrite_rule(const Node& rule) {
  if (!rule.is(NodeKind::list) || rule.child == nullptr || !rule.child->is(NodeKind::ident)) {
    return false;
  }
  const Node* const second = rule.child->next;
  if (second == nullptr) return false;
  const Node* const third = second->next;
  if (third == nullptr) return second->is(NodeKind::boolean) && second->text == "false";
  return third->next == nullptr && is_filtered_word(*second, " : ; ") &&
         is_filtered_word(*third, " target target-quoted host host-quoted ");
}

// One of the words (each between blanks), perhaps with a filter, or a formula of such.
bool NormalForm::is_filtered_word(const Node& value, std::string_view words) {
  switch (value.kind) {
    case NodeKind::string:
      return value.text.find(' ') == std::string_view::npos &&
             words.find(" " + std::string(value.text) + " ") != std::string_view::npos;
    case NodeKind::option:
      return is_filtered_word(*value.child, words) &&
             filter(value.child->next, value.offset) != nullptr;
    case NodeKind::group:
    case NodeKind::logop: {
      for (const Node& child : children(value)) {
        if (!is_filtered_word(child, words)) return false;
      }
      return true;
    }
    default: return false;
  }
}

}  // namespace oxbow::opam
