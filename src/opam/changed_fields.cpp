#include "opam/changed_fields.h"

#include <algorithm>
#include <map>

#include "opam/printer.h"

namespace oxbow::opam {
namespace {

using Fields = std::map<std::string, std::string>;

void collect(const Item* first, const std::string& prefix, Fields& fields) {
  for (const Item& item : siblings(first)) {
    std::string name = prefix + std::string(item.name);
    if (!item.is_section) {
      fields.try_emplace(std::move(name), print_value(*item.value));
      continue;
    }
    if (item.has_title) name += " " + std::string(item.title);
    collect(item.child, name + ".", fields);
  }
}

}  // namespace

std::vector<std::string> changed_fields(const Definition& before, const Definition& after) {
  Fields old_fields;
  Fields new_fields;
  collect(before.items(), "", old_fields);
  collect(after.items(), "", new_fields);
  std::vector<std::string> changed;
  for (const auto& [name, value] : new_fields) {
    const auto found = old_fields.find(name);
    if (found == old_fields.end() || found->second != value) changed.push_back(name);
    if (found != old_fields.end()) old_fields.erase(found);
  }
  for (const auto& [name, value] : old_fields) changed.push_back(name);
  std::sort(changed.begin(), changed.end());
  return changed;
}

}  // namespace oxbow::opam
