#include "cli/arguments.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/file.h"
#include "cli/choice.h"
#include "cli/command.h"
#include "cli/configuration.h"

namespace oxbow::cli {
namespace {

namespace fs = std::filesystem;

// The top of the work tree that a folder lies in.
std::optional<fs::path> clone_around(fs::path folder) {
  std::error_code ignored;
  while (true) {
    if (fs::exists(folder / ".git", ignored)) return folder;
    if (!folder.has_relative_path()) return std::nullopt;
    folder = folder.parent_path();
  }
}

// oxbow.toml of the base's tree, or else the user's own.
Result<Configuration> find_configuration(const job::RepositoryTree& base) {
  constexpr std::size_t largest = std::size_t{1} << 20U;
  TRY_ASSIGN(const auto entries, base.source->list(base.tree));
  for (const repo::TreeEntry& entry : entries) {
    if (entry.name != "oxbow.toml" || entry.kind != repo::EntryKind::file) continue;
    TRY_ASSIGN(const auto text, base.source->read(entry.id, largest));
    return parse_configuration(text, "oxbow.toml of " + base.commit.substr(0, 10));
  }
  const auto user = user_configuration();
  if (!user) {
    return fail(
        "there is no oxbow.toml in the base nor in the configuration directory; write one, "
        "or name --repo and --compiler");
  }
  const auto text = read_file(*user, std::size_t{1} << 20U);
  if (!text) return std::unexpected(text.error());
  return parse_configuration(*text, user->string());
}

Result<job::PlanRequest> open_clone(job::RepositoryOpener& opener) {
  std::error_code error;
  const auto clone = clone_around(fs::current_path(error));
  if (!clone) {
    return fail(
        "this is not inside a git clone; name the repositories with --repo PATH#BASE..HEAD");
  }
  TRY_ASSIGN(auto change, opener.open_clone(*clone));
  TRY_ASSIGN(auto configuration, find_configuration(change.before));
  if (configuration.targets.empty()) {
    return fail("oxbow.toml has no [[target]]; add one, or name --repo and --compiler");
  }
  job::PlanRequest request;
  request.place = clone->string();
  request.change = std::move(change);
  request.targets = std::move(configuration.targets);
  for (const job::RepositorySpec& spec : configuration.repositories) {
    TRY_ASSIGN(auto tree, opener.open_state(spec));
    request.lower_places.push_back(spec.place);
    request.lower.push_back(std::move(tree));
  }
  return request;
}

}  // namespace

void StackArguments::add_repositories(CLI::App& command, bool required) {
  CLI::Option* const option = command.add_option(
      "--repo,-r", repositories,
      "a repository, PATH[#REVISION]: a git repository, a git URL or a plain directory; several in "
      "order of priority");
  if (required) option->required();
}

void StackArguments::add_targets(CLI::App& command, bool required) {
  CLI::Option* const compiler = command.add_option(
      "--compiler,-c", compilers, "the compiler package to solve and build for, NAME.VERSION");
  // What follows is not one more compiler: it may be a package to solve for.
  compiler->allow_extra_args(false);
  if (required) compiler->required();
  platform = std::string(default_platform);
  command.add_option("--platform,-p", platform, "DISTRIBUTION-VERSION-ARCH")->capture_default_str();
}

Result<std::vector<opam::Target>> StackArguments::targets() const {
  TRY_ASSIGN(const auto parsed, opam::parse_platform(platform));
  std::vector<opam::Target> targets;
  for (const std::string& compiler : compilers) {
    const auto id = opam::parse_package_id(compiler);
    if (!id) {
      return fail(fmt::format(
          "'{}' is not a compiler package; write NAME.VERSION, as in ocaml.5.3.0", compiler));
    }
    targets.push_back({*id, parsed});
  }
  return targets;
}

void ChangeArguments::add_to(CLI::App& command) {
  stack.add_repositories(command, false);
  stack.add_targets(command, false);
  add_choice<job::Scope>(command, "--scope", scope,
                         "the packages to solve for: those of the first repository, or of all",
                         {{"overlay", job::Scope::overlay}, {"stack", job::Scope::stack}}, true);
}

Result<job::PlanRequest> ChangeArguments::open(job::Progress& progress) const {
  job::RepositoryOpener opener(user_cache(), progress);
  if (stack.repositories.empty()) {
    auto request = open_clone(opener);
    if (request) request->scope = scope;
    return request;
  }
  TRY_ASSIGN(auto targets, stack.targets());
  if (targets.empty())
    return fail("--compiler NAME.VERSION is missing: name the compiler to plan for");
  job::PlanRequest request;
  request.targets = std::move(targets);
  request.scope = scope;
  for (const std::string& text : stack.repositories) {
    TRY_ASSIGN(const auto spec, job::parse_repository_spec(text));
    if (&text == &stack.repositories.front()) {
      TRY_ASSIGN(auto change, opener.open_change(spec));
      request.place = spec.place;
      request.change = std::move(change);
      continue;
    }
    TRY_ASSIGN(auto tree, opener.open_state(spec));
    request.lower_places.push_back(spec.place);
    request.lower.push_back(std::move(tree));
  }
  return request;
}

Result<std::vector<job::RepositoryTree>> open_states(const std::vector<std::string>& repositories,
                                                     job::Progress& progress) {
  job::RepositoryOpener opener(user_cache(), progress);
  std::vector<job::RepositoryTree> trees;
  for (const std::string& text : repositories) {
    TRY_ASSIGN(const auto spec, job::parse_repository_spec(text));
    TRY_ASSIGN(auto tree, opener.open_state(spec));
    trees.push_back(std::move(tree));
  }
  return trees;
}

std::size_t warn_of_left_out(const job::State& state, const job::StateLoader& loader,
                             std::span<const plan::Finding> told) {
  std::size_t left_out = 0;
  const auto warn = [&](const std::string& path, const std::string& rest) {
    if (std::ranges::find(told, path, &plan::Finding::path) != told.end()) return;
    report_warning(path + rest);
    ++left_out;
  };
  for (std::size_t i = 0; i < state.trees().size(); ++i) {
    for (const repo::Oddity& oddity : state.snapshot(i).oddities()) {
      warn(oddity.path, ": " + oddity.message);
    }
  }
  const repo::Stack& stack = state.stack();
  for (std::size_t i = 0; i < stack.packages.size(); ++i) {
    if (stack.packages[i].definition != nullptr) continue;
    const repo::Parsed& parsed = loader.parsed(stack.origins[i].entry->opam);
    const opam::PackageId& id = stack.packages[i].id;
    const opam::Position at = opam::position(parsed.source, parsed.error.offset);
    warn(fmt::format("packages/{}/{}/opam", id.name, id.to_string()),
         fmt::format(":{}:{}: {}", at.line, at.column, parsed.error.message));
  }
  return left_out;
}

void add_format(CLI::App& command, Format& format) {
  add_choice<Format>(
      command, "--format", format, "the format of the output",
      {{"text", Format::text}, {"markdown", Format::markdown}, {"json", Format::json}}, true);
  command.add_flag_callback(
      "--json", [&format] { format = Format::json; }, "the same as --format json");
}

report::Colour colour_of_output() {
  const bool colour = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  return colour ? report::Colour::yes : report::Colour::no;
}

}  // namespace oxbow::cli
