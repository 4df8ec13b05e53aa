#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "opam/syntax.h"

namespace oxbow::opam {

/// A variable as a filter names it: `os` is global, `_:version` the package's own, `ocaml:native`
/// another package's.
struct Variable {
  enum class Scope : std::uint8_t { global, self, package };

  Scope scope = Scope::global;
  std::string_view package;  ///< of scope `package`
  std::string_view name;

  bool is_global(std::string_view wanted) const { return scope == Scope::global && name == wanted; }
};

/// Variables says what variables hold; none is undefined. Implementations are immutable.
class Variables {
 public:
  using Value = std::variant<bool, std::string_view>;

  virtual ~Variables() = default;
  virtual std::optional<Value> lookup(const Variable& variable) const = 0;

  /// opam evaluates the filters of dependencies in two passes, and `?variable` already in the
  /// first. Whether this variable is only there in the second.
  virtual bool is_late(const Variable& /*variable*/) const { return false; }
};

/// What a filter is: undefined, a boolean or a string.
using FilterValue = std::variant<std::monostate, bool, std::string>;

/// Evaluates a filter in normal form.
/// Source: opam 2.4.1 src/format/opamFilter.ml, `reduce`.
FilterValue evaluate(const Node& filter, const Variables& variables);

/// The same as a truth value; what is undefined or no boolean is false.
bool holds(const Node& filter, const Variables& variables);

/// Whether `left op right`, by the order of versions.
bool compare(std::string_view left, Op op, std::string_view right);

}  // namespace oxbow::opam
