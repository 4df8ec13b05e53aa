#include "report/json.h"

#include <optional>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "plan/change.h"
#include "report/wording.h"

namespace oxbow::report {
namespace {

constexpr std::size_t plan_version = 1;

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

class PlanJson : public JsonWriter<PlanJson> {
 public:
  using JsonWriter::value;

  explicit PlanJson(bool cache_known) : cache_known_(cache_known) {}

  void value(const Report& report) {
    open();
    field("version", plan_version);
    field("repositories", report.repositories);
    field("base", unless_empty(report.base));
    field("head", unless_empty(report.head));
    field("changes", report.changes);
    field("other_paths", report.other_paths);
    field("findings", report.findings);
    field("targets", report.targets);
    close();
  }

  void value(const Repository& repository) {
    open();
    field("path", repository.path);
    field("commit", unless_empty(repository.commit));
    close();
  }

  void value(const plan::FileChange& file) {
    open();
    field("path", file.path);
    field("kind", name(file.kind));
    close();
  }

  void value(const plan::Change& change) {
    open();
    field("package", change.package);
    field("kind", name(change.kind));
    field("former", change.former);
    field("fields", change.fields);
    field("files", change.files);
    field("affects_build", change.affects_build);
    field("generated", plan::is_generated(change.package));
    close();
  }

  void value(const plan::Finding& finding) {
    open();
    field("path", finding.path);
    field("line", finding.line);
    field("level", name(finding.level));
    field("message", finding.message);
    field("excerpt", unless_empty(finding.excerpt));
    close();
  }

  void value(const TargetReport& target) {
    const plan::Cone& cone = target.cone;
    open();
    field("compiler", target.target.compiler);
    field("platform", target.target.platform);
    key("roots");
    open();
    field("solved", target.roots ? std::optional(target.roots->solved) : std::nullopt);
    field("unsolved", target.roots ? std::optional(target.roots->unsolved) : std::nullopt);
    close();
    field("newly_uninstallable", target.newly_uninstallable);
    field("newly_installable", target.newly_installable);
    field("added_uninstallable", target.added_uninstallable);
    field("build_ids", cone);
    field("packages_rebuilt", cone.packages_rebuilt());
    field("layers", cone.layers());
    field("cached", if_cache_known(count_cached(cone)));
    close();
  }

  void value(const solve::NamedConstraints& named) {
    open();
    field("name", named.name);
    key("constraints");
    open_list();
    for (const solve::Constraint& constraint : named.constraints) value(constraint.text);
    close_list();
    close();
  }

  void value(const plan::Installability& root) {
    open();
    field("package", root.package);
    field("explanation", root.explanation);
    close();
  }

  void value(const plan::Cone& cone) {
    open();
    field("added", with_build_id<Added>(cone.added, true));
    field("removed", with_build_id<Removed>(cone.removed, true));
    key("undefined");
    open();
    field("added", with_build_id<Added>(cone.added, false));
    field("removed", with_build_id<Removed>(cone.removed, false));
    close();
    close();
  }

  void value(const Added& added) {
    const plan::ConeLayer& layer = *added.layer;
    open();
    field("package", layer.package);
    field("build_id", layer.build_id);
    field("key", layer.key);
    field("deps", layer.deps);
    field("because", layer.because);
    field("cached", if_cache_known(layer.cached));
    field("generated", plan::is_generated(layer.package));
    close();
  }

  void value(const Removed& removed) {
    const plan::ConeLayer& layer = *removed.layer;
    open();
    field("package", layer.package);
    field("build_id", layer.build_id);
    field("key", layer.key);
    close();
  }

  void value(const plan::Because& because) {
    open();
    field("cause", name(because.cause));
    key("packages");
    open_list();
    for (std::size_t i = 0; i < because.packages.size(); ++i) {
      open();
      field("package", because.packages[i]);
      field("former", i < because.former.size() ? because.former[i] : std::nullopt);
      close();
    }
    close_list();
    field("text", report::because(because).raw());
    close();
  }

 private:
  template <typename T>
  std::optional<T> if_cache_known(T content) const {
    return cache_known_ ? std::optional(content) : std::nullopt;
  }

  bool cache_known_;
};

}  // namespace

std::string to_json(const Report& report) {
  PlanJson json(report.cache_known);
  json.value(report);
  return json.text() + "\n";
}

}  // namespace oxbow::report
