#include "build/layer_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/base64.h"
#include "build/json_members.h"
#include "build/json_writer.h"

namespace oxbow::build {
namespace {

constexpr std::uint64_t spec_version = 1;

void write_layers(JsonWriter& writer, const char* name, const std::vector<LayerName>& layers) {
  writer.Key(name);
  writer.StartArray();
  for (const LayerName& layer : layers) {
    writer.StartObject();
    writer.Key("package");
    write_text(writer, layer.package.to_string());
    writer.Key("key");
    write_text(writer, layer.key);
    writer.EndObject();
  }
  writer.EndArray();
}

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

std::string read_key(JsonMembers& read, const rapidjson::Value& object, const char* name) {
  std::string key = read.text(object, name);
  if (!is_layer_key(key)) {
    read.fail_at(name, fmt::format("is '{}', which may not be a folder's name in the cache", key));
  }
  return key;
}

std::vector<LayerName> read_layers(JsonMembers& read, const char* name) {
  std::vector<LayerName> layers;
  for (const rapidjson::Value* const layer : read.objects(read.top(), name)) {
    layers.push_back({read.package(*layer, "package"), read_key(read, *layer, "key")});
  }
  return layers;
}

std::vector<SpecFile> read_files(JsonMembers& read) {
  std::vector<SpecFile> files;
  for (const rapidjson::Value* const object : read.objects(read.top(), "files")) {
    SpecFile file;
    file.path = read.text(*object, "path");
    if (!stays_below(file.path)) {
      read.fail_at("path", fmt::format("is '{}', which does not lead below files/", file.path));
    }
    auto content = parse_base64(read.text(*object, "content"));
    if (!content) read.fail_at("content", "is no base64");
    file.content = std::move(content).value_or("");
    file.executable = read.boolean(*object, "executable");
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

bool is_layer_key(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= longest_layer_key && text.front() != '.' &&
         std::ranges::all_of(text, allowed) && text != "base" && !text.ends_with(".lock");
}

std::string to_json(const LayerSpec& spec) {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.StartObject();
  writer.Key("version");
  writer.Uint64(spec_version);
  writer.Key("platform");
  write_text(writer, spec.platform);
  writer.Key("package");
  write_text(writer, spec.package.to_string());
  writer.Key("key");
  write_text(writer, spec.key);
  writer.Key("opam");
  write_text(writer, spec.opam);
  writer.Key("files");
  writer.StartArray();
  for (const SpecFile& file : spec.files) {
    writer.StartObject();
    writer.Key("path");
    write_text(writer, file.path);
    writer.Key("content");
    write_text(writer, to_base64(file.content));
    writer.Key("executable");
    writer.Bool(file.executable);
    writer.EndObject();
  }
  writer.EndArray();
  write_layers(writer, "deps", spec.deps);
  write_layers(writer, "below", spec.below);
  writer.Key("system_packages");
  writer.StartArray();
  for (const std::string& package : spec.system_packages) write_text(writer, package);
  writer.EndArray();
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

Result<LayerSpec> parse_layer_spec(std::string_view json) {
  JsonMembers read(json, "the layer's spec");
  const rapidjson::Value& top = read.top();
  if (const std::uint64_t version = read.count(top, "version"); version != spec_version) {
    read.fail_at("version",
                 fmt::format("is {}, and must be {}: the program that wrote it and this one are of "
                             "different versions",
                             version, spec_version));
  }
  LayerSpec spec;
  spec.platform = read_key(read, top, "platform");
  spec.package = read.package(top, "package");
  spec.key = read_key(read, top, "key");
  spec.opam = read.text(top, "opam");
  spec.files = read_files(read);
  spec.deps = read_layers(read, "deps");
  spec.below = read_layers(read, "below");
  spec.system_packages = read.texts(top, "system_packages");
  if (read.error()) return std::unexpected(*read.error());
  return spec;
}

}  // namespace oxbow::build
