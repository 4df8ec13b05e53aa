#include "plan/installability.h"

#include "plan/change.h"

namespace oxbow::plan {
namespace {

// The chain of guards begins at a package that is not itself one of them.
bool is_chain(const opam::PackageId& package, std::string_view on) {
  return on.starts_with("oxcaml-") &&
         (is_generated(package) || package.name == "oxcaml-patch-guards");
}

}  // namespace

solve::Explanation explain(const solve::Universe& universe, solve::PackageIndex root,
                           solve::Effort effort) {
  static const solve::Background guards{"generated guard packages", is_chain};
  return solve::explain(universe, root, effort, guards);
}

}  // namespace oxbow::plan
