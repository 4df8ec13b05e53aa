#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/check_report.h"
#include "tests/report/sample_reports.h"

/// Checks that the tests of several renderers share.
namespace oxbow::report {

inline BuiltLayer built(opam::PackageId package, verdict::Outcome outcome, double seconds = 0) {
  BuiltLayer layer;
  layer.key = report::layer(package, changed()).key;
  layer.package = std::move(package);
  layer.outcome = outcome;
  layer.seconds = seconds;
  layer.attempts = seconds > 0 ? 1 : 0;
  return layer;
}

inline BuiltLayer failed(opam::PackageId package, std::string log) {
  BuiltLayer layer = built(std::move(package), verdict::Outcome::failure, 3.25);
  layer.log_tail = std::move(log);
  layer.reproduce = "oxbow shell " + layer.package.to_string() + " --repo overlay#main..x";
  return layer;
}

inline BuiltLayer above(opam::PackageId package, const BuiltLayer& below) {
  BuiltLayer layer = built(std::move(package), verdict::Outcome::dependency_failed);
  layer.failed_key = below.key;
  return layer;
}

/// The root of a layer of the head.
inline RootCheck root(const BuiltLayer& layer, verdict::RootOutcome base) {
  const bool fails = verdict::is_failure(layer.outcome);
  return {layer.package, base, layer.outcome,
          fails ? (layer.failed_key.empty() ? layer.key : layer.failed_key) : ""};
}

inline std::string unbound(const std::string& file) {
  return "+ make\n- ocamlfind ocamlopt -c " + file + "\n- \x1b[1mFile \"" + file +
         "\", line 3, characters 0-9:\n- \x1b[1;31mError\x1b[0m: Unbound module Ox\n" +
         "make: *** [Makefile:2: all] Error 2\n";
}

/// A little of everything: what regressed, with others and with dependents, what failed before,
/// what is new, what was an infrastructure error.
inline CheckReport sample_check() {
  using verdict::Outcome;
  CheckReport report;
  report.plan = sample_report();
  report.cache = "/var/cache/oxbow";
  report.sandbox = "runc";
  report.seconds = 847.2;
  for (const opam::PackageId& package :
       {opam::PackageId{"astring", "0.8.5"}, {"react", "1.2.2"}, {"xmlm", "1.4.0"}}) {
    report.plan.targets[0].cone.added.push_back(layer(package, changed()));
  }
  const BuiltLayer dune = failed({"dune", "3.20.2+ox"}, unbound("boot/dune.ml"));
  const BuiltLayer fmt = failed({"fmt", "0.11"}, unbound("src/fmt.ml"));
  BuiltLayer logs = built({"logs", "0.8"}, Outcome::success, 2.5);
  logs.cached = true;
  const BuiltLayer stdio = above({"stdio", "0.17"}, dune);
  BuiltLayer yojson = built({"yojson", "3.0"}, Outcome::timed_out, 3600);
  yojson.log_tail = "still running\n";
  const BuiltLayer zed = above({"zed", "3.2.3"}, dune);
  BuiltLayer cppo = built({"cppo", "1.6.9"}, Outcome::success, 74.9);
  cppo.in_cone = false;
  BuiltLayer astring = built({"astring", "0.8.5"}, Outcome::internal_error, 0.4);
  astring.trouble = verdict::Trouble::source_unavailable;
  astring.message = "https://example.org/astring.tbz: 404 Not Found";
  astring.attempts = 3;
  BuiltLayer react = failed({"react", "1.2.2"}, "all is well\n");
  react.cached = true;
  const BuiltLayer xmlm = built({"xmlm", "1.4.0"}, Outcome::success, 5);

  TargetCheck target;
  target.layers = {cppo, dune, fmt, logs, stdio, yojson, zed, astring, react, xmlm};
  target.base_layers = {built({"dune", "3.20.2"}, Outcome::success, 65),
                        built({"zed", "3.2.3"}, Outcome::success, 4.5)};
  target.roots = {root(astring, Outcome::success), root(dune, Outcome::success),
                  root(fmt, Outcome::success),     root(logs, Outcome::success),
                  root(react, Outcome::failure),   root(stdio, Outcome::success),
                  root(xmlm, Outcome::failure),    root(yojson, verdict::Absent{}),
                  root(zed, verdict::NotBuilt{})};
  report.targets = {target};
  return report;
}

/// A check that holds the text wherever there is room for one.
inline CheckReport check_of(const std::string& text) {
  using verdict::Outcome;
  CheckReport report;
  report.plan = report_of(text);
  report.cache = text;
  report.sandbox = text;
  TargetCheck target;
  const opam::PackageId package{text, text};
  for (const Outcome outcome : {Outcome::failure, Outcome::timed_out, Outcome::internal_error,
                                Outcome::dependency_failed, Outcome::success}) {
    BuiltLayer layer = built(package, outcome, 1);
    layer.key = std::string(verdict::name(outcome)) + text;
    layer.trouble =
        outcome == Outcome::internal_error ? verdict::Trouble::disk_full : verdict::Trouble::none;
    layer.message = text;
    layer.failed_key = outcome == Outcome::dependency_failed ? "failure" + text : "";
    layer.log_tail = "File \"" + text + "\", line 3:\nError: no " + text + "\n" + text;
    layer.reproduce = text;
    target.layers.push_back(layer);
    for (const verdict::RootOutcome& base :
         {verdict::RootOutcome(Outcome::success), verdict::RootOutcome(Outcome::failure),
          verdict::RootOutcome(verdict::Absent{}), verdict::RootOutcome(verdict::NotBuilt{})}) {
      target.roots.push_back(root(layer, base));
    }
  }
  target.base_layers = target.layers;
  report.targets = {target};
  return report;
}

/// A check with so many of everything, with names and lines of some length.
inline CheckReport large_check(std::size_t size, std::size_t length = 20) {
  CheckReport report;
  report.plan = large_report(size, length);
  TargetCheck target;
  for (std::size_t i = 0; i < size; ++i) {
    std::string name = "p" + std::to_string(i);
    name.resize(length, 'x');
    std::string log = "x.ml: Error: " + std::to_string(i % 37);
    for (int line = 0; line < 30; ++line) log += "\n" + std::string(length, 'l');
    BuiltLayer layer = failed({name, "1"}, "Error: " + log);
    target.roots.push_back(root(layer, verdict::Outcome::success));
    target.layers.push_back(std::move(layer));
    target.layers.push_back(above({name, "2"}, target.layers.back()));
    target.roots.push_back(root(target.layers.back(), verdict::Outcome::success));
  }
  report.targets = {target};
  return report;
}

}  // namespace oxbow::report
