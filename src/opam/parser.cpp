#include "opam/parser.h"

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <utility>

#include "opam/lexer.h"

namespace oxbow::opam {
namespace {

// A list of siblings while it is being made.
template <typename T>
class Chain {
 public:
  void append(T* element) {
    if (last_ == nullptr) {
      first_ = element;
    } else {
      last_->next = element;
    }
    last_ = element;
  }
  const T* first() const { return first_; }

 private:
  T* first_ = nullptr;
  T* last_ = nullptr;
};

// A recursive descent over the tokens, with one token of look-ahead. The first error is kept and
// makes every function return null; the depth of what is open bounds the recursion.
class Parser {
 public:
  Parser(std::string_view source, Arena& arena) : lexer_(source, arena), arena_(&arena) {
    advance();
  }

  std::expected<const Item*, SyntaxError> file() {
    const Item* const first = items(0);
    if (!error_ && token_.kind != TokenKind::end) expected("a field or a section");
    if (error_) return std::unexpected(std::move(*error_));
    return first;
  }

 private:
  void advance() {
    if (token_.kind != TokenKind::error) token_ = lexer_.next();
    if (token_.kind == TokenKind::error) fail(token_.offset, std::string(token_.text));
  }

  void fail(std::size_t offset, std::string message) {
    if (!error_) error_ = SyntaxError{offset, std::move(message)};
  }

  void expected(std::string_view what) {
    fail(token_.offset, "expected " + std::string(what) +
                            (token_.kind == TokenKind::end ? " before the end of the file" : ""));
  }

  bool accept(TokenKind kind, std::string_view what) {
    if (error_) return false;
    if (token_.kind != kind) {
      expected(what);
      return false;
    }
    advance();
    return !error_;
  }

  const Item* items(std::size_t depth) {
    Chain<Item> chain;
    while (!error_ && token_.kind == TokenKind::ident) {
      if (Item* const parsed = item(depth)) chain.append(parsed);
    }
    return chain.first();
  }

  Item* item(std::size_t depth) {
    auto* const made = new (arena_->allocate(sizeof(Item), alignof(Item))) Item;
    made->name = token_.text;
    made->offset = token_.offset;
    advance();
    if (!error_ && token_.kind == TokenKind::colon) {
      advance();
      made->value = value(depth + 1, 0);
      return error_ ? nullptr : made;
    }
    made->is_section = true;
    if (!error_ && token_.kind == TokenKind::string) {
      made->has_title = true;
      made->title = token_.text;
      advance();
    }
    if (!accept(TokenKind::open_brace, "':' or '{' after a field's or section's name")) {
      return nullptr;
    }
    if (depth >= max_depth) {
      fail(made->offset, "nested too deeply");
      return nullptr;
    }
    made->child = items(depth + 1);
    accept(TokenKind::close_brace, "a field, a section or '}'");
    return error_ ? nullptr : made;
  }

  Node* make(NodeKind kind, Op op, std::size_t offset, std::string_view text,
             const Node* first_child) {
    auto* const node = new (arena_->allocate(sizeof(Node), alignof(Node))) Node;
    node->kind = kind;
    node->op = op;
    node->offset = static_cast<std::uint32_t>(offset);
    node->text = text;
    node->child = first_child;
    std::size_t depth = 0;
    for (const Node& child : siblings(first_child))
      depth = std::max<std::size_t>(depth, child.depth);
    if (depth >= max_depth) fail(offset, "nested too deeply");
    node->depth = static_cast<std::uint16_t>(depth + 1);
    return node;
  }

  Node* binary(NodeKind kind, Op op, Node* left, Node* right) {
    if (left == nullptr || right == nullptr) return nullptr;
    left->next = right;
    return make(kind, op, left->offset, {}, left);
  }

  static bool starts_value(TokenKind kind) {
    switch (kind) {
      case TokenKind::open_paren:
      case TokenKind::open_bracket:
      case TokenKind::string:
      case TokenKind::ident:
      case TokenKind::boolean:
      case TokenKind::integer:
      case TokenKind::relop:
      case TokenKind::pfxop: return true;
      default: return false;
    }
  }

