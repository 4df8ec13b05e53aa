#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string_view>

#include "cli/exit_code.h"

namespace oxbow::cli {

/// What a subcommand does once its arguments are read.
using Run = std::function<ExitCode()>;

/// Each adds one subcommand to the program and returns it with what it does.
struct Command {
  CLI::App* app;
  Run run;
};

Command add_effective(CLI::App& program);
Command add_solve(CLI::App& program);
Command add_plan(CLI::App& program);
Command add_explain(CLI::App& program);
Command add_check(CLI::App& program);
Command add_base(CLI::App& program);
Command add_cache(CLI::App& program);
Command add_build_layer(CLI::App& program);
Command add_shell(CLI::App& program);
Command add_worker(CLI::App& program);
Command add_pages(CLI::App& program);
Command add_serve(CLI::App& program);
Command add_replay(CLI::App& program);
Command add_setup(CLI::App& program);

/// This very program, to be started: also where its file was replaced by a newer one meanwhile.
constexpr const char* own_program = "/proc/self/exe";

/// Writes to standard output. Whether that went well is looked at once, at the end.
void print(std::string_view text);

/// Prints a line for a person, control characters escaped.
void print_line(std::string_view line);

/// Prints "oxbow: MESSAGE" on standard error, control characters escaped, and says that the
/// command could not do what was asked.
ExitCode report_error(std::string_view message);

/// A warning on standard error, in one line.
void report_warning(std::string_view message);

}  // namespace oxbow::cli
