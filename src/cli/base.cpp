#include <fmt/chrono.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/json_writer.h"
#include "base/untrusted.h"
#include "cache/base_layer.h"
#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/terminal_progress.h"
#include "opam/target.h"

namespace oxbow::cli {
namespace {

namespace fs = std::filesystem;

struct BaseArguments {
  std::string cache;
  std::string platform{default_platform};
  std::vector<std::string> packages;
  std::string suite;
  std::string command;
  bool replace = false;
  bool json = false;
};

Result<cache::BaseLayer> base_of(const BaseArguments& arguments) {
  TRY_ASSIGN(const auto platform, opam::parse_platform(arguments.platform));
  if (arguments.platform.find('/') != std::string::npos || arguments.platform.front() == '.') {
    return fail(fmt::format("'{}' cannot be a folder of the cache", arguments.platform));
  }
  std::error_code error;
  const fs::path cache = fs::absolute(arguments.cache, error);
  if (error) return fail(fmt::format("'{}' is not a folder", arguments.cache));
  return cache::BaseLayer(cache, arguments.platform);
}

Result<cache::BaseOrigin> origin_of(const BaseArguments& arguments) {
  if (arguments.command.empty() && arguments.packages.empty() && arguments.suite.empty()) {
    TRY_ASSIGN(const auto configuration, user_build_configuration());
    if (!configuration.base_command.empty()) {
      return cache::BaseOrigin{{}, {}, configuration.base_command};
    }
  }
  if (arguments.command.empty()) {
    return cache::base_origin(arguments.platform, arguments.suite, arguments.packages);
  }
  if (arguments.packages.empty() && arguments.suite.empty()) {
    return cache::BaseOrigin{{}, {}, arguments.command};
  }
  return fail("--package and --suite are for mmdebstrap; leave them out beside --command");
}

ExitCode create(const BaseArguments& arguments) {
  const auto base = base_of(arguments);
  if (!base) return report_error(base.error().message);
  const auto origin = origin_of(arguments);
  if (!origin) return report_error(origin.error().message);
  TerminalProgress progress;
  progress.at("making the base layer, which takes half a minute or more", 0, 0);
  using IfThere = cache::BaseLayer::IfThere;
  const auto record = base->create(*origin, arguments.replace ? IfThere::replace : IfThere::fail);
  progress.clear();
  if (!record) return report_error(record.error().message);
  print(fmt::format("made {} with opam {}\n", printable(base->fs().string()),
                    printable(record->opam)));
  return ExitCode::done;
}

// The record with two members more: where the root file system is, and its size.
std::string shown_json(const cache::BaseRecord& record, const fs::path& root) {
  PlainJson json(JsonText::as_it_is);
  json.open();
  if (const auto read = JsonDocument::parse(cache::to_json(record), "the record")) {
    json.members(read->top());
  }
  json.field("path", valid_utf8(root.string()));
  json.field("bytes", cache::tree_bytes(root));
  json.close();
  return json.text() + "\n";
}

std::string shown_text(const cache::BaseRecord& record, const fs::path& root) {
  const cache::BaseOrigin& origin = record.origin;
  std::string text = fmt::format(
      "{}\n  path     {}\n  size     {} MB\n  created  {:%Y-%m-%d %H:%M:%S} UTC\n",
      printable(record.platform), printable(root.string()), cache::tree_bytes(root) / 1'000'000,
      fmt::gmtime(static_cast<std::time_t>(record.created)));
  if (!origin.command.empty()) {
    text += fmt::format("  command  {}\n", printable(origin.command));
  } else {
    text += fmt::format("  suite    {}\n", printable(origin.suite));
  }
  if (!origin.packages.empty()) {
    text += fmt::format("  packages {}\n",
                        printable(fmt::format("{}", fmt::join(origin.packages, ", "))));
  }
  return text + fmt::format("  opam     {}\n", printable(record.opam));
}

ExitCode show(const BaseArguments& arguments) {
  const auto base = base_of(arguments);
  if (!base) return report_error(base.error().message);
  const auto record = base->find();
  if (!record) return report_error(record.error().message);
  if (!*record) {
    return report_error(fmt::format("{} has no base in {}; 'oxbow base create' makes it",
                                    arguments.platform, arguments.cache));
  }
  print(arguments.json ? shown_json(**record, base->fs()) : shown_text(**record, base->fs()));
  return ExitCode::done;
}

void add_place(CLI::App& command, BaseArguments& arguments) {
  command.add_option("--cache", arguments.cache, "the cache of layers")->required();
  command.add_option("--platform,-p", arguments.platform, "DISTRIBUTION-VERSION-ARCH")
      ->capture_default_str();
}

}  // namespace

Command add_base(CLI::App& program) {
  auto arguments = std::make_shared<BaseArguments>();
  CLI::App* const command = program.add_subcommand(
      "base", "make or show the base that all layers of a platform stand on");
  command->require_subcommand(1);
  CLI::App* const creation = command->add_subcommand(
      "create", "make it with mmdebstrap, or with a command of your own; needs root");
  add_place(*creation, *arguments);
  creation
      ->add_option("--package", arguments->packages,
                   "an additional Debian package to install in it")
      ->allow_extra_args(false);
  creation->add_option("--suite", arguments->suite,
                       "the Debian suite, where the platform does not imply it");
  creation->add_option("--command", arguments->command,
                       "a shell command that makes the root file system, with opam in it, in the "
                       "folder $OXBOW_DESTINATION, instead of mmdebstrap");
  creation->add_flag("--replace", arguments->replace,
                     "replace an existing base; only while nothing is being built");
  creation->footer(
      "Example:\n"
      "  oxbow base create --cache /var/cache/oxbow --package ocaml-nox\n"
      "  oxbow base create --cache /var/cache/oxbow --platform fedora-40-x86_64 \\\n"
      "    --command 'tar -C \"$OXBOW_DESTINATION\" -xf fedora-with-opam.tar'");
  CLI::App* const showing = command->add_subcommand("show", "show the base, and how it was made");
  add_place(*showing, *arguments);
  showing->add_flag("--json", arguments->json, "as a JSON object");
  showing->footer("Example:\n  oxbow base show --cache /var/cache/oxbow");
  return {command, [arguments, creation] {
            return creation->parsed() ? create(*arguments) : show(*arguments);
          }};
}

}  // namespace oxbow::cli
