#include "report/solve_json.h"

#include <algorithm>
#include <vector>

#include "base/json_writer.h"

namespace oxbow::report {
namespace {

class SolveJson : public JsonWriter<SolveJson> {
 public:
  using JsonWriter::value;

  void value(const solve::NamedConstraints& named) {
    open();
    field("name", named.name);
    field("constraints", named.constraints);
    close();
  }
  void value(const solve::Constraint& constraint) { value(constraint.text); }
};

std::vector<std::string> sorted_names(const solve::Universe& universe,
                                      std::span<const solve::PackageIndex> packages) {
  std::vector<std::string> names;
  for (const solve::PackageIndex at : packages) {
    names.push_back(universe.package(at).id.to_string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

std::string solved_root_json(const plan::SolvedState& state, const plan::SolvedRoot& root,
                             plan::TreeKeys& tree_keys) {
  const solve::Universe& universe = state.universe();
  const auto day10_keys = tree_keys.keys_of(*root.solution);
  const auto& nodes = root.solution->reachable;
  std::vector<std::pair<std::string, std::size_t>> order;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    order.emplace_back(universe.package(nodes[i].package).id.to_string(), i);
  }
  std::ranges::sort(order);

  SolveJson json;
  json.open();
  json.field("root", universe.package(root.root).id);
  json.field("ok", true);
  json.key("packages").open();
  for (const auto& [name, at] : order) {
    const plan::Layer& layer = state.layer(root.layers[at]);
    json.key(name).open();
    json.field("deps", sorted_names(universe, nodes[at].deps));
    json.field("build_id", layer.build_id);
    json.field("key", layer.key);
    json.key("day10_key");
    if (day10_keys) {
      json.value((*day10_keys)[at]);
    } else {
      json.null();
    }
    json.close();
  }
  json.close().close();
  return json.text();
}

std::string unsolved_root_json(const plan::Installability& root) {
  SolveJson json;
  json.open();
  json.field("root", root.package);
  json.field("ok", false);
  json.field("explanation", root.explanation);
  json.close();
  return json.text();
}

}  // namespace oxbow::report
