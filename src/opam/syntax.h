#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory_resource>
#include <string>
#include <string_view>

/// The syntax tree of opam's file format, shared by what was read and what is to be printed.
/// Source: opam-file-format src/opamParserTypes.mli, opamBaseParser.mly.
namespace oxbow::opam {

/// The kinds of a value. Their children, in order:
///   boolean, integer, string, ident   none; `text` holds the value
///   relop, logop, env_binding         left, right
///   prefix_relop, pfxop               the operand
///   list, group                       the elements
///   option                            the value, then what stands in its braces
enum class NodeKind : std::uint8_t {
  boolean,
  integer,
  string,
  ident,
  relop,
  prefix_relop,
  logop,
  pfxop,
  list,
  group,
  option,
  env_binding,
};

enum class Op : std::uint8_t {
  none,
  equal,
  not_equal,
  greater_equal,
  greater,
  less_equal,
  less,
  conj,
  disj,
  negation,
  defined,
  env_equal,
  env_plus_equal,
  env_equal_plus,
  env_equal_plus_equal,
  env_colon_equal,
  env_equal_colon,
};

/// The operator as it is written.
std::string_view text(Op op);

/// The relational operator that holds exactly where `op` does not.
Op negated(Op op);

/// Node is a value. It lives in the arena of what it belongs to, is linked to its next sibling,
/// and is never changed once its parent is made.
struct Node {
  NodeKind kind = NodeKind::string;
  Op op = Op::none;
  std::uint16_t depth = 1;   ///< of the tree below, this one included
  std::uint32_t offset = 0;  ///< in the source; where an error about it is shown
  std::string_view text;
  const Node* child = nullptr;
  const Node* next = nullptr;

  bool is(NodeKind wanted) const { return kind == wanted; }
  bool is(NodeKind wanted, Op wanted_op) const { return kind == wanted && op == wanted_op; }
};

/// Item is a field (`name: value`) or a section (`name "title" { items }`, whose value is null).
struct Item {
  std::string_view name;
  std::string_view title;
  bool has_title = false;
  bool is_section = false;
  std::uint32_t offset = 0;
  const Node* value = nullptr;
  const Item* child = nullptr;
  const Item* next = nullptr;
};

/// Siblings iterates over a linked list of nodes or items: `for (const Node& x : siblings(first))`.
template <typename T>
class Siblings {
 public:
  explicit Siblings(const T* first) : first_(first) {}

  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using reference = const T&;
    using pointer = const T*;
    using iterator_category = std::forward_iterator_tag;

    explicit Iterator(const T* at = nullptr) : at_(at) {}
    const T& operator*() const { return *at_; }
    Iterator& operator++() {
      at_ = at_->next;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const T* at_;
  };

  Iterator begin() const { return Iterator(first_); }
  Iterator end() const { return Iterator(nullptr); }

 private:
  const T* first_;
};

template <typename T>
Siblings<T> siblings(const T* first) {
  return Siblings<T>(first);
}

inline Siblings<Node> children(const Node& node) { return Siblings<Node>(node.child); }

/// The number of children of a node, at most `limit`.
std::size_t child_count(const Node& node, std::size_t limit = SIZE_MAX);

/// Deeper trees are refused, so that whatever walks one may recurse. No package comes near it.
inline constexpr std::size_t max_depth = 1500;

/// SyntaxError is why a text is not in opam's format, and where.
struct SyntaxError {
  std::size_t offset = 0;
  std::string message;
};

/// A place in a text, both counted from 1; the column counts bytes.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

Position position(std::string_view source, std::size_t offset);

/// The line at `offset` with a caret under the place, for people: two lines, each ended. Control
/// characters and bytes that are not UTF-8 are shown as '?', long lines are cut around the place.
std::string excerpt(std::string_view source, std::size_t offset);

/// Arena owns the nodes and the texts that were unescaped.
using Arena = std::pmr::monotonic_buffer_resource;

}  // namespace oxbow::opam
