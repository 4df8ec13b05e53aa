#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json_reader.h"
#include "opam/package_id.h"

namespace oxbow::layer {

/// A layer by its package and its name in the cache.
struct LayerName {
  opam::PackageId package;
  std::string key;

  friend bool operator==(const LayerName&, const LayerName&) = default;
};

/// A file under files/, at its path from there.
struct RecipeFile {
  std::string path;
  std::string content;
  bool executable = false;

  friend bool operator==(const RecipeFile&, const RecipeFile&) = default;
};

/// Recipe is all that is needed to build one layer, on this machine or another. Its text, which a
/// layer keeps as spec.json, is JSON:
///   spec    = { "version": 1, "platform": text, "package": id, "key": key, "opam": text,
///               "files": [ { "path": text, "content": base64, "executable": bool } ],
///               "deps": [ layer ], "below": [ layer ], "system_packages": [ text ] }
///   layer   = { "package": id, "key": key }
///   id      = NAME "." VERSION
/// Its texts come from the repository under test and are not to be trusted.
struct Recipe {
  std::string platform;
  opam::PackageId package;
  std::string key;
  std::string opam;  ///< the opam file as it stands in the repository
  std::vector<RecipeFile> files;
  std::vector<LayerName> deps;   ///< what it depends on itself, in opam's order
  std::vector<LayerName> below;  ///< with all that those need: dependents before dependencies
  std::vector<std::string> system_packages;  ///< of it and of all below, sorted

  friend bool operator==(const Recipe&, const Recipe&) = default;
};

std::string to_json(const Recipe& spec);

/// The error says what is wrong with which member. Everything is checked that a path is made of: a
/// platform and keys are [A-Za-z0-9._-]+ without a leading dot, a file's path stays below files/.
Result<Recipe> parse_recipe(std::string_view json);

/// One that is a value of another text. Errors stay in the reader.
Recipe read_recipe(JsonReader& read, JsonValue object);

}  // namespace oxbow::layer
