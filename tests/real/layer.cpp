#include "tests/real/layer.h"

#include <catch2/catch.hpp>

#include "opam/package_id.h"

namespace oxbow::real {

namespace fs = std::filesystem;

layer::Recipe layer_spec(std::string_view id, std::string_view fields) {
  const auto package = opam::parse_package_id(id);
  REQUIRE(package);
  layer::Recipe spec;
  spec.platform = "debian-12-x86_64";
  spec.package = *package;
  spec.key = "layer-" + std::string(id);
  spec.opam = "opam-version: \"2.0\"\n" + std::string(fields) + "\n";
  return spec;
}

layer::Recipe scripted(std::string_view id, std::string_view script) {
  layer::Recipe spec = layer_spec(id, "build: [\"sh\" \"build.sh\"]");
  spec.files = {{"build.sh", std::string(script) + "\n", false}};
  return spec;
}

void depend(layer::Recipe& spec, const layer::Recipe& on) {
  spec.opam += "depends: \"" + on.package.name + "\"\n";
  spec.deps.push_back({on.package, on.key});
  spec.below.push_back({on.package, on.key});
  spec.below.insert(spec.below.end(), on.below.begin(), on.below.end());
}

BuiltLayer Builder::build(const layer::Recipe& spec, const layer::BuildSettings& settings,
                          const e2e::Around& around) const {
  const fs::path file = folder_ / (spec.key + ".json");
  repo::write_file(file, to_json(layer::Task{spec, settings}));
  const Texts arguments = {"build-layer",          "--json",    "--spec", file.string(), "--cache",
                           cache_.path().string(), "--sandbox", sandbox_};
  const Ended ended = program_.run(arguments, around);
  INFO(ended.out << ended.err);
  const auto report = layer::parse_layer_report(ended.out);
  REQUIRE(report);
  BuiltLayer built;
  built.report = *report;
  built.outcome = name(report->result.outcome);
  if (report->result.trouble != verdict::Trouble::none) {
    built.outcome += " (" + std::string(name(report->result.trouble)) + ")";
  }
  built.code = ended.code;
  return built;
}

fs::path Builder::layer(const layer::Recipe& spec) const { return cache_.layers() / spec.key; }

std::string Builder::log(const layer::Recipe& spec) const {
  return content(layer(spec) / "build.log");
}

}  // namespace oxbow::real
