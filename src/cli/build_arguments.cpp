#include "cli/build_arguments.h"

#include <system_error>
#include <utility>

#include "cli/choice.h"
#include "cli/command.h"

namespace oxbow::cli {

void PlaceArguments::add_to(CLI::App& command) {
  // Containers know no current directory, and runc takes no path that leads through a link.
  command
      .add_option_function<std::string>(
          "--cache",
          [this](const std::string& folder) {
            std::error_code error;
            const auto real = std::filesystem::weakly_canonical(folder, error);
            cache = error ? folder : real.string();
          },
          "the cache of layers")
      ->required();
  add_choice<sandbox::SandboxKind>(
      command, "--sandbox", kind, "what builds run in (default: runc if it is installed)",
      {{"runc", sandbox::SandboxKind::runc}, {"bwrap", sandbox::SandboxKind::bwrap}}, false);
}

void BuildArguments::add_to(CLI::App& command) {
  PlaceArguments::add_to(command);
  command.add_option("--timeout", seconds, "time limit of one build, in seconds")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command.add_option("--memory", with.limits.memory, "memory limit of one build (8G)")
      ->transform(CLI::AsSizeValue(false));
  command
      .add_option(
          "--disk", with.limits.disk,
          "disk limit of one build (8G); it is held in memory and counts towards that limit too")
      ->transform(CLI::AsSizeValue(false));
  command.add_option("--processes", with.limits.processes, "limit on the processes of one build")
      ->check(CLI::Range(8, 1'000'000))
      ->capture_default_str();
  command.add_option("--build-jobs", with.jobs, "parallel jobs within one build (opam's jobs)")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command.add_option("--config", configuration,
                     "the bot's configuration, for its [cache] and [fetch] (default: the user's)");
  command.add_flag("--rebuild-failed", with.rebuild_failed,
                   "build layers again that are in the cache as failures");
}

Result<sandbox::SandboxKind> PlaceArguments::sandbox_kind() const {
  return kind ? *kind : sandbox::find_sandbox();
}

Result<std::unique_ptr<sandbox::Sandbox>> PlaceArguments::sandbox() const {
  TRY_ASSIGN(const auto found, sandbox_kind());
  return sandbox::make_sandbox(found);
}

Result<BuildConfiguration> BuildArguments::read_configuration() const {
  if (configuration.empty()) return user_build_configuration();
  return bot_build_configuration(configuration);
}

layer::BuildSettings BuildArguments::settings(const BuildConfiguration& read) const {
  layer::BuildSettings settings = with;
  settings.limits.time = std::chrono::seconds(seconds);
  settings.fetch = read.fetch;
  return settings;
}

schedule::LocalRunner local_runner(const std::string& cache,
                                   std::optional<sandbox::SandboxKind> kind,
                                   const job::LayerSteps& steps, int interruption) {
  schedule::LocalRunner::Settings settings;
  settings.command = {own_program, "build-layer", "--json", "--cache", cache};
  if (kind) {
    settings.command.insert(settings.command.end(), {"--sandbox", std::string(name(*kind))});
  }
  settings.interruption = interruption;
  const auto input =
      [&steps](schedule::StepIndex step) -> std::expected<std::string, layer::LayerResult> {
    TRY_ASSIGN(const auto task, steps.task(step));
    return to_json(task);
  };
  return {input, std::move(settings)};
}

}  // namespace oxbow::cli
