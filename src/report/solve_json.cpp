#include "report/solve_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <vector>

#include "base/untrusted.h"

namespace oxbow::report {
namespace {

// Plain ASCII, since an explanation may quote anything that a repository holds.
using Writer = rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>>;

void write(Writer& writer, const std::string& text) {
  const std::string valid = valid_utf8(text);
  writer.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
}

std::string text_of(const rapidjson::StringBuffer& buffer) {
  return {buffer.GetString(), buffer.GetSize()};
}

std::vector<std::string> sorted_names(const solve::Universe& universe,
                                      const std::vector<solve::PackageIndex>& packages) {
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

  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("root");
  write(writer, universe.package(root.root).id.to_string());
  writer.Key("ok");
  writer.Bool(true);
  writer.Key("packages");
  writer.StartObject();
  for (const auto& [name, at] : order) {
    const plan::Layer& layer = state.layer(root.layers[at]);
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    writer.StartObject();
    writer.Key("deps");
    writer.StartArray();
    for (const std::string& dep : sorted_names(universe, nodes[at].deps)) write(writer, dep);
    writer.EndArray();
    writer.Key("build_id");
    if (layer.build_id) {
      write(writer, *layer.build_id);
    } else {
      writer.Null();
    }
    writer.Key("key");
    write(writer, layer.key);
    writer.Key("day10_key");
    if (day10_keys) {
      write(writer, (*day10_keys)[at]);
    } else {
      writer.Null();
    }
    writer.EndObject();
  }
  writer.EndObject();
  writer.EndObject();
  return text_of(buffer);
}

std::string unsolved_root_json(const plan::Installability& root) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("root");
  write(writer, root.package.to_string());
  writer.Key("ok");
  writer.Bool(false);
  writer.Key("explanation");
  writer.StartArray();
  for (const solve::NamedConstraints& named : root.explanation) {
    writer.StartObject();
    writer.Key("name");
    write(writer, named.name);
    writer.Key("constraints");
    writer.StartArray();
    for (const solve::Constraint& constraint : named.constraints) write(writer, constraint.text);
    writer.EndArray();
    writer.EndObject();
  }
  writer.EndArray();
  writer.EndObject();
  return text_of(buffer);
}

}  // namespace oxbow::report
