#pragma once

#include <catch2/catch.hpp>

#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "job/check.h"
#include "tests/cache/scratch_cache.h"
#include "tests/fakes/fake_builds.h"
#include "tests/job/requests.h"

namespace oxbow::job {

using ByName = std::map<std::string, std::string>;

inline constexpr std::string_view old_tower = R"(
a.1
  depends: ["b" "d"]
b.1
  build: "old"
c.1
  depends: ["d"]
d.1
)";

/// The tower with another b, which then fails, hangs or troubles.
inline std::string tower(const std::string& build_of_b, const std::string& d = "d.1\n") {
  return "a.1\n  depends: [\"b\" \"d\"]\nb.1\n  build: \"" + build_of_b +
         "\"\nc.1\n  depends: [\"d\"]\n" + d;
}

/// Checks of changes against one cache, which has a base.
struct Checks {
  Checks() : builds(cache.store) {
    std::filesystem::create_directories(cache.store.base());
    settings.cache = cache.path();
    settings.run = std::ref(builds);
  }

  const Checked& check(const PlanRequest& request) {
    builds.graphs.clear();
    builds.names.clear();
    NoProgress progress;
    StateLoader loader(progress);
    auto planned = job::plan(request, loader);
    REQUIRE(planned);
    auto checked = job::check(std::move(*planned), request, settings, loader);
    INFO((checked ? "" : checked.error().message));
    REQUIRE(checked);
    last = std::move(*checked);
    return last;
  }
  const Checked& check(std::string_view before, std::string_view after,
                       std::string_view lower = "ocaml.5\nocaml.4\n") {
    return check(literal_request(before, after, lower));
  }

  /// Of the last check.
  ByName verdicts(std::size_t target = 0) const {
    ByName words;
    for (const report::RootCheck& root : last.report.targets.at(target).roots) {
      words[root.package.to_string()] = verdict::name(root.verdict());
    }
    return words;
  }
  ByName sides() const {
    ByName words;
    for (const report::RootCheck& root : last.report.targets.at(0).roots) {
      words[root.package.to_string()] =
          std::string(verdict::name(root.base)) + " " + std::string(verdict::name(root.head));
    }
    return words;
  }
  ByName layers(bool of_base = false) const {
    ByName words;
    const report::TargetCheck& target = last.report.targets.at(0);
    for (const report::BuiltLayer& layer : of_base ? target.base_layers : target.layers) {
      words[layer.package.to_string()] = std::string(verdict::name(layer.outcome)) +
                                         (layer.cached ? ", cached" : "") +
                                         (layer.in_cone ? "" : ", beside");
    }
    return words;
  }
  const report::BuiltLayer& layer(std::string_view id) const {
    for (const report::BuiltLayer& layer : last.report.targets.at(0).layers) {
      if (layer.package.to_string() == id) return layer;
    }
    FAIL("there is no layer of " << id);
    std::abort();
  }

  cache::ScratchCache cache;
  FakeBuilds builds;
  CheckSettings settings;
  Checked last;
};

}  // namespace oxbow::job
