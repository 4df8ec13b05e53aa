#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "opam/filter.h"
#include "opam/syntax.h"

namespace oxbow::opam {

/// VersionFormula is a constraint on a version after its filters are evaluated.
struct VersionFormula {
  enum class Kind : std::uint8_t { any, compare, conj, disj };

  Kind kind = Kind::any;
  Op op = Op::none;     ///< of a comparison
  std::string version;  ///< of a comparison
  std::vector<VersionFormula> operands;

  friend bool operator==(const VersionFormula&, const VersionFormula&) = default;
};

/// Whether `version` satisfies the constraint.
bool satisfies(std::string_view version, const VersionFormula& constraint);

/// The constraint as opam would write it between braces, "" for any.
std::string to_string(const VersionFormula& constraint);
/// The same, behind what `text` holds.
void append_text(const VersionFormula& constraint, std::string& text);

/// PackageFormula is a dependency or conflict formula after its filters are evaluated. `none` is
/// what is left where a filter removed everything.
struct PackageFormula {
  enum class Kind : std::uint8_t { none, atom, conj, disj, block };

  Kind kind = Kind::none;
  std::string_view name;      ///< of an atom; lives as long as the definition it is from
  VersionFormula constraint;  ///< of an atom
  std::string text;           ///< of an atom: its constraint as text
  std::vector<PackageFormula> operands;
};

/// Evaluates the filters of a formula in normal form (a list, joined by `join`; null is none).
/// A package whose filter is false is gone from the formula, alternatives included.
/// Source: opam 2.4.1 src/format/opamFilter.ml, `partial_filter_formula` then `filter_deps` with
/// ~default:false; opamFormula.ml, `partial_eval`.
PackageFormula evaluate_formula(const Node* list, Op join, const Variables& variables);

/// Adds the names of all atoms below `value`, filters disregarded, to `names`.
void collect_names(const Node* value, std::vector<std::string_view>& names);

}  // namespace oxbow::opam
