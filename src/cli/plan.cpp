#include "job/plan.h"

#include <filesystem>
#include <string>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/terminal_progress.h"
#include "report/json.h"
#include "report/markdown.h"
#include "report/text.h"

namespace oxbow::cli {
namespace {

struct PlanArguments {
  ChangeArguments change;
  std::string cache;
  Format format = Format::text;
};

std::string rendered(const report::Report& report, Format format) {
  switch (format) {
    case Format::json: return report::to_json(report);
    case Format::markdown: return report::to_markdown(report);
    case Format::text: break;
  }
  return report::to_text(report, colour_of_output());
}

ExitCode run(const PlanArguments& arguments) {
  std::error_code ignored;
  if (!arguments.cache.empty() && !std::filesystem::is_directory(arguments.cache, ignored)) {
    return report_error("there is no cache at '" + arguments.cache + "'; name a folder");
  }
  Result<job::Planned> planned;
  {
    TerminalProgress progress;
    auto request = arguments.change.open(progress);
    if (!request) return report_error(request.error().message);
    if (!arguments.cache.empty()) request->cache = arguments.cache;
    job::StateLoader loader(progress);
    planned = job::plan(*request, loader);
    progress.clear();
    if (planned) warn_of_left_out(*planned->states.after, loader, planned->report.findings);
  }
  if (!planned) return report_error(planned.error().message);
  const std::string text = rendered(planned->report, arguments.format);
  print(text);
  return ExitCode::done;
}

}  // namespace

Command add_plan(CLI::App& program) {
  auto arguments = std::make_shared<PlanArguments>();
  CLI::App* const command = program.add_subcommand("plan", "show what a change rebuilds, and why");
  arguments->change.add_to(*command);
  command->add_option("--cache", arguments->cache,
                      "a cache of layers; reports how many of the rebuilt layers it has");
  add_format(*command, arguments->format);
  command->footer(
      "The first repository is the one under test, PATH#BASE..HEAD: BASE is compared with HEAD\n"
      "merged into it. Without --repo, inside a clone, HEAD is compared with its upstream branch,\n"
      "and oxbow.toml says the rest.\n\n"
      "Example:\n"
      "  oxbow plan --repo ./overlay#main..my-branch --repo ./opam-repository \\\n"
      "    --compiler ocaml-variants.5.2.0+ox");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace oxbow::cli
