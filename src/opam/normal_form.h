#pragma once

#include <optional>
#include <string_view>

#include "opam/node_factory.h"
#include "opam/syntax.h"

namespace oxbow::opam {

/// NormalForm turns the values of an opam file's fields into the values that opam prints for
/// them: brackets that one element does not need are gone, parentheses stand where opam puts
/// them, negations are pushed into constraints. Evaluation reads the same trees.
///
/// A function returns null where opam ignores the field, and then `error()` says why; a normaliser
/// is for one field, its first error stays. What is empty, and so not printed, is an empty list.
/// Source: opam 2.4.1 src/format/opamFormat.ml.
class NormalForm {
 public:
  explicit NormalForm(Arena& arena);

  const std::optional<SyntaxError>& error() const { return error_; }

  /// How a list of packages is to be read: all of them, or any.
  enum class Join { conj, disj };

  /// depends, depopts and conflicts: always a list, whose elements `join` joins.
  const Node* package_formula(const Node& value, Join join);
  /// The same, with everything that is not an atom dissolved into its atoms (depopts).
  const Node* optional_packages(const Node& value);
  /// The same, with '&' read as '|' unless the whole is a disjunction of atoms (conflicts).
  const Node* conflicts(const Node& value);

  /// A filter standing as a field's value; `true` is an empty list.
  const Node* filter_field(const Node& value);
  /// The filter of a list of values; `true` where there is none.
  const Node* filter(const Node* first, std::uint32_t offset);

  const Node* commands(const Node& value);
  /// The commands of two fields, one after the other.
  const Node* all_commands(const Node& first, const Node& second);
  const Node* environment(const Node& value);
  const Node* names(const Node& value);
  const Node* strings(const Node& value);
  const Node* idents(const Node& value);
  const Node* filtered_strings(const Node& value);
  const Node* features(const Node& value);
  const Node* checksums(const Node& value);
  const Node* checked_files(const Node& value);

  /// The deprecated fields `ocaml-version` and `os` as the filters they stand for (not yet in
  /// printed form; null also for an empty one).
  const Node* ocaml_version_filter(const Node& value);
  const Node* os_filter(const Node& value);

  /// The value as lists nested `depth` deep, as opam reads one that is nested less.
  const Node* wrapped(const Node& value, int depth) const { return wrap(value, depth); }

  /// Whether `x-env-path-rewrite` is what opam accepts; without it opam cannot read the file.
  bool is_path_rewrite(const Node& value);

 private:
  enum class Context { disj, conj, prefix, relop };

  const Node* fail(std::uint32_t offset, std::string_view message);

  const Node* wrap(const Node& value, int depth) const;
  const Node* lift(const Node* list, int depth) const;
  template <typename Element>
  const Node* map_list(const Node& value, int depth, Element element);

  const Node* filter_node(const Node& value, Context context);
  const Node* filter_group(const Node& group, Context context);
  const Node* grouped_if(bool condition, const Node* node) const;

  const Node* command(const Node& value);
  const Node* argument(const Node& value);
  const Node* filtered(const Node& value, const Node* inner);
  const Node* binding(const Node& value);
  const Node* feature(const Node& value);
  const Node* checksum(const Node& value);
  const Node* checked_file(const Node& value);
  const Node* string(const Node& value);
  const Node* package_name(const Node& value);

  const Node* joined(const Node* left, Op op, const Node* right, std::uint32_t offset);
  const Node* formula(const Node& value, Op join);
  const Node* formula_list(const Node* first, Op join, std::uint32_t offset);
  const Node* package_atom(const Node& value);
  void split(const Node& formula, Op op, bool through_groups, NodeList& into) const;
  const Node* parenthesised(const Node& formula, bool in_conj) const;
  const Node* as_disjunction(const Node& formula) const;

  const Node* constraint(const Node& value, int negations);
  const Node* constraint_list(const Node* first, std::uint32_t offset, int negations);
  const Node* version(const Node& value);

  const Node* os_node(const Node& value, bool negated);
  const Node* ocaml_version_node(const Node& value, bool negated);
  bool is_path_rewrite_rule(const Node& rule);
  bool is_filtered_word(const Node& value, std::string_view words);

  NodeFactory make_;
  std::optional<SyntaxError> error_;
};

}  // namespace oxbow::opam
