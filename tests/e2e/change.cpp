#include "tests/e2e/change.h"

#include <utility>

#include "base/hash.h"

namespace oxbow::e2e {

rapidjson::Document json(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  INFO(text);
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

Texts texts(const rapidjson::Value& array, const char* field) {
  Texts texts;
  for (const rapidjson::Value& element : array.GetArray()) {
    texts.emplace_back((field == nullptr ? element : element[field]).GetString());
  }
  return texts;
}

std::string directory(std::string_view id) {
  return std::string("packages/").append(id.substr(0, id.find('.'))).append("/").append(id);
}

OpamRepository::OpamRepository(std::string_view name) : ScratchRepository(name) {
  package("comp.1.0", "flags: compiler");
}

void OpamRepository::package(std::string_view id, std::string_view fields) const {
  write(directory(id) + "/opam", std::string("opam-version: \"2.0\"\n").append(fields) + "\n");
}

std::string OpamRepository::file(std::string_view id, std::string_view path,
                                 std::string_view content) const {
  write(directory(id) + "/files/" + std::string(path), content);
  return "[\"" + std::string(path) + "\" \"sha256=" + sha256_hex(content) + "\"]";
}

void OpamRepository::remove_package(std::string_view id) const { remove(directory(id)); }

std::string OpamRepository::at(std::string_view revision) const {
  return revision.empty() ? path().string() : path().string() + "#" + std::string(revision);
}

Plan::Plan(const std::string& text) : document(json(text)) {
  for (const rapidjson::Value& each : document["findings"].GetArray()) {
    findings.push_back({each["path"].GetString(), each["line"].GetUint64(),
                        each["level"].GetString(), each["message"].GetString(),
                        each["excerpt"].IsNull() ? "" : each["excerpt"].GetString()});
  }
}

const rapidjson::Value& Plan::target(rapidjson::SizeType index) const {
  return document["targets"][index];
}

std::set<std::string> Plan::rebuilt() const {
  const Texts added = texts(target()["build_ids"]["added"], "package");
  return {added.begin(), added.end()};
}

std::string Plan::because(std::string_view package) const {
  std::string found;
  for (const rapidjson::Value& layer : target()["build_ids"]["added"].GetArray()) {
    if (layer["package"].GetString() != package) continue;
    REQUIRE(found.empty());
    found = std::string(layer["because"]["cause"].GetString()) + ": " +
            layer["because"]["text"].GetString();
  }
  return found;
}

Texts Plan::changes() const {
  Texts changes;
  for (const rapidjson::Value& each : document["changes"].GetArray()) {
    changes.push_back(std::string(each["kind"].GetString()) + " " + each["package"].GetString());
  }
  return changes;
}

Texts Plan::explanation(const char* list, std::string_view package) const {
  Texts constraints;
  for (const rapidjson::Value& root : target()[list].GetArray()) {
    if (root["package"].GetString() != package) continue;
    for (const rapidjson::Value& named : root["explanation"].GetArray()) {
      for (const std::string& text : texts(named["constraints"])) {
        constraints.push_back(std::string(named["name"].GetString()) + ": " + text);
      }
    }
  }
  return constraints;
}

void Change::propose() const {
  commit("base");
  git({"checkout", "-q", "-b", "change"});
}

Texts Change::arguments(Texts more) const {
  commit("change");
  Texts arguments = {"--repo", at("main..change"), "--compiler", "comp.1.0"};
  std::ranges::move(more, std::back_inserter(arguments));
  return arguments;
}

Plan Change::plan(const Texts& more) const {
  Texts words = arguments(more);
  words.insert(words.begin(), {"plan", "--json"});
  return Plan(program_.answer(words));
}

std::string Change::text(const Texts& more) const {
  Texts words = arguments(more);
  words.insert(words.begin(), "plan");
  return program_.answer(words);
}

std::string Change::explain(std::string_view package) const {
  Texts words = arguments({std::string(package)});
  words.insert(words.begin(), "explain");
  return program_.answer(words);
}

}  // namespace oxbow::e2e
