#include "layer/recipe.h"

#include <fmt/format.h>

#include <cstdint>

#include "base/base64.h"
#include "base/json_reader.h"
#include "base/json_writer.h"
#include "cache/key.h"
#include "opam/package_json.h"

namespace oxbow::layer {
namespace {

constexpr std::uint64_t recipe_version = 1;

class RecipeJson : public JsonWriter<RecipeJson> {
 public:
  using JsonWriter::value;

  // An opam file is kept byte for byte.
  RecipeJson() : JsonWriter(JsonText::as_it_is) {}

  void value(const LayerName& layer) {
    open();
    field("package", layer.package);
    field("key", layer.key);
    close();
  }

  void value(const RecipeFile& file) {
    open();
    field("path", file.path);
    field("content", to_base64(file.content));
    field("executable", file.executable);
    close();
  }
};

// Whether a path leads from files/ to a file below it, whatever is there.
bool stays_below(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return false;
  for (std::size_t begin = 0;;) {
    const std::size_t end = path.find('/', begin);
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    if (end == std::string_view::npos) return true;
    begin = end + 1;
  }
}

std::string read_key(JsonReader& read, JsonValue object, const char* name) {
  std::string key = read.text(object, name);
  if (!cache::is_layer_key(key)) {
    read.fail_at(name, fmt::format("is '{}', which may not be a folder's name in the cache", key));
  }
  return key;
}

std::vector<LayerName> read_layers(JsonReader& read, JsonValue recipe, const char* name) {
  std::vector<LayerName> layers;
  for (const JsonValue layer : read.objects(recipe, name)) {
    layers.push_back({opam::read_package(read, layer, "package"), read_key(read, layer, "key")});
  }
  return layers;
}

std::vector<RecipeFile> read_files(JsonReader& read, JsonValue recipe) {
  std::vector<RecipeFile> files;
  for (const JsonValue object : read.objects(recipe, "files")) {
    RecipeFile file;
    file.path = read.text(object, "path");
    if (!stays_below(file.path)) {
      read.fail_at("path", fmt::format("is '{}', which does not lead below files/", file.path));
    }
    auto content = parse_base64(read.text(object, "content"));
    if (!content) read.fail_at("content", "is not base64");
    file.content = std::move(content).value_or("");
    file.executable = read.boolean(object, "executable");
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

std::string to_json(const Recipe& spec) {
  RecipeJson json;
  json.open();
  json.field("version", recipe_version);
  json.field("platform", spec.platform);
  json.field("package", spec.package);
  json.field("key", spec.key);
  json.field("opam", spec.opam);
  json.field("files", spec.files);
  json.field("deps", spec.deps);
  json.field("below", spec.below);
  json.field("system_packages", spec.system_packages);
  json.close();
  return json.text();
}

Recipe read_recipe(JsonReader& read, JsonValue object) {
  if (const std::uint64_t version = read.count(object, "version"); version != recipe_version) {
    read.fail_at("version",
                 fmt::format("is {}, and must be {}: the program that wrote it and this one are of "
                             "different versions",
                             version, recipe_version));
  }
  Recipe spec;
  spec.platform = read_key(read, object, "platform");
  spec.package = opam::read_package(read, object, "package");
  spec.key = read_key(read, object, "key");
  spec.opam = read.text(object, "opam");
  spec.files = read_files(read, object);
  spec.deps = read_layers(read, object, "deps");
  spec.below = read_layers(read, object, "below");
  spec.system_packages = read.texts(object, "system_packages");
  return spec;
}

Result<Recipe> parse_recipe(std::string_view json) {
  JsonReader read(json, "the layer's spec");
  Recipe spec = read_recipe(read, read.top());
  if (read.error()) return std::unexpected(*read.error());
  return spec;
}

}  // namespace oxbow::layer
