#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "base/untrusted.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/terminal_progress.h"
#include "job/roots.h"
#include "job/state.h"
#include "plan/installability.h"
#include "report/solve_json.h"

namespace oxbow::cli {
namespace {

struct SolveArguments {
  StackArguments stack;
  std::vector<std::string> packages;
  std::string roots_file;
  bool all = false;
  bool json = false;
};

using Roots = std::vector<solve::PackageIndex>;

Result<Roots> named_roots(const solve::Universe& universe, const std::vector<std::string>& names) {
  Roots roots;
  for (const std::string& name : names) {
    const auto id = opam::parse_package_id(name);
    if (!id) return fail(fmt::format("'{}' is not a package; write NAME.VERSION", name));
    const auto root = universe.find(*id);
    if (!root) return fail(fmt::format("there is no package '{}' in the repositories", name));
    roots.push_back(*root);
  }
  return roots;
}

Result<std::vector<std::string>> lines_of(const std::string& path) {
  std::ifstream in(path);
  if (!in) return fail(fmt::format("the file '{}' cannot be read", path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(line);
  }
  if (in.bad()) return fail(fmt::format("the file '{}' cannot be read", path));  // a folder, say
  return lines;
}

Result<Roots> choose(const SolveArguments& arguments, const job::State& state,
                     const solve::Universe& universe) {
  const int ways = (arguments.all ? 1 : 0) + (arguments.roots_file.empty() ? 0 : 1) +
                   (arguments.packages.empty() ? 0 : 1);
  if (ways != 1) return fail("name what to solve: --all, --roots FILE or NAME.VERSION…");
  if (arguments.all) return job::choose_roots(universe, state.stack(), job::Scope::stack);
  if (arguments.roots_file.empty()) return named_roots(universe, arguments.packages);
  TRY_ASSIGN(const auto lines, lines_of(arguments.roots_file));
  return named_roots(universe, lines);
}

void print_json(const plan::SolvedState& state, const Roots& roots, plan::EffectiveDigests& digests,
                TerminalProgress& progress) {
  std::vector<std::string> lines(roots.size());
  std::atomic<std::size_t> done{0};
  parallel_for(roots.size(), 32, worker_count(), [&] {
    return [&, keys = std::make_shared<plan::TreeKeys>(state.universe(), digests)](std::size_t i) {
      const plan::SolvedRoot& root = state.root(roots[i]);
      const solve::Universe& universe = state.universe();
      lines[i] = root.solution ? report::solved_root_json(state, root, *keys)
                               : report::unsolved_root_json(
                                     {universe.package(roots[i]).id,
                                      plan::explain(universe, roots[i], solve::Effort::quick)});
      progress.at("writing", ++done, roots.size());
    };
  });
  progress.clear();
  for (const std::string& line : lines) {
    print(line);
    print("\n");
  }
}

void print_text(const plan::SolvedState& state, const Roots& roots) {
  const solve::Universe& universe = state.universe();
  std::size_t solved = 0;
  for (const solve::PackageIndex at : roots) {
    const plan::SolvedRoot& root = state.root(at);
    const std::string name = universe.package(at).id.to_string();
    if (root.solution) {
      ++solved;
      print(fmt::format("{}: {} packages\n", name, root.solution->reachable.size()));
      for (const solve::SolutionNode node : root.solution->reachable) {
        if (roots.size() <= 10)
          print(fmt::format("  {}\n", universe.package(node.package).id.to_string()));
      }
      continue;
    }
    print(fmt::format("{}: no solution\n", name));
    const auto effort = roots.size() <= 10 ? solve::Effort::minimal : solve::Effort::quick;
    for (const solve::NamedConstraints& named : plan::explain(universe, at, effort)) {
      print(fmt::format("  {}\n", printable(named.name)));
      for (const solve::Constraint& constraint : named.constraints) {
        print(fmt::format("    {}\n", printable(constraint.text)));
      }
    }
  }
  if (roots.size() > 1) print(fmt::format("{} of {} have a solution\n", solved, roots.size()));
}

ExitCode run(const SolveArguments& arguments) {
  TerminalProgress progress;
  const auto targets = arguments.stack.targets();
  if (!targets) return report_error(targets.error().message);
  if (targets->size() != 1) return report_error("name one --compiler");
  const auto trees = open_states(arguments.stack.repositories, progress);
  if (!trees) return report_error(trees.error().message);
  job::StateLoader loader(progress);
  const auto state = loader.load(*trees, repo::Trust::merged);
  if (!state) return report_error(state.error().message);
  const auto solved = (*state)->target(targets->front(), loader.digests());
  if (!solved) return report_error(solved.error().message);
  const auto roots = choose(arguments, **state, (*solved)->universe());
  if (!roots) return report_error(roots.error().message);
  progress.clear();
  warn_of_left_out(**state, loader);
  (*solved)->solve(*roots,
                   [&](std::size_t done, std::size_t of) { progress.at("solving", done, of); });
  progress.clear();
  if (arguments.json) {
    print_json(**solved, *roots, loader.digests(), progress);
  } else {
    print_text(**solved, *roots);
  }
  return ExitCode::done;
}

}  // namespace

Command add_solve(CLI::App& program) {
  auto arguments = std::make_shared<SolveArguments>();
  CLI::App* const command = program.add_subcommand(
      "solve", "solve for packages and print the chosen dependencies and build-ids");
  arguments->stack.add_repositories(*command, true);
  arguments->stack.add_targets(*command, true);
  command->add_flag(
      "--all", arguments->all,
      "the newest available version of every package, and the first repository's own");
  command->add_option("--roots", arguments->roots_file, "a file with one NAME.VERSION a line");
  command->add_option("packages", arguments->packages, "packages to solve for, NAME.VERSION");
  command->add_flag("--json", arguments->json, "print one JSON object a line, one a root");
  command->footer(
      "Example:\n"
      "  oxbow solve --repo ./opam-repository --compiler ocaml.5.3.0 lwt.5.9.2\n"
      "  oxbow solve --repo ./overlay --repo ./opam-repository \\\n"
      "    --compiler ocaml-variants.5.2.0+ox --all --json");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace oxbow::cli
