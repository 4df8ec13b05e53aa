#include "cli/configuration.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <utility>

#include "base/file.h"
#include "base/toml.h"

namespace oxbow::cli {
namespace {

namespace fs = std::filesystem;

// What an oxbow.toml may have at its top.
Result<TomlTable> parse_top(std::string_view text, const std::string& where) {
  TRY_ASSIGN(auto top, TomlTable::parse(text, where));
  top.only_known({"version", "repository", "target", "cache", "fetch", "base"});
  check_version(top);
  return top;
}

job::RepositorySpec read_repository(const TomlTable& table) {
  table.only_known({"place", "revision"});
  job::RepositorySpec spec;
  spec.place = table.text("place", TomlTable::Need::required).value_or("");
  spec.revision = table.text("revision").value_or("");
  return spec;
}

}  // namespace

void check_version(const TomlTable& top) {
  constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
  if (top.integer("version", -any, any) != 1) top.fail_at("version", "version must be 1");
}

std::optional<opam::Target> read_target(const TomlTable& table) {
  table.only_known({"compiler", "platform"});
  const std::string compiler = table.text("compiler", TomlTable::Need::required).value_or("");
  const auto id = opam::parse_package_id(compiler);
  if (!id) {
    table.fail_at("compiler", fmt::format("'{}' is not a compiler; write NAME.VERSION", compiler));
  }
  const auto platform =
      opam::parse_platform(table.text("platform").value_or(std::string(default_platform)));
  if (!platform) table.fail_at("platform", platform.error().message);
  if (!id || !platform) return std::nullopt;
  return opam::Target{*id, *platform};
}

BuildConfiguration read_build(const TomlTable& top) {
  BuildConfiguration build;
  if (const auto cache = top.table("cache")) {
    cache->only_known({"key"});
    const std::string key = cache->text("key").value_or("build-id");
    if (key == "day10") build.keys = job::KeyKind::day10;
    if (key != "day10" && key != "build-id") cache->fail_at("key", "'key' is build-id or day10");
  }
  if (const auto fetch = top.table("fetch")) {
    fetch->only_known({"private_addresses", "local_files", "mirrors"});
    build.fetch.policy.private_addresses = fetch->flag("private_addresses").value_or(false);
    build.fetch.policy.local_files = fetch->flag("local_files").value_or(false);
    build.fetch.mirrors = fetch->texts("mirrors");
  }
  if (const auto base = top.table("base")) {
    base->only_known({"command"});
    build.base_command = base->text("command", TomlTable::Need::required).value_or("");
  }
  return build;
}

Result<Configuration> parse_configuration(std::string_view text, const std::string& where) {
  TRY_ASSIGN(const auto top, parse_top(text, where));
  Configuration configuration;
  for (const TomlTable& table : top.tables("repository")) {
    configuration.repositories.push_back(read_repository(table));
  }
  for (const TomlTable& table : top.tables("target")) {
    if (const auto target = read_target(table)) configuration.targets.push_back(*target);
  }
  if (top.error()) return std::unexpected(*top.error());
  return configuration;
}

Result<BuildConfiguration> parse_build_configuration(std::string_view text,
                                                     const std::string& where) {
  TRY_ASSIGN(const auto top, parse_top(text, where));
  BuildConfiguration build = read_build(top);
  if (top.error()) return std::unexpected(*top.error());
  return build;
}

namespace {

std::optional<fs::path> user_folder(const char* variable, std::string_view in_home) {
  if (const char* const set = std::getenv(variable); set != nullptr && *set == '/') return set;
  const char* const home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return std::nullopt;
  return fs::path(home) / in_home;
}

}  // namespace

std::optional<fs::path> user_configuration() {
  const auto folder = user_folder("XDG_CONFIG_HOME", ".config");
  if (!folder) return std::nullopt;
  fs::path file = *folder / "oxbow" / "oxbow.toml";
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return std::nullopt;
  return file;
}

fs::path user_cache() {
  std::error_code ignored;
  const auto folder = user_folder("XDG_CACHE_HOME", ".cache");
  return folder ? *folder / "oxbow" : fs::temp_directory_path(ignored) / "oxbow";
}

Result<BuildConfiguration> bot_build_configuration(const fs::path& file) {
  const auto text = read_file(file, std::size_t{1} << 20U);
  if (!text) return std::unexpected(text.error());
  TRY_ASSIGN(const auto top, TomlTable::parse(*text, file.string()));
  BuildConfiguration build = read_build(top);
  if (top.error()) return std::unexpected(*top.error());
  return build;
}

Result<BuildConfiguration> user_build_configuration() {
  const auto file = user_configuration();
  if (!file) return BuildConfiguration{};
  const auto text = read_file(*file, std::size_t{1} << 20U);
  if (!text) return std::unexpected(text.error());
  return parse_build_configuration(*text, file->string());
}

}  // namespace oxbow::cli
