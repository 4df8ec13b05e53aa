#include "report/json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <concepts>
#include <optional>
#include <string_view>
#include <vector>

#include "plan/change.h"
#include "report/untrusted.h"
#include "report/wording.h"

namespace oxbow::report {
namespace {

constexpr std::size_t format_version = 1;

// A layer in the two shapes that the format has for it.
struct Added {
  const plan::ConeLayer* layer;
};
struct Removed {
  const plan::ConeLayer* layer;
};

template <typename Shape>
std::vector<Shape> with_build_id(const std::vector<plan::ConeLayer>& layers, bool defined) {
  std::vector<Shape> shaped;
  for (const plan::ConeLayer& layer : layers) {
    if (layer.build_id.has_value() == defined) shaped.push_back({&layer});
  }
  return shaped;
}

std::optional<std::string_view> unless_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// Writes every type of the format with a function of its own, all named `value`.
class Json {
 public:
  explicit Json(bool cache_known) : cache_known_(cache_known), writer_(buffer_) {}

  void value(const Report& report) {
    writer_.StartObject();
    field("version", format_version);
    field("repositories", report.repositories);
    field("base", unless_empty(report.base));
    field("head", unless_empty(report.head));
    field("changes", report.changes);
    field("other_paths", report.other_paths);
    field("findings", report.findings);
    field("targets", report.targets);
    writer_.EndObject();
  }

  std::string text() const { return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n"; }

 private:
  void value(std::string_view text) {
    const std::string valid = valid_utf8(text);
    writer_.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
  }
  // Not for what merely converts to a number or a boolean, as a pointer does.
  void value(std::same_as<std::size_t> auto number) { writer_.Uint64(number); }
  void value(std::same_as<bool> auto truth) { writer_.Bool(truth); }
  void value(const opam::PackageId& package) { value(package.to_string()); }

  template <typename T>
  void value(const std::optional<T>& optional) {
    if (optional) {
      value(*optional);
    } else {
      writer_.Null();
    }
  }

  template <typename T>
  void value(const std::vector<T>& list) {
    writer_.StartArray();
    for (const T& element : list) value(element);
    writer_.EndArray();
  }

  void key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }

  template <typename T>
  void field(std::string_view name, const T& content) {
    key(name);
    value(content);
  }

  void value(const Repository& repository) {
    writer_.StartObject();
    field("path", repository.path);
    field("commit", unless_empty(repository.commit));
    writer_.EndObject();
  }

  void value(const plan::FileChange& file) {
    writer_.StartObject();
    field("path", file.path);
    field("kind", name(file.kind));
    writer_.EndObject();
  }

  void value(const plan::Change& change) {
    writer_.StartObject();
    field("package", change.package);
    field("kind", name(change.kind));
    field("former", change.former);
    field("fields", change.fields);
    field("files", change.files);
    field("affects_build", change.affects_build);
    field("generated", plan::is_generated(change.package));
    writer_.EndObject();
  }

  void value(const plan::Finding& finding) {
    writer_.StartObject();
    field("path", finding.path);
    field("line", finding.line);
    field("level", name(finding.level));
    field("message", finding.message);
    field("excerpt", unless_empty(finding.excerpt));
    writer_.EndObject();
  }

  void value(const TargetReport& target) {
    const plan::Cone& cone = target.cone;
    writer_.StartObject();
    field("compiler", target.compiler);
    field("platform", target.platform);
    key("roots");
    writer_.StartObject();
    field("solved", target.solved);
    field("unsolved", target.unsolved);
    writer_.EndObject();
    field("newly_uninstallable", target.newly_uninstallable);
    field("newly_installable", target.newly_installable);
    field("added_uninstallable", target.added_uninstallable);
    field("build_ids", cone);
    field("packages_rebuilt", cone.packages_rebuilt());
    field("layers", cone.layers());
    field("cached", if_cache_known(count_cached(cone)));
    writer_.EndObject();
  }

  void value(const solve::NamedConstraints& named) {
    writer_.StartObject();
    field("name", named.name);
    key("constraints");
    writer_.StartArray();
    for (const solve::Constraint& constraint : named.constraints) value(constraint.text);
    writer_.EndArray();
    writer_.EndObject();
  }

  void value(const plan::Installability& root) {
    writer_.StartObject();
    field("package", root.package);
    field("explanation", root.explanation);
    writer_.EndObject();
  }

  void value(const plan::Cone& cone) {
    writer_.StartObject();
    field("added", with_build_id<Added>(cone.added, true));
    field("removed", with_build_id<Removed>(cone.removed, true));
    key("undefined");
    writer_.StartObject();
    field("added", with_build_id<Added>(cone.added, false));
    field("removed", with_build_id<Removed>(cone.removed, false));
    writer_.EndObject();
    writer_.EndObject();
  }

  void value(const Added& added) {
    const plan::ConeLayer& layer = *added.layer;
    writer_.StartObject();
    field("package", layer.package);
    field("build_id", layer.build_id);
    field("key", layer.key);
    field("deps", layer.deps);
    field("because", layer.because);
    field("cached", if_cache_known(layer.cached));
    field("generated", plan::is_generated(layer.package));
    writer_.EndObject();
  }

  void value(const Removed& removed) {
    const plan::ConeLayer& layer = *removed.layer;
    writer_.StartObject();
    field("package", layer.package);
    field("build_id", layer.build_id);
    field("key", layer.key);
    writer_.EndObject();
  }

  void value(const plan::Because& because) {
    writer_.StartObject();
    field("cause", name(because.cause));
    key("packages");
    writer_.StartArray();
    for (std::size_t i = 0; i < because.packages.size(); ++i) {
      writer_.StartObject();
      field("package", because.packages[i]);
      field("former", i < because.former.size() ? because.former[i] : std::nullopt);
      writer_.EndObject();
    }
    writer_.EndArray();
    field("text", report::because(because).raw());
    writer_.EndObject();
  }

  template <typename T>
  std::optional<T> if_cache_known(T content) const {
    return cache_known_ ? std::optional(content) : std::nullopt;
  }

  bool cache_known_;
  rapidjson::StringBuffer buffer_;
  // To ASCII, because a terminal may take a C1 control character for the start of a sequence.
  rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>> writer_;
};

}  // namespace

std::string to_json(const Report& report) {
  Json json(report.cache_known);
  json.value(report);
  return json.text();
}

}  // namespace oxbow::report
