#include "opam/chosen_definition.h"

#include <algorithm>
#include <string_view>

namespace oxbow::opam {
namespace {

using namespace std::string_view_literals;

// What says which other packages may be there, in format 2.0 and in 1.2.
constexpr std::array relations = {
    "available"sv,  "build-depends"sv, "conflict-class"sv, "conflicts"sv,
    "depends"sv,    "depopts"sv,       "ocaml-version"sv,  "os"sv,
    "pin-depends"sv};

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

bool is_replaced(const Item& item, std::span<const ChosenSource> sources) {
  if (!item.is_section) {
    if (std::ranges::find(relations, item.name) != relations.end()) return true;
    // The fields that say in a line what the section url does.
    const bool names_source = item.name == "url"sv || item.name == "src"sv ||
                              item.name == "archive"sv || item.name == "checksum"sv;
    return names_source && std::ranges::find(sources, ""sv, &ChosenSource::title) != sources.end();
  }
  if (item.name != "url"sv && item.name != "extra-source"sv) return false;
  return std::ranges::find(sources, item.title, &ChosenSource::title) != sources.end();
}

}  // namespace

std::string chosen_definition(const Definition& definition, std::span<const PackageId> deps,
                              std::span<const ChosenSource> sources) {
  const std::string_view text = definition.source();
  std::string result;
  result.reserve(text.size() + 256);
  std::size_t begin = 0;
  for (const Item& item : siblings(definition.items())) {
    // What stands before the first item, and after each up to the next, are spaces and comments.
    const std::size_t end = item.next != nullptr ? item.next->offset : text.size();
    if (begin == 0) result += text.substr(0, item.offset);
    if (!is_replaced(item, sources)) result += text.substr(item.offset, end - item.offset);
    begin = end;
  }
  result += "\ndepends: [";
  for (const PackageId& dep : deps) {
    result += "\n  " + in_quotes(dep.name) + " {= " + in_quotes(dep.version) + "}";
  }
  result += "\n]\n";
  for (const ChosenSource& source : sources) {
    result += source.title.empty() ? "url" : "extra-source " + in_quotes(source.title);
    result += " {\n  src: " + in_quotes(source.url) + "\n";
    if (source.checksum) result += "  checksum: " + in_quotes(*source.checksum) + "\n";
    result += "}\n";
  }
  return result;
}

}  // namespace oxbow::opam
