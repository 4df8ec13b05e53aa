#include "cli/build_arguments.h"

#include <map>
#include <system_error>
#include <utility>

namespace oxbow::cli {
namespace {

const std::map<std::string, sandbox::SandboxKind> kinds = {{"runc", sandbox::SandboxKind::runc},
                                                           {"bwrap", sandbox::SandboxKind::bwrap}};

}  // namespace

void BuildArguments::add_to(CLI::App& command) {
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
  command.add_option("--sandbox", kind, "runc or bwrap (default: runc if it is installed)")
      ->transform(CLI::CheckedTransformer(kinds));
  command.add_option("--timeout", seconds, "seconds that one build may take")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command.add_option("--memory", with.limits.memory, "bytes that one build may use (8G)")
      ->transform(CLI::AsSizeValue(false));
  command
      .add_option("--disk", with.limits.disk,
                  "bytes that one build may write (8G); they lie in memory and count there, too")
      ->transform(CLI::AsSizeValue(false));
  command.add_option("--processes", with.limits.processes, "processes that one build may have")
      ->check(CLI::Range(8, 1'000'000))
      ->capture_default_str();
  command.add_option("--build-jobs", with.jobs, "that one build may run at once")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command.add_option("--config", configuration,
                     "the bot's configuration, for its [cache] and [fetch] (default: the user's)");
  command.add_flag("--rebuild-failed", with.rebuild_failed,
                   "build a layer again that is in the cache as a failure");
}

Result<sandbox::SandboxKind> BuildArguments::sandbox_kind() const {
  return kind ? *kind : sandbox::find_sandbox();
}

Result<std::unique_ptr<sandbox::Sandbox>> BuildArguments::sandbox() const {
  TRY_ASSIGN(const auto found, sandbox_kind());
  return sandbox::make_sandbox(found);
}

Result<layer::BuildSettings> BuildArguments::settings() const {
  layer::BuildSettings settings = with;
  settings.limits.time = std::chrono::seconds(seconds);
  TRY_ASSIGN(auto read, read_configuration());
  settings.fetch = std::move(read.fetch);
  return settings;
}

Result<BuildConfiguration> BuildArguments::read_configuration() const {
  if (configuration.empty()) return user_build_configuration();
  return bot_build_configuration(configuration);
}

Result<job::KeyKind> BuildArguments::keys() const {
  TRY_ASSIGN(const auto read, read_configuration());
  return read.keys;
}

std::vector<std::string> BuildArguments::for_build_layer() const {
  std::vector<std::string> arguments = {"--cache", cache};
  const auto add = [&](const char* option, const std::string& value) {
    arguments.insert(arguments.end(), {option, value});
  };
  if (kind) add("--sandbox", std::string(name(*kind)));
  add("--timeout", std::to_string(seconds));
  add("--memory", std::to_string(with.limits.memory));
  add("--disk", std::to_string(with.limits.disk));
  add("--processes", std::to_string(with.limits.processes));
  add("--build-jobs", std::to_string(with.jobs));
  if (!configuration.empty()) add("--config", configuration);
  if (with.rebuild_failed) arguments.emplace_back("--rebuild-failed");
  return arguments;
}

schedule::LocalRunner::Input input_of(const job::LayerSteps& steps) {
  return [&steps](schedule::StepIndex step) -> std::expected<std::string, layer::LayerResult> {
    TRY_ASSIGN(const auto recipe, steps.recipe(step));
    return to_json(recipe);
  };
}

}  // namespace oxbow::cli