  const Node* values(std::size_t depth) {
    Chain<Node> chain;
    while (!error_ && starts_value(token_.kind)) {
      if (Node* const element = value(depth, 0)) chain.append(element);
    }
    return chain.first();
  }

  // `|` binds weakest (1), then `&` (2), prefix operators (3), and braces.
  Node* value(std::size_t depth, int weakest) {
    Node* left = postfix(depth);
    while (!error_) {
      const int strength = binding(token_.kind);
      if (strength == 0 || strength <= weakest) break;
      const Op op = token_.op;
      advance();
      left = binary(NodeKind::logop, op, left, value(depth + 1, strength));
    }
    return error_ ? nullptr : left;
  }

  static int binding(TokenKind kind) {
    if (kind == TokenKind::disj) return 1;
    return kind == TokenKind::conj ? 2 : 0;
  }

  Node* postfix(std::size_t depth) {
    Node* node = prefix(depth);
    while (!error_ && token_.kind == TokenKind::open_brace) {
      advance();
      node->next = values(depth + 1);
      accept(TokenKind::close_brace, "a value or '}'");
      if (!error_) node = make(NodeKind::option, Op::none, node->offset, {}, node);
    }
    return error_ ? nullptr : node;
  }

  Node* prefix(std::size_t depth) {
    const Token start = token_;
    if (error_ || depth >= max_depth) {
      fail(start.offset, "nested too deeply");
      return nullptr;
    }
    switch (start.kind) {
      case TokenKind::pfxop: {
        advance();
        const Node* const operand = postfix(depth + 1);
        return operand == nullptr ? nullptr
                                  : make(NodeKind::pfxop, start.op, start.offset, {}, operand);
      }
      case TokenKind::relop: {
        advance();
        const Node* const operand = atom();
        return operand == nullptr
                   ? nullptr
                   : make(NodeKind::prefix_relop, start.op, start.offset, {}, operand);
      }
      case TokenKind::open_paren: return bracketed(depth, NodeKind::group, TokenKind::close_paren);
      case TokenKind::open_bracket:
        return bracketed(depth, NodeKind::list, TokenKind::close_bracket);
      default: return comparison();
    }
  }

  Node* bracketed(std::size_t depth, NodeKind kind, TokenKind close) {
    const std::size_t offset = token_.offset;
    advance();
    const Node* const elements = values(depth + 1);
    accept(close, close == TokenKind::close_paren ? "a value or ')'" : "a value or ']'");
    return error_ ? nullptr : make(kind, Op::none, offset, {}, elements);
  }

  Node* comparison() {
    Node* const left = atom();
    if (error_) return nullptr;
    if (token_.kind == TokenKind::relop || token_.kind == TokenKind::env_op) {
      const Token op = token_;
      advance();
      const NodeKind kind = op.kind == TokenKind::relop ? NodeKind::relop : NodeKind::env_binding;
      return binary(kind, op.op, left, atom());
    }
    return left;
  }

  Node* atom() {
    if (error_) return nullptr;
    static constexpr std::array<std::pair<TokenKind, NodeKind>, 4> atoms = {{
        {TokenKind::string, NodeKind::string},
        {TokenKind::ident, NodeKind::ident},
        {TokenKind::boolean, NodeKind::boolean},
        {TokenKind::integer, NodeKind::integer},
    }};
    for (const auto& [token, node] : atoms) {
      if (token_.kind != token) continue;
      const Token taken = token_;
      advance();
      return error_ ? nullptr : make(node, Op::none, taken.offset, taken.text, nullptr);
    }
    expected("a value");
    return nullptr;
  }

  Lexer lexer_;
  Arena* arena_;
  Token token_;
  std::optional<SyntaxError> error_;
};

}  // namespace

std::expected<const Item*, SyntaxError> parse_items(std::string_view source, Arena& arena) {
  if (source.size() > max_source) {
    return std::unexpected(SyntaxError{
        0, "larger than " + std::to_string(max_source >> 20U) + " MiB, which no opam file is"});
  }
  return Parser(source, arena).file();
}

}  // namespace oxbow::opam
