#include "job/explain.h"

#include <fmt/format.h>

#include <cstdio>
#include <limits>
#include <string>

#include "base/untrusted.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/terminal_progress.h"
#include "report/wording.h"

namespace oxbow::cli {
namespace {

struct ExplainArguments {
  ChangeArguments change;
  std::string package;
};

void print_refutation(const job::Explained& explained) {
  print(fmt::format("{} has no solution for {}:\n", explained.package.to_string(),
                    explained.target.to_string()));
  for (const job::JudgedConstraints& named : explained.refutation) {
    print(fmt::format("  {}\n", printable(named.name)));
    for (const job::JudgedConstraint& constraint : named.constraints) {
      print(fmt::format("    {}{}\n", printable(constraint.text),
                        constraint.by_change ? "   <- the change touches this package" : ""));
    }
    for (const opam::PackageId& removed : named.removed) {
      print(fmt::format("    the change removes {}\n", removed.to_string()));
    }
  }
}

void print_path(const job::Explained& explained) {
  print(fmt::format("{} is rebuilt for {}:\n", explained.package.to_string(),
                    explained.target.to_string()));
  constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
  report::Wording wording({all, all, all, all, all});
  report::Report touched;
  touched.changes = explained.origin;
  for (const report::Line& line : wording.changes(touched)) {
    print(fmt::format("  {:{}}{}\n", "", 2 * line.level, printable(line.phrase.raw())));
  }
  for (const plan::ConeLayer& layer : explained.path) {
    print(fmt::format("  {}: {}\n", layer.package.to_string(),
                      printable(report::because(layer.because).raw())));
  }
}

ExitCode run(const ExplainArguments& arguments) {
  Result<std::vector<job::Explained>> all;
  {
    TerminalProgress progress;
    const auto request = arguments.change.open(progress);
    if (!request) return report_error(request.error().message);
    job::StateLoader loader(progress);
    all = job::explain(*request, arguments.package, loader);
  }
  if (!all) return report_error(all.error().message);
  for (const job::Explained& explained : *all) {
    if (!explained.solved) print_refutation(explained);
    if (!explained.path.empty()) {
      print_path(explained);
    } else if (explained.solved) {
      print(fmt::format("{} is not rebuilt for {}.\n", explained.package.to_string(),
                        explained.target.to_string()));
    }
  }
  return ExitCode::done;
}

}  // namespace

Command add_explain(CLI::App& program) {
  auto arguments = std::make_shared<ExplainArguments>();
  CLI::App* const command = program.add_subcommand(
      "explain", "show why a package is rebuilt, or why it is not installable");
  arguments->change.add_to(*command);
  command->add_option("package", arguments->package, "NAME or NAME.VERSION")->required();
  command->footer(
      "Example:\n"
      "  oxbow explain --repo ./overlay#main..my-branch --repo ./opam-repository \\\n"
      "    --compiler ocaml-variants.5.2.0+ox bonsai");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace oxbow::cli
