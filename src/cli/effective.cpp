#include "opam/effective.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/parallel.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/terminal_progress.h"
#include "job/state.h"

namespace oxbow::cli {
namespace {

struct EffectiveArguments {
  StackArguments stack;
  std::string text;
};

ExitCode print_text(const job::State& state, const std::string& wanted) {
  for (const opam::Package& package : state.stack().packages) {
    if (package.id.to_string() != wanted) continue;
    if (package.definition == nullptr) {
      return report_error("the opam file of " + wanted + " cannot be read");
    }
    const std::string text =
        effective_part(*package.definition->whole(), package.id.name, package.id.version);
    print(text);
    return ExitCode::done;
  }
  return report_error("there is no package '" + wanted + "' in the repositories");
}

ExitCode print_hashes(const job::State& state) {
  const auto& packages = state.stack().packages;
  std::vector<std::string> lines(packages.size());
  parallel_for(packages.size(), 64, worker_count(), [&] {
    return [&](std::size_t i) {
      const opam::Package& package = packages[i];
      if (package.definition == nullptr) return;
      lines[i] = package.id.to_string() + "\t" +
                 sha256_hex(effective_part(*package.definition->whole(), package.id.name,
                                           package.id.version)) +
                 "\n";
    };
  });
  // A state's packages have a name's versions as texts; opam's order is by version.
  std::vector<std::size_t> order(packages.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](std::size_t x, std::size_t y) {
    return compare_packages(packages[x].id, packages[y].id) < 0;
  });
  for (const std::size_t i : order) print(lines[i]);
  return ExitCode::done;
}

ExitCode run(const EffectiveArguments& arguments) {
  TerminalProgress progress;
  const auto trees = open_states(arguments.stack.repositories, progress);
  if (!trees) return report_error(trees.error().message);
  job::StateLoader loader(progress);
  const auto state = loader.load(*trees, repo::Trust::merged);
  if (!state) return report_error(state.error().message);
  progress.clear();
  if (!arguments.text.empty()) return print_text(**state, arguments.text);
  const std::size_t left_out = warn_of_left_out(**state, loader);
  const ExitCode code = print_hashes(**state);
  if (left_out == 0) return code;
  return report_error(
      fmt::format("{} could not be read; the others are printed",
                  left_out == 1 ? "1 package" : fmt::format("{} packages", left_out)));
}

}  // namespace

Command add_effective(CLI::App& program) {
  auto arguments = std::make_shared<EffectiveArguments>();
  CLI::App* const command = program.add_subcommand(
      "effective", "print the hash of every package's effective part, or the text of one");
  arguments->stack.add_repositories(*command, true);
  command->add_option("--text", arguments->text,
                      "print the effective part of this NAME.VERSION instead");
  command->footer(
      "The effective part is what of an opam file affects a build, as opam hashes it.\n\n"
      "Example:\n"
      "  oxbow effective --repo ./opam-repository#main\n"
      "  oxbow effective --repo ./overlay --repo ./opam-repository --text dune.3.20.2");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace oxbow::cli
