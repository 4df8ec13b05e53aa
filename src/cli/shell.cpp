#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "base/file.h"
#include "cache/layout.h"
#include "cli/build_arguments.h"
#include "cli/command.h"
#include "cli/configuration.h"
#include "layer/builder.h"
#include "sandbox/mounts.h"

namespace oxbow::cli {
namespace {

struct ShellArguments {
  BuildArguments build;
  std::string platform{default_platform};
  std::string package;
};

// The layer that the argument means: a key or its beginning, or the last failure of a package.
Result<std::string> find_failed(const cache::LayerStore& store, const std::string& wanted) {
  const auto keys = store.keys();
  if (!keys) return std::unexpected(keys.error());
  std::string found;
  double created = -1;
  for (const std::string& key : *keys) {
    const auto record = store.find(key);
    if (!record || !*record) continue;
    const opam::PackageId& package = (*record)->package;
    const bool by_package = wanted == package.name || wanted == package.to_string();
    if (!by_package && !key.starts_with(wanted)) continue;
    if (by_package && (*record)->outcome == verdict::Outcome::success) continue;
    if (!by_package && created >= 0) return fail("several layers' keys begin with " + wanted);
    if ((*record)->created <= created) continue;
    found = key;
    created = (*record)->created;
  }
  if (found.empty()) {
    return fail("the cache has no failed layer of '" + wanted + "', and no layer with that key");
  }
  return found;
}

ExitCode run(const ShellArguments& arguments) {
  const cache::LayerStore store(arguments.build.cache, arguments.platform);
  const auto key = find_failed(store, arguments.package);
  if (!key) return report_error(key.error().message);
  const auto text = read_file(store.path(*key) / cache::recipe_file);
  if (!text) {
    return report_error(text.error().message + "; run 'oxbow check --rebuild-failed' first");
  }
  const auto spec = layer::parse_recipe(*text);
  if (!spec) return report_error(store.path(*key).string() + ": " + spec.error().message);
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
    return report_error("a shell needs a terminal as its input and output; run it in one");
  }
  if (const auto own = sandbox::own_mounts(); !own) return report_error(own.error().message);
  const auto sandbox = arguments.build.sandbox();
  if (!sandbox) return report_error(sandbox.error().message);
  const auto read = arguments.build.read_configuration();
  if (!read) return report_error(read.error().message);
  // Ctrl-C is the shell's.
  std::signal(SIGINT, SIG_IGN);
  const fetch::SourceCache sources(arguments.build.cache);
  const auto status =
      layer::LayerBuilder(store, sources, **sandbox, arguments.build.settings(*read), {})
          .shell(*spec);
  if (!status) return report_error(status.error().message);
  return ExitCode::done;
}

}  // namespace

Command add_shell(CLI::App& program) {
  auto arguments = std::make_shared<ShellArguments>();
  CLI::App* const command =
      program.add_subcommand("shell", "open a shell in the sandbox of a failed build");
  arguments->build.add_to(*command);
  command->add_option("--platform", arguments->platform, "the platform it was built on")
      ->capture_default_str();
  command
      ->add_option("package", arguments->package,
                   "NAME or NAME.VERSION (of what failed last), or the key of a layer")
      ->required();
  command->footer(
      "Builds the package again in the sandbox that it failed in, with the same limits, and then\n"
      "starts a shell in the folder where it was built. Nothing of it is kept.\n\n"
      "Example:\n"
      "  oxbow shell --cache /var/cache/oxbow base64.3.5.1+ox");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace oxbow::cli
