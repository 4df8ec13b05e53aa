#include "plan/change.h"

#include <cstdlib>

namespace oxbow::plan {

std::string_view name(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::added: return "added";
    case ChangeKind::removed: return "removed";
    case ChangeKind::changed: return "changed";
    case ChangeKind::renamed: return "renamed";
  }
  std::abort();
}

bool is_generated(const opam::PackageId& package) {
  if (!package.name.starts_with("oxcaml-")) return false;
  return package.version == "guard" ||
         (package.version == "enabled" && package.name.ends_with("-patches"));
}

}  // namespace oxbow::plan
