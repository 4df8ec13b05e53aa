#include "opam/effective.h"

#include <deque>

#include "opam/node_factory.h"
#include "opam/printer.h"

namespace oxbow::opam {
namespace {

// Collects the items of the text to be printed.
class EffectiveItems {
 public:
  explicit EffectiveItems(Arena& arena) : make_(arena) {}

  void field(std::string_view name, const Node* value) {
    if (value == nullptr) return;
    Item item;
    item.name = name;
    item.value = value;
    append(item);
  }

  void string_field(std::string_view name, std::string_view text) {
    field(name, make_.leaf(NodeKind::string, make_.keep(text), 0));
  }

  // With a checksum, the first alone says what the sources are; else the url does.
  void source(std::string_view kind, const Source& source, bool has_title) {
    EffectiveItems inner(*this);
    const bool checked = !source.checksums.empty();
    inner.string_field("src", checked ? "https://" : source.url.to_string());
    if (checked) inner.string_field("checksum", source.checksums.front().to_string());
    Item section;
    section.name = kind;
    section.is_section = true;
    section.has_title = has_title;
    section.title = source.title;
    section.child = inner.first_;
    append(section);
  }

  const Item* first() const { return first_; }

 private:
  EffectiveItems(const EffectiveItems& outer) : items_(outer.items_), make_(outer.make_) {}

  void append(const Item& item) {
    Item* const added = &items_->emplace_back(item);
    (last_ == nullptr ? first_ : last_->next) = added;
    last_ = added;
  }

  std::shared_ptr<std::deque<Item>> items_ = std::make_shared<std::deque<Item>>();
  NodeFactory make_;
  const Item* first_ = nullptr;
  Item* last_ = nullptr;
};

}  // namespace

std::string effective_part(const Definition& definition, std::string_view package_name,
                           std::string_view version) {
  Arena arena;
  EffectiveItems items(arena);
  items.string_field("opam-version", "2.0");
  items.string_field("name", package_name);
  items.string_field("version", version);
  for (std::size_t i = 0; i < field_count; ++i) {
    const auto field = static_cast<Field>(i);
    items.field(name(field), definition.field(field));
  }
  if (definition.url()) items.source("url", *definition.url(), false);
  for (const Source& source : definition.extra_sources()) {
    items.source("extra-source", source, true);
  }
  items.field("x-env-path-rewrite", definition.path_rewrite());
  return print_items(items.first());
}

}  // namespace oxbow::opam
