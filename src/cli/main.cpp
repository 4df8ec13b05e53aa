#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "base/untrusted.h"
#include "cli/command.h"

namespace oxbow::cli {

// fmt's own print throws where a pipe is closed.
void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print_line(std::string_view line) { print(printable(line) + "\n"); }

ExitCode report_error(std::string_view message) {
  const std::string line = "oxbow: " + printable(message) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
  return ExitCode::could_not;
}

void report_warning(std::string_view message) {
  const std::string line = "oxbow: warning: " + printable(message) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

namespace {

// Whoever reads our output has closed it, as head does when it has seen enough.
bool has_no_reader() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

// A full disk must not look like an answer. Where nobody reads on, what the command found stands.
int finished(ExitCode code) {
  const bool is_written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (!is_written && !has_no_reader()) code = report_error("the output cannot be written");
  return static_cast<int>(code);
}

int run(int argc, char** argv) {
  CLI::App program("oxbow says what a change to an opam repository rebuilds.", "oxbow");
  program.set_version_flag("--version", OXBOW_VERSION);
  program.require_subcommand(1);
  program.footer(
      "Exit codes: 0 done, 1 completed with regressions or with broken layers, 2 error.\n"
      "'oxbow COMMAND --help' has examples.");
  const std::vector<Command> commands = {
      add_plan(program),      add_check(program), add_explain(program), add_solve(program),
      add_effective(program), add_base(program),  add_cache(program),   add_build_layer(program),
      add_shell(program),     add_serve(program), add_worker(program),  add_pages(program),
      add_replay(program),    add_setup(program)};
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked_for_help = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
    if (!asked_for_help) return static_cast<int>(report_error(error.what()));
    program.exit(error);
    return finished(ExitCode::done);
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return finished(command.run());
  }
  return static_cast<int>(ExitCode::could_not);
}

}  // namespace
}  // namespace oxbow::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  return oxbow::cli::run(argc, argv);
}
