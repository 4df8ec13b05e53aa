#include "opam/outline.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <string>
#include <utility>

namespace oxbow::opam {
namespace {

// Most files are parsed in this much memory; more is taken and given back where it does not do.
constexpr std::size_t scratch_size = std::size_t{128} << 10U;

bool is_within(std::string_view text, std::string_view source) {
  // Pointers to different memory have an order by std::less alone.
  return !std::less<>()(text.data(), source.data()) &&
         !std::less<>()(source.data() + source.size(), text.data() + text.size());
}

}  // namespace

std::expected<std::shared_ptr<const Outline>, SyntaxError> Outline::read(std::string_view source) {
  return OutlineReader(0).read(source);
}

std::shared_ptr<const Definition> Outline::whole() const {
  auto definition = Definition::parse(std::string(source_));
  if (!definition) std::abort();  // it was read before
  return std::move(*definition);
}

std::expected<std::shared_ptr<const Outline>, SyntaxError> OutlineReader::read(
    std::string_view source) {
  if (scratch_.empty()) scratch_.resize(scratch_size);
  const auto parsed = Definition::parse_outline(source, scratch_);
  if (!parsed) return std::unexpected(parsed.error());
  const Definition& definition = **parsed;

  node_count_ = 0;
  text_bytes_ = 0;
  const auto tree = [&](Field field) {
    Node top = *definition.field(field);
    top.next = nullptr;
    return top;
  };
  for (const Field field : Outline::fields) {
    if (definition.field(field) == nullptr) continue;
    const Node top = tree(field);
    measure(&top, source);
  }
  const std::size_t size =
      sizeof(Outline) + node_count_ * sizeof(Node) + text_bytes_ + source.size();
  std::byte* const memory = allocate(size);
  auto* const outline = new (memory) Outline;
  nodes_ = reinterpret_cast<Node*>(memory + sizeof(Outline));
  texts_ = reinterpret_cast<char*>(nodes_ + node_count_);
  if (!source.empty()) std::memcpy(texts_ + text_bytes_, source.data(), source.size());
  kept_source_ = {texts_ + text_bytes_, source.size()};
  for (const Field field : Outline::fields) {
    if (definition.field(field) == nullptr) continue;
    const Node top = tree(field);
    outline->fields_[static_cast<std::size_t>(field)] = copy(&top, source);
  }
  outline->source_ = kept_source_;
  outline->avoid_version_ = definition.avoid_version();
  outline->lacks_checksum_ = definition.url() && definition.url()->checksums.empty();
  outline->is_development_ = definition.url() && definition.url()->is_development();
  return std::shared_ptr<const Outline>(chunk_, outline);
}

std::byte* OutlineReader::allocate(std::size_t size) {
  constexpr std::size_t alignment = alignof(std::max_align_t);
  size = (size + alignment - 1) / alignment * alignment;
  if (size > left_) {
    left_ = std::max(size, chunk_size_);
    chunk_ = std::make_shared_for_overwrite<std::byte[]>(left_);
    at_ = chunk_.get();
  }
  left_ -= size;
  return std::exchange(at_, at_ + size);
}

void OutlineReader::measure(const Node* first, std::string_view source) {
  for (const Node& node : siblings(first)) {
    ++node_count_;
    if (!is_within(node.text, source)) text_bytes_ += node.text.size();
    measure(node.child, source);
  }
}

const Node* OutlineReader::copy(const Node* first, std::string_view source) {
  const Node* copied = nullptr;
  Node* last = nullptr;
  for (const Node& node : siblings(first)) {
    auto* const made = new (nodes_++) Node(node);
    made->text = keep(node.text, source);
    made->child = copy(node.child, source);
    made->next = nullptr;
    if (last == nullptr) {
      copied = made;
    } else {
      last->next = made;
    }
    last = made;
  }
  return copied;
}

std::string_view OutlineReader::keep(std::string_view text, std::string_view source) {
  if (is_within(text, source)) {
    return kept_source_.substr(static_cast<std::size_t>(text.data() - source.data()), text.size());
  }
  if (text.empty()) return {};
  std::memcpy(texts_, text.data(), text.size());
  return {std::exchange(texts_, texts_ + text.size()), text.size()};
}

}  // namespace oxbow::opam
