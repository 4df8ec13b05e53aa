#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "job/plan.h"
#include "job/repository.h"
#include "job/roots.h"
#include "job/state.h"
#include "opam/target.h"
#include "plan/finding.h"
#include "report/text.h"

namespace oxbow::cli {

/// The arguments that say which repositories, for which targets: several subcommands have them.
struct StackArguments {
  std::vector<std::string> repositories;
  std::vector<std::string> compilers;
  std::string platform;

  void add_repositories(CLI::App& command, bool required);
  void add_targets(CLI::App& command, bool required);

  Result<std::vector<opam::Target>> targets() const;
};

/// The arguments that say which change: those of `plan` and `explain`.
struct ChangeArguments {
  StackArguments stack;
  job::Scope scope = job::Scope::overlay;

  void add_to(CLI::App& command);

  /// Opens what the arguments name; without --repo the clone around the current directory, with
  /// the repositories and targets of its oxbow.toml.
  Result<job::PlanRequest> open(job::Progress& progress) const;
};

/// How a report is printed.
enum class Format : std::uint8_t { text, markdown, json };

/// Adds --format and --json.
void add_format(CLI::App& command, Format& format);

/// Whether standard output is to be coloured: a terminal, where NO_COLOR is not set.
report::Colour colour_of_output();

/// Opens the repositories of a single state.
Result<std::vector<job::RepositoryTree>> open_states(const std::vector<std::string>& repositories,
                                                     job::Progress& progress);

/// Warns of every package and directory of the state that had to be left out, each in a line that
/// says where and why, unless a finding tells it; returns how many there are.
std::size_t warn_of_left_out(const job::State& state, const job::StateLoader& loader,
                             std::span<const plan::Finding> told = {});

}  // namespace oxbow::cli
