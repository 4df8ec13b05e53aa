#include "report/failure_groups.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include "base/untrusted.h"
#include "report/build_log.h"

namespace oxbow::report {
namespace {

using Roots = std::vector<const RootCheck*>;

std::map<std::string_view, Roots> roots_by_failed_key(const TargetCheck& target,
                                                      verdict::Verdict verdict) {
  std::map<std::string_view, Roots> roots;
  for (const RootCheck& root : target.roots) {
    if (root.verdict() == verdict && verdict::is_failure(root.head))
      roots[root.failed_key].push_back(&root);
  }
  return roots;
}

}  // namespace

std::string reason(const BuiltLayer& layer) {
  if (layer.outcome != verdict::Outcome::failure) return "";
  const std::string told = in_one_line(plain(layer.message), log_line_bytes);
  return told.empty() ? first_error_line(layer.log_tail) : told;
}

std::size_t FailureGroup::dependents() const {
  std::size_t number = 0;
  for (const Failure& failure : failures) number += failure.dependents.size();
  return number;
}

std::vector<FailureGroup> failure_groups(const TargetCheck& target, verdict::Verdict verdict) {
  auto roots = roots_by_failed_key(target, verdict);
  std::vector<FailureGroup> groups;
  std::map<std::string, std::size_t> known;
  for (const BuiltLayer& layer : target.layers) {
    const auto blaming = roots.extract(layer.key);
    if (blaming.empty()) continue;
    Failure failure{&layer, {}};
    for (const RootCheck* root : blaming.mapped()) {
      if (root->package != layer.package) failure.dependents.push_back(root->package);
    }
    std::string error = reason(layer);
    const std::string name = error.empty() ? "key " + layer.key : "error " + fingerprint(error);
    const auto [at, is_new] = known.try_emplace(name, groups.size());
    if (is_new) groups.push_back({std::move(error), {}});
    groups[at->second].failures.push_back(std::move(failure));
  }
  for (const auto& [key, left] : roots) {
    Failure failure{nullptr, {}};
    for (const RootCheck* root : left) failure.dependents.push_back(root->package);
    groups.push_back({"", {std::move(failure)}});
  }
  std::ranges::stable_sort(groups, std::greater(), [](const FailureGroup& group) {
    return group.failures.size() + group.dependents();
  });
  return groups;
}

}  // namespace oxbow::report
