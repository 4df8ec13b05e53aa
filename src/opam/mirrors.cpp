#include "opam/mirrors.h"

#include <optional>
#include <utility>

namespace oxbow::opam {
namespace {

const Item* section_of(const Definition& definition, std::string_view title) {
  const std::string_view name = title.empty() ? "url" : "extra-source";
  for (const Item& item : siblings(definition.items())) {
    if (item.is_section && item.name == name && item.title == title) return &item;
  }
  return nullptr;
}

void add(const Node& value, std::vector<Url>& urls) {
  if (!value.is(NodeKind::string)) return;
  if (auto url = parse_url(value.text)) urls.push_back(*std::move(url));
}

}  // namespace

std::vector<Url> mirrors(const Definition& definition, std::string_view title) {
  std::vector<Url> urls;
  const Item* const section = section_of(definition, title);
  if (section == nullptr) return urls;
  for (const Item& item : siblings(section->child)) {
    if (item.is_section || item.name != "mirrors") continue;
    add(*item.value, urls);
    if (item.value->is(NodeKind::list)) {
      for (const Node& element : children(*item.value)) add(element, urls);
    }
    break;
  }
  return urls;
}

}  // namespace oxbow::opam
