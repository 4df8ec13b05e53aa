#include <cstdio>
#include <string>

#include "base/file.h"
#include "base/interruption.h"
#include "cli/build_arguments.h"
#include "cli/choice.h"
#include "cli/command.h"
#include "layer/builder.h"
#include "layer/report.h"
#include "layer/task.h"
#include "sandbox/mounts.h"

namespace oxbow::cli {
namespace {

struct BuildLayerArguments {
  PlaceArguments place;
  std::string spec;
  cache::LayerStore::Wait if_busy = cache::LayerStore::Wait::yes;
  bool json = false;
};

ExitCode exit_code(const layer::LayerReport& report) {
  if (report.busy || report.result.outcome == verdict::Outcome::internal_error ||
      report.result.outcome == verdict::Outcome::cancelled) {
    return ExitCode::could_not;
  }
  return report.result.outcome == verdict::Outcome::success ? ExitCode::done : ExitCode::bad_news;
}

ExitCode run(const BuildLayerArguments& arguments) {
  const auto text = read_file(arguments.spec);
  if (!text) return report_error(text.error().message);
  const auto task = layer::parse_task(*text);
  if (!task) return report_error(arguments.spec + ": " + task.error().message);
  // Before there is another thread.
  if (const auto own = sandbox::own_mounts(); !own) return report_error(own.error().message);
  const auto sandbox = arguments.place.sandbox();
  if (!sandbox) return report_error(sandbox.error().message);
  // So that a build that is stopped takes its draft and its mounts with it.
  const Interruption interruption;

  const cache::LayerStore store(arguments.place.cache, task->recipe.platform);
  const fetch::SourceCache sources(arguments.place.cache);
  const layer::LayerReport report =
      layer::LayerBuilder(store, sources, **sandbox, task->settings,
                          {arguments.if_busy, interruption.descriptor()})
          .build(task->recipe);
  if (arguments.json) {
    print(to_json(report));
    return exit_code(report);
  }
  if (report.busy) return report_error("another process is building this layer");
  std::string line =
      task->recipe.package.to_string() + ": " + std::string(name(report.result.outcome));
  if (report.result.found) line += " (it was there)";
  if (!report.result.message.empty()) line += ": " + report.result.message;
  print_line(line);
  return exit_code(report);
}

}  // namespace

Command add_build_layer(CLI::App& program) {
  auto arguments = std::make_shared<BuildLayerArguments>();
  CLI::App* const command = program.add_subcommand("build-layer", "(internal) build one layer");
  arguments->place.add_to(*command);
  command->add_option("--spec", arguments->spec, "what to build, and how: a file of JSON")
      ->required();
  using Wait = cache::LayerStore::Wait;
  add_choice<Wait>(*command, "--if-busy", arguments->if_busy,
                   "what to do if another process is building the layer",
                   {{"wait", Wait::yes}, {"come-back", Wait::no}}, true);
  command->add_flag("--json", arguments->json, "print the result as a line of JSON");
  command->footer(
      "Exit codes: 0 built, 1 its build fails, 2 could not be tried.\n\n"
      "Example:\n"
      "  oxbow build-layer --cache /var/cache/oxbow --spec layer.json");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace oxbow::cli
