#include "opam/system_packages.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "base/ascii.h"
#include "opam/normal_form.h"

namespace oxbow::opam {
namespace {

using Names = std::set<std::string, std::less<>>;

// What Debian's own policy allows, and elsewhere with capitals, taps (`a/b`) and versions (`a@1`).
bool is_system_package(std::string_view name, bool debian) {
  const std::string_view others = debian ? "+.-" : "+.-_:@/";
  const auto fits = [&](char c) {
    if (is_alphanumeric(c)) return !debian || !is_upper(c);
    return others.find(c) != std::string_view::npos;
  };
  return !name.empty() && name.size() <= 200 && is_alphanumeric(name.front()) &&
         name.back() != '-' && std::ranges::all_of(name, fits);
}

bool is_debian(const Variables& variables) {
  const auto family = variables.lookup({Variable::Scope::global, {}, "os-family"});
  if (!family || !std::holds_alternative<std::string_view>(*family)) return false;
  const std::string_view name = std::get<std::string_view>(*family);
  return name == "debian" || name == "ubuntu";
}

const Node* depexts(const Definition& definition) {
  for (const Item& item : siblings(definition.items())) {
    if (!item.is_section && item.name == "depexts") return item.value;
  }
  return nullptr;
}

// The names of all lists whose filter holds; none where opam ignores the field.
std::optional<Names> evaluate_depexts(const Node& value, const Variables& variables) {
  Arena arena;
  NormalForm form(arena);
  const Node* const pairs = form.wrapped(value, 2);
  if (!pairs->is(NodeKind::list)) return std::nullopt;
  Names result;
  for (const Node& pair : children(*pairs)) {
    const bool filtered = pair.is(NodeKind::option);
    const Node* const filter = form.filter(filtered ? pair.child->next : nullptr, pair.offset);
    if (filter == nullptr) return std::nullopt;
    const Node* const names = form.wrapped(filtered ? *pair.child : pair, 1);
    if (!names->is(NodeKind::list)) return std::nullopt;
    const bool wanted = holds(*filter, variables);
    for (const Node& name : children(*names)) {
      if (!name.is(NodeKind::string)) return std::nullopt;
      if (wanted) result.emplace(name.text);
    }
  }
  return result;
}

}  // namespace

SystemPackages system_packages(const Definition& definition, const Variables& variables) {
  SystemPackages result;
  const Node* const value = depexts(definition);
  if (value == nullptr) return result;
  const auto names = evaluate_depexts(*value, variables);
  if (!names) return result;
  const bool debian = is_debian(variables);
  for (const std::string& name : *names) {
    (is_system_package(name, debian) ? result.names : result.refused).push_back(name);
  }
  return result;
}

}  // namespace oxbow::opam
