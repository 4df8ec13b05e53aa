#include "report/rebuilt.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "plan/change.h"

namespace oxbow::report {
namespace {

using Ids = std::vector<opam::PackageId>;

// In the order that they are told in.
int rank(plan::Cause cause) {
  switch (cause) {
    case plan::Cause::changed: return 0;
    case plan::Cause::chosen: return 1;
    case plan::Cause::choice: return 2;
    case plan::Cause::dependency: return 3;
  }
  std::abort();
}

// The packages of a cone, with edges from each to those that are rebuilt because of it.
class Graph {
 public:
  explicit Graph(const plan::Cone& cone) {
    for (const plan::ConeLayer& layer : cone.added) add(layer);
    for (const plan::ConeLayer& layer : cone.added) {
      Node& node = nodes_[number(layer.package)];
      if (node.because->cause == plan::Cause::dependency) link(layer);
    }
  }

  Rebuilt grouped() {
    spread_origins();
    Rebuilt rebuilt;
    std::map<Numbers, Ids> by_origins;
    std::map<std::tuple<plan::Cause, Ids, std::vector<std::optional<opam::PackageId>>>, Ids> others;
    for (const Node& node : nodes_) {
      if (node.because == nullptr) continue;
      const opam::PackageId& id = *node.id;
      const plan::Because& because = *node.because;
      if (plan::is_generated(id)) {
        ++rebuilt.generated;
      } else if (because.cause == plan::Cause::dependency) {
        by_origins[is_full(node) ? Numbers() : node.origins].push_back(id);
      } else if (because.cause == plan::Cause::choice) {
        others[{because.cause, because.packages, because.former}].push_back(id);
      } else {
        others[{because.cause, {}, {}}].push_back(id);
      }
    }
    for (auto& [key, packages] : others) {
      const auto& [cause, because_of, former] = key;
      rebuilt.groups.push_back({{cause, because_of, former}, std::move(packages)});
    }
    for (auto& [origins, packages] : by_origins) {
      rebuilt.groups.push_back({{plan::Cause::dependency, ids(origins), {}}, std::move(packages)});
    }
    return rebuilt;
  }

 private:
  using Number = std::uint32_t;
  using Numbers = std::vector<Number>;

  struct Node {
    const opam::PackageId* id = nullptr;
    const plan::Because* because = nullptr;  // none of what is not in the cone
    Numbers dependents;
    Numbers origins;
  };

  Number number(const opam::PackageId& id) {
    const auto [entry, added] = numbers_.try_emplace(id, static_cast<Number>(nodes_.size()));
    if (added) nodes_.push_back({&entry->first, nullptr, {}, {}});
    return entry->second;
  }

  // Of a package with several layers, the reason that is told first counts.
  void add(const plan::ConeLayer& layer) {
    const plan::Because*& because = nodes_[number(layer.package)].because;
    if (because == nullptr || rank(layer.because.cause) < rank(because->cause)) {
      because = &layer.because;
    }
  }

  void link(const plan::ConeLayer& layer) {
    const Number above = number(layer.package);
    for (const opam::PackageId& id : layer.because.packages) {
      Numbers& dependents = nodes_[number(id)].dependents;
      if (dependents.empty() || dependents.back() != above) dependents.push_back(above);
    }
  }

  bool is_origin(const Node& node) const {
    return node.because == nullptr || node.because->cause != plan::Cause::dependency;
  }

  // It has one more than are told.
  static bool is_full(const Node& node) { return node.origins.size() > most_origins; }

  // From every origin upwards: that holds on cycles as well, which packages may form where their
  // layers do not. What is above a full node has its origins, and so is full itself.
  void spread_origins() {
    std::vector<bool> is_reached(nodes_.size());
    for (Number origin = 0; origin < nodes_.size(); ++origin) {
      if (!is_origin(nodes_[origin]) || nodes_[origin].dependents.empty()) continue;
      Numbers reached = {origin};
      for (std::size_t at = 0; at < reached.size(); ++at) {
        for (const Number above : nodes_[reached[at]].dependents) {
          if (is_reached[above] || is_full(nodes_[above])) continue;
          is_reached[above] = true;
          nodes_[above].origins.push_back(origin);
          reached.push_back(above);
        }
      }
      for (const Number each : reached) is_reached[each] = false;
    }
  }

  Ids ids(const Numbers& numbers) const {
    Ids ids;
    for (const Number each : numbers) ids.push_back(*nodes_[each].id);
    return ids;
  }

  std::map<opam::PackageId, Number> numbers_;
  std::vector<Node> nodes_;
};

bool comes_first(const opam::PackageId& x, const opam::PackageId& y) {
  const int order = compare_packages(x, y);
  return order != 0 ? order < 0 : x < y;
}

}  // namespace

Rebuilt rebuilt(const plan::Cone& cone) {
  Rebuilt rebuilt = Graph(cone).grouped();
  for (RebuiltGroup& group : rebuilt.groups) {
    std::ranges::sort(group.packages, comes_first);
    if (group.because.cause == plan::Cause::dependency) {
      std::ranges::sort(group.because.packages, comes_first);
    }
  }
  std::ranges::sort(rebuilt.groups, [](const RebuiltGroup& x, const RebuiltGroup& y) {
    if (x.because.cause != y.because.cause) return rank(x.because.cause) < rank(y.because.cause);
    if (x.packages.size() != y.packages.size()) return x.packages.size() > y.packages.size();
    return comes_first(x.packages.front(), y.packages.front());
  });
  return rebuilt;
}

}  // namespace oxbow::report
