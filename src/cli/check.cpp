#include "job/check.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "base/interruption.h"
#include "base/parallel.h"
#include "cli/arguments.h"
#include "cli/build_arguments.h"
#include "cli/build_progress.h"
#include "cli/command.h"
#include "cli/terminal_progress.h"
#include "report/check_json.h"
#include "report/check_markdown.h"
#include "report/check_text.h"
#include "sandbox/group_hierarchy.h"
#include "schedule/executor.h"
#include "schedule/local_runner.h"

namespace oxbow::cli {
namespace {

struct CheckArguments {
  ChangeArguments change;
  BuildArguments build;
  std::size_t jobs = worker_count();
  bool keep_going = true;
  std::optional<std::size_t> limit;
  Format format = Format::text;
};

// Has steps built by processes of this program, one a step.
class Builds {
 public:
  explicit Builds(const CheckArguments& arguments)
      : arguments_(&arguments), left_(arguments.limit) {}

  Result<std::vector<schedule::StepResult>> operator()(const job::LayerSteps& steps) {
    schedule::LocalRunner runner = local_runner(arguments_->build.cache, arguments_->build.kind,
                                                steps, interruption_.descriptor());
    schedule::ExecutorSettings settings;
    settings.jobs = arguments_->jobs;
    settings.keep_going = arguments_->keep_going;
    settings.limit = left_;
    settings.stop_requested = [this] { return interruption_.requested(); };
    BuildProgress progress([&](schedule::StepIndex step) { return steps.name(step); },
                           steps.cached());
    auto results = schedule::run_steps(steps.graph(), runner, settings, progress);
    if (results && left_) {
      const auto started = static_cast<std::size_t>(std::ranges::count_if(
          *results, [](const schedule::StepResult& result) { return result.attempts > 0; }));
      left_ = *left_ - std::min(*left_, started);
    }
    return results;
  }

  bool interrupted() const { return interruption_.requested(); }

 private:
  const CheckArguments* arguments_;
  std::optional<std::size_t> left_;  // of --limit
  Interruption interruption_;
};

std::string rendered(const report::CheckReport& report, Format format) {
  switch (format) {
    case Format::json: return report::to_json(report);
    case Format::markdown: return report::to_markdown(report);
    case Format::text: break;
  }
  return report::to_text(report, colour_of_output());
}

// Whether the answer is not known: a build was not tried, or an infrastructure error came between.
bool is_open(const report::CheckReport& report) {
  return std::ranges::any_of(report.targets, [](const report::TargetCheck& target) {
    return std::ranges::any_of(target.roots, [](const report::RootCheck& root) {
      return root.verdict() == verdict::Verdict::unknown;
    });
  });
}

ExitCode exit_code(const report::CheckReport& report) {
  if (report.interrupted) return ExitCode::could_not;
  if (report::has_bad_news(report)) return ExitCode::bad_news;
  return is_open(report) ? ExitCode::could_not : ExitCode::done;
}

Result<job::Checked> check(const CheckArguments& arguments) {
  const auto begin = std::chrono::steady_clock::now();
  TRY_ASSIGN(const auto kind, arguments.build.sandbox_kind());
  // Before there is another thread or process.
  if (const auto room = sandbox::make_room_for_groups(sandbox::group_hierarchies()); !room) {
    report_warning(room.error().message + "; builds get control groups outside ours");
  }
  TerminalProgress progress;
  TRY_ASSIGN(auto request, arguments.change.open(progress));
  request.cache = arguments.build.cache;
  job::StateLoader loader(progress);
  auto planned = job::plan(request, loader);
  progress.clear();
  if (!planned) return std::unexpected(std::move(planned.error()));
  warn_of_left_out(*planned->states.after, loader, planned->report.findings);

  Builds builds(arguments);
  job::CheckSettings settings;
  settings.cache = arguments.build.cache;
  TRY_ASSIGN(const auto read, arguments.build.read_configuration());
  settings.keys = read.keys;
  settings.build = arguments.build.settings(read);
  settings.run = std::ref(builds);
  TRY_ASSIGN(auto checked, job::check(std::move(*planned), request, settings, loader));
  checked.report.sandbox = name(kind);
  checked.report.interrupted = builds.interrupted();
  checked.report.limit = arguments.limit;
  checked.report.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return checked;
}

ExitCode run(const CheckArguments& arguments) {
  const auto checked = check(arguments);
  if (!checked) return report_error(checked.error().message);
  for (const std::string& warning : checked->warnings) report_warning(warning);
  print(rendered(checked->report, arguments.format));
  return exit_code(checked->report);
}

}  // namespace

Command add_check(CLI::App& program) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App* const command =
      program.add_subcommand("check", "build what a change rebuilds, and compare with the base");
  arguments->change.add_to(*command);
  arguments->build.add_to(*command);
  command->add_option("-j,--jobs", arguments->jobs, "builds to run at once")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_flag("--keep-going,!--stop-at-failure", arguments->keep_going,
                    "go on after a failure (the default)");
  command->add_option("--limit", arguments->limit, "build at most this many layers");
  add_format(*command, arguments->format);
  command->footer(
      "The change is named as for 'oxbow plan'. Layers are built as root, in sandboxes, by opam.\n"
      "Exit codes: 0 nothing regressed, 1 something regressed, is no longer installable, or is "
      "new\n"
      "and fails, 2 error, also where a\n"
      "build met an infrastructure error, or was skipped by --limit.\n\n"
      "Example:\n"
      "  oxbow check --repo ./overlay#main..my-branch --repo ./opam-repository \\\n"
      "    --compiler ocaml-variants.5.2.0+ox --cache /var/cache/oxbow -j 4");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace oxbow::cli
