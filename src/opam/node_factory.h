#pragma once

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <string_view>

#include "opam/syntax.h"

namespace oxbow::opam {

/// NodeList links copies of nodes into siblings, so that one subtree may stand in several places.
class NodeList {
 public:
  explicit NodeList(Arena& arena) : arena_(&arena) {}

  void append(const Node& node) {
    auto* const copy = new (arena_->allocate(sizeof(Node), alignof(Node))) Node(node);
    copy->next = nullptr;
    (last_ == nullptr ? first_ : last_->next) = copy;
    last_ = copy;
  }

  const Node* first() const { return first_; }

 private:
  Arena* arena_;
  const Node* first_ = nullptr;
  Node* last_ = nullptr;
};

/// NodeFactory makes nodes in an arena; children are copied, never relinked.
class NodeFactory {
 public:
  explicit NodeFactory(Arena& arena) : arena_(&arena) {}

  const Node* leaf(NodeKind kind, std::string_view text, std::uint32_t offset) const {
    return make({kind, Op::none, 1, offset, text, nullptr, nullptr});
  }

  const Node* branch(NodeKind kind, Op op, std::uint32_t offset,
                     std::initializer_list<const Node*> elements) const {
    NodeList list(*arena_);
    for (const Node* const element : elements) list.append(*element);
    return branch(kind, op, offset, list.first());
  }

  /// Takes over `first` and its siblings, which must belong to nothing else.
  const Node* branch(NodeKind kind, Op op, std::uint32_t offset, const Node* first) const {
    std::uint16_t depth = 0;
    for (const Node& child : siblings(first)) depth = std::max(depth, child.depth);
    return make({kind, op, static_cast<std::uint16_t>(depth + 1), offset, {}, first, nullptr});
  }

  std::string_view keep(std::string_view text) const {
    auto* const kept = static_cast<char*>(arena_->allocate(text.size() + 1, 1));
    std::memcpy(kept, text.data(), text.size());
    return {kept, text.size()};
  }

  NodeList list() const { return NodeList(*arena_); }

 private:
  const Node* make(const Node& node) const {
    return new (arena_->allocate(sizeof(Node), alignof(Node))) Node(node);
  }

  Arena* arena_;
};

}  // namespace oxbow::opam
