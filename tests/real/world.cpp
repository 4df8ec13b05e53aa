#include "tests/real/world.h"

#include <catch2/catch.hpp>

#include <cstdio>

namespace oxbow::real {
namespace {

namespace fs = std::filesystem;

void copy_tree(const fs::path& from, const fs::path& to) {
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
}

// The member of the only target, or of its plan's.
const rapidjson::Value& target(const rapidjson::Document& document) {
  REQUIRE(document["targets"].Size() == 1);
  return document["targets"][0];
}

}  // namespace

std::string content(const fs::path& path) {
  // No stream: one throws where a process ends while its file in /proc is read.
  std::string text;
  if (std::FILE* const file = std::fopen(path.c_str(), "rb")) {
    char buffer[4096];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, file)) > 0;) {
      text.append(buffer, got);
    }
    std::fclose(file);
  }
  return text;
}

Cache::Cache() {
  fs::create_directories(layers());
  fs::create_directory_symlink(OXBOW_WORLD "/cache/debian-12-x86_64/base", layers() / "base");
  copy_tree(OXBOW_WORLD "/sources", path() / "sources");
}

std::multiset<std::string> Cache::packages() const {
  std::multiset<std::string> all;
  for (const std::string& key : keys()) {
    const auto record = e2e::json(content(layers() / key / "layer.json"));
    all.insert(record["package"].GetString());
  }
  return all;
}

std::set<std::string> Cache::keys() const {
  std::set<std::string> all;
  for (const fs::directory_entry& entry : fs::directory_iterator(layers())) {
    const std::string name = entry.path().filename().string();
    const bool other = name.starts_with('.') || name == "base" || name.ends_with(".lock");
    if (!other) all.insert(name);
  }
  return all;
}

fs::path Cache::layer_of(std::string_view package) const {
  fs::path found;
  for (const std::string& key : keys()) {
    const auto record = e2e::json(content(layers() / key / "layer.json"));
    if (record["package"].GetString() != package) continue;
    INFO(package << " has several layers");
    REQUIRE(found.empty());
    found = layers() / key;
  }
  INFO(package << " has no layer");
  REQUIRE_FALSE(found.empty());
  return found;
}

Overlay::Overlay(Begin begin) : OpamRepository("overlay"), world_("world") {
  copy_tree(OXBOW_TEST_DATA "/world", world_.path());
  world_.commit();
  if (begin == Begin::with_patches) copy_tree(OXBOW_TEST_DATA "/world-overlay", path());
}

void Overlay::propose() const {
  commit("base");
  git({"checkout", "-q", "-b", "change"});
}

Texts Overlay::arguments(Texts more) const {
  commit("change");
  Texts all = {more.front(),      "--repo",     at("main..change"),    "--repo",
               world_.at(),       "--compiler", "ocaml-system.4.13.1", "--platform",
               "debian-12-x86_64"};
  all.insert(all.end(), more.begin() + 1, more.end());
  return all;
}

Checked::Checked(const Ended& ended) : code(ended.code), document(e2e::json(ended.out)) {}

std::map<std::string, std::string> Checked::layers() const {
  std::map<std::string, std::string> all;
  for (const auto& layer : target(document)["layers"].GetArray()) {
    std::string outcome = layer["outcome"].GetString();
    if (layer["trouble"].IsString()) {
      outcome += " (" + std::string(layer["trouble"].GetString()) + ")";
    }
    all[layer["package"].GetString()] = outcome;
  }
  return all;
}

std::multiset<std::string> Checked::built() const {
  std::multiset<std::string> all;
  for (const char* const list : {"layers", "base_layers"}) {
    for (const auto& layer : target(document)[list].GetArray()) {
      const bool ran = layer["attempts"].GetUint64() > 0 && !layer["cached"].GetBool();
      if (ran) all.insert(layer["package"].GetString());
    }
  }
  return all;
}

std::map<std::string, std::string> Checked::verdicts() const {
  std::map<std::string, std::string> all;
  for (const auto& root : target(document)["roots"].GetArray()) {
    all[root["package"].GetString()] = root["verdict"].GetString();
  }
  return all;
}

}  // namespace oxbow::real
