#include "job/plan.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/terminal_progress.h"
#include "report/json.h"
#include "report/markdown.h"
#include "report/text.h"

namespace oxbow::cli {
namespace {

enum class Format { text, markdown, json };

struct PlanArguments {
  ChangeArguments change;
  std::string cache;
  Format format = Format::text;
  bool json = false;
};

std::string rendered(const report::Report& report, Format format) {
  switch (format) {
    case Format::json: return report::to_json(report);
    case Format::markdown: return report::to_markdown(report);
    case Format::text: break;
  }
  const bool colour = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  return report::to_text(report, colour ? report::Colour::yes : report::Colour::no);
}

ExitCode run(const PlanArguments& arguments) {
  std::error_code ignored;
  if (!arguments.cache.empty() && !std::filesystem::is_directory(arguments.cache, ignored)) {
    return report_error("there is no cache at '" + arguments.cache + "'; name a folder");
  }
  Result<report::Report> report;
  {
    TerminalProgress progress;
    auto request = arguments.change.open(progress);
    if (!request) return report_error(request.error().message);
    if (!arguments.cache.empty()) request->cache = arguments.cache;
    job::StateLoader loader(progress);
    report = job::plan(*request, loader);
    progress.clear();
    if (report) {
      const auto states = job::load_states(*request, loader);  // which the loader still has
      if (states) warn_of_left_out(*states->after, loader, report->findings);
    }
  }
  if (!report) return report_error(report.error().message);
  const std::string text = rendered(*report, arguments.json ? Format::json : arguments.format);
  print(text);
  return ExitCode::done;
}

}  // namespace

Command add_plan(CLI::App& program) {
  auto arguments = std::make_shared<PlanArguments>();
  CLI::App* const command = program.add_subcommand("plan", "say what a change rebuilds, and why");
  arguments->change.add_to(*command);
  command->add_option("--cache", arguments->cache,
                      "a cache of layers; says how many of the rebuilt ones it holds");
  static const std::map<std::string, Format> formats = {
      {"text", Format::text}, {"markdown", Format::markdown}, {"json", Format::json}};
  command->add_option("--format", arguments->format, "text, markdown or json")
      ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case))
      ->default_str("text");
  command->add_flag("--json", arguments->json, "the same as --format json");
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
