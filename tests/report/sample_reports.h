#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "report/report.h"

/// Reports that the tests of several renderers share.
namespace oxbow::report {

inline plan::ConeLayer layer(opam::PackageId package, plan::Because because,
                             std::vector<opam::PackageId> deps = {}) {
  std::string key = package.to_string() + " ";
  key.resize(64, '0');
  return {std::move(package), key, key, std::move(deps), std::move(because), false};
}

inline plan::Because changed() { return {plan::Cause::changed, {}, {}}; }
inline plan::Because dependency(std::vector<opam::PackageId> on) {
  return {plan::Cause::dependency, std::move(on), {}};
}

/// What a change does that touches a patch, guard packages and a little of everything.
inline TargetReport sample_target() {
  const opam::PackageId dune{"dune", "3.20.2+ox"};
  const opam::PackageId guard{"oxcaml-dune", "guard"};
  TargetReport target;
  target.target = *opam::parse_target("ocaml-variants.5.2.0+ox on debian-12-x86_64");
  target.roots = {4751, 5};
  target.newly_uninstallable = {
      {{"utop", "2.16.0"},
       {{"zed",
         {{"utop.2.16.0 requires zed >= 3.2.0", {"utop", "2.16.0"}},
          {"zed.3.2.3 and 2 other versions require dune < 3.0", {"zed", "3.2.3"}}}},
        {"dune", {{"the target is ocaml-variants.5.2.0+ox", {"ocaml-variants", "5.2.0+ox"}}}}}}};
  target.newly_installable = {
      {{"merlin", "5.5"}, {{"csexp", {{"merlin.5.5 requires csexp >= 1.5", {"merlin", "5.5"}}}}}}};
  target.added_uninstallable = {
      {{"eio", "2.0"}, {{"ocaml", {{"eio.2.0 requires ocaml >= 5.3.0", {"eio", "2.0"}}}}}}};
  target.cone.added = {
      layer(dune, changed()),
      layer({"fmt", "0.11"},
            {plan::Cause::choice,
             {{"topkg", "1.1"}, {"cmdliner", "2.0"}, {"base", "1"}},
             {opam::PackageId{"topkg", "1.0"}, std::nullopt, opam::PackageId{"base", "1"}}}),
      layer({"logs", "0.8"}, dependency({{"fmt", "0.11"}}), {{"fmt", "0.11"}}),
      layer(guard, dependency({dune}), {dune}),
      layer({"stdio", "0.17"}, dependency({dune}), {dune}),
      layer({"yojson", "3.0"}, {plan::Cause::chosen, {{"yojson", "3.0"}}, {}}),
      layer({"zed", "3.2.3"}, dependency({{"stdio", "0.17"}}), {dune, {"stdio", "0.17"}}),
  };
  target.cone.added[2].cached = true;
  target.cone.added[6].build_id.reset();
  target.cone.removed = {layer(dune, {}), layer({"zed", "3.2.3"}, {})};
  target.cone.removed[1].build_id.reset();
  return target;
}

inline Report sample_report() {
  Report report;
  report.repositories = {{"oxcaml/opam-repository", "82bfee0300000000000000000000000000000000"},
                         {"upstream", ""}};
  report.base = "d57b5d4000000000000000000000000000000000";
  report.head = "82bfee0300000000000000000000000000000000";
  report.changes = {
      {{"dune", "3.20.2+ox"},
       {},
       plan::ChangeKind::changed,
       {"extra-files", "depends"},
       {{"dune.patch", plan::ChangeKind::changed}, {"old.patch", plan::ChangeKind::removed}},
       true},
      {{"fmt", "0.11"}, {}, plan::ChangeKind::changed, {"synopsis"}, {}, false},
      {{"oxcaml-dune", "guard"}, {}, plan::ChangeKind::added, {}, {}, true},
      {{"topkg", "1.1"}, opam::PackageId{"topkg", "1.0"}, plan::ChangeKind::renamed, {}, {}, true},
  };
  report.other_paths = 2;
  report.findings = {
      {"packages/dune/dune.3.20.2+ox/opam", 12, plan::Level::error,
       "extra-files: the checksum of dune.patch is stale, so opam refuses the package",
       "  [\"dune.patch\" \"sha256=00\"]\n                ^\n"},
      {"packages/dune/dune.3.20.2+ox/files/new.patch", 1, plan::Level::warning,
       "extra-files: does not list this file, so opam ignores it", ""},
      {"packages/fmt/fmt.0.11/opam", 3, plan::Level::note,
       "only synopsis differs, which affects no build", ""},
  };
  report.targets = {sample_target()};
  report.cache_known = true;
  return report;
}

/// Texts that try to be more than text: to a terminal, to Markdown, to HTML, to GitHub, to JSON.
inline const std::vector<std::string>& attacks() {
  static const std::vector<std::string> texts = {
      "</details><script>alert(1)</script><img src=x onerror=y>",
      "**bold** [link](https://example.org) ![image](//example.org/x.png)",
      "```\n# heading\n```` ` `` ```",
      "`",
      "``",
      " ` ",
      "\\`",
      "x`",
      "``````````",
      "@everyone #1 GH-1 owner/name#1 82bfee0300000000000000000000000000000000",
      "https://example.org www.example.org someone@example.org",
      "| cell | \\| cell |",
      "\x1b[2J\x1b]0;title\x07\x1b[31mred\r\b\x7f",
      "\xC2\x9B"
      "31m",
      "first\nsecond\r\nthird\n\n- item\n\n    code",
      "\xFF\xFE \xC3( \xED\xA0\x80 \xF0\x9F\x98",
      "\xE2\x80\xAEtxt.exe\xE2\x81\xA6\xE2\x80\x8B\xEF\xBB\xBF",
      std::string("nul\0nul", 7),
      "\"quote\" \\u0000 \\",
      "~~~",
      "---",
      "<!-- comment",
      "$$x$$",
      "&amp;&#64;",
      std::string(90, '`') + " @everyone <b>",
      std::string(300, '`') + "\n" + std::string(300, '`') + "\n<b>",
      std::string(20'000, '`'),
      std::string(20'000, 'x'),
  };
  return texts;
}

/// A report that holds the text wherever there is room for one.
inline Report report_of(const std::string& text) {
  const opam::PackageId package{text, text};
  const std::vector<plan::Installability> roots = {{package, {{text, {{text, package}}}}}};
  Report report;
  report.repositories = {{text, text}};
  report.base = text;
  report.head = text;
  report.changes = {{package, package, plan::ChangeKind::renamed, {text}, {{text}}, true}};
  report.findings = {{text, 1, plan::Level::error, text, text},
                     {text, 1, plan::Level::note, text, text}};
  TargetReport target{{package, {text, text, text, text, text}}, {{1, 1}}, roots, roots, roots, {}};
  for (const plan::Cause cause :
       {plan::Cause::changed, plan::Cause::choice, plan::Cause::chosen, plan::Cause::dependency}) {
    target.cone.added.push_back(
        {{text, std::string(name(cause))}, text, text, {package}, {cause, {package}, {}}});
  }
  target.cone.added[1].because.former = {opam::PackageId{text, "0"}};
  target.cone.removed = target.cone.added;
  report.targets = {target};
  return report;
}

/// A report with so many of everything, with names of some length.
inline Report large_report(std::size_t size, std::size_t length = 20) {
  Report report = sample_report();
  report.targets.front().cone = {};
  // The longer the texts, the fewer fill every limit; each stands in one 40 times over.
  const std::size_t refutations = std::clamp<std::size_t>(5'000 / length, 7, 100);
  const auto id = [&](std::size_t i) {
    std::string name = "p" + std::to_string(i);
    name.resize(length, 'x');
    return opam::PackageId{name, "1"};
  };
  for (std::size_t i = 0; i < size; ++i) {
    const opam::PackageId package = id(i);
    report.changes.push_back(
        {package, {}, plan::ChangeKind::changed, std::vector(20, package.name), {}, true});
    report.findings.push_back({package.name, 1, plan::Level::error, package.name, package.name});
    report.findings.push_back({package.name, 1, plan::Level::note, package.name, package.name});
    TargetReport& target = report.targets.front();
    target.newly_uninstallable.push_back({package, {}});
    if (i < 20) {
      const std::vector<solve::Constraint> constraints(20, {package.name, package});
      target.newly_uninstallable.back().explanation =
          std::vector(refutations, solve::NamedConstraints{package.name, constraints});
    }
    // A quarter changed directly, each of the others is above one more of those than the one
    // before.
    plan::ConeLayer added = layer(package, i % 4 == 0 ? changed() : dependency({id(i - i % 4)}));
    if (i % 4 > 1) added.because.packages.push_back(id(i - 1));
    if (i > 8 && i % 4 == 3) added.because.packages.push_back(id(i - 4));
    target.cone.added.push_back(std::move(added));
  }
  return report;
}

}  // namespace oxbow::report
