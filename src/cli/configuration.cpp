#include "cli/configuration.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <cstdlib>
#include <utility>

#include "base/file.h"

namespace oxbow::cli {
namespace {

namespace fs = std::filesystem;

// Reads the tables of a configuration; the first error stays.
class ConfigurationReader {
 public:
  explicit ConfigurationReader(std::string where) : where_(std::move(where)) {}

  Result<Configuration> read(const toml::table& table) {
    check_top(table);
    each(table, "repository", [&](const toml::table& entry) { read_repository(entry); });
    each(table, "target", [&](const toml::table& entry) { read_target(entry); });
    if (!error_.empty()) return fail(error_);
    return std::move(configuration_);
  }

  Result<BuildConfiguration> read_build(const toml::table& table) {
    check_top(table);
    BuildConfiguration build;
    if (const toml::table* const cache = section(table, "cache")) {
      only_known(*cache, {"key"});
      const std::string key = text(*cache, "key", false).value_or("build-id");
      if (key == "day10") build.keys = job::KeyKind::day10;
      if (key != "day10" && key != "build-id") fail_at(*cache, "'key' is build-id or day10");
    }
    if (const toml::table* const fetch = section(table, "fetch")) {
      only_known(*fetch, {"private_addresses", "local_files", "mirrors"});
      build.fetch.policy.private_addresses = flag(*fetch, "private_addresses");
      build.fetch.policy.local_files = flag(*fetch, "local_files");
      build.fetch.mirrors = texts(*fetch, "mirrors");
    }
    if (const toml::table* const base = section(table, "base")) {
      only_known(*base, {"command"});
      build.base_command = text(*base, "command", true).value_or("");
    }
    if (!error_.empty()) return fail(error_);
    return build;
  }

 private:
  void check_top(const toml::table& table) {
    only_known(table, {"version", "repository", "target", "cache", "fetch", "base"});
    const toml::node* const version = table.get("version");
    if (version == nullptr || version->value<std::int64_t>() != 1) {
      fail_at(version == nullptr ? table : *version, "version must be 1");
    }
  }

  const toml::table* section(const toml::table& table, std::string_view key) {
    const toml::node* const node = table.get(key);
    if (node == nullptr) return nullptr;
    if (node->as_table() == nullptr) fail_at(*node, fmt::format("write [{}]", key));
    return node->as_table();
  }

  bool flag(const toml::table& table, std::string_view key) {
    const toml::node* const node = table.get(key);
    if (node == nullptr) return false;
    const auto value = node->value_exact<bool>();
    if (!value) fail_at(*node, fmt::format("'{}' must be true or false", key));
    return value.value_or(false);
  }

  std::vector<std::string> texts(const toml::table& table, std::string_view key) {
    std::vector<std::string> all;
    const toml::node* const node = table.get(key);
    if (node == nullptr) return all;
    const toml::array* const array = node->as_array();
    if (array == nullptr || !array->is_homogeneous<std::string>()) {
      if (array == nullptr || !array->empty()) {
        fail_at(*node, fmt::format("'{}' must be a list of texts", key));
      }
      return all;
    }
    for (const toml::node& element : *array) all.push_back(*element.value<std::string>());
    return all;
  }

  void fail_at(const toml::node& node, std::string_view message) {
    if (!error_.empty()) return;
    error_ = fmt::format("{}:{}: {}", where_, node.source().begin.line, message);
  }

  void only_known(const toml::table& table, std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : table) {
      if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
        fail_at(value, fmt::format("there is no setting '{}' here", key.str()));
      }
    }
  }

  template <typename Read>
  void each(const toml::table& table, std::string_view key, const Read& read) {
    const toml::node* const node = table.get(key);
    if (node == nullptr) return;
    const toml::array* const array = node->as_array();
    if (array == nullptr) return fail_at(*node, fmt::format("write [[{}]]", key));
    for (const toml::node& element : *array) {
      if (const toml::table* const entry = element.as_table()) {
        read(*entry);
      } else {
        fail_at(element, fmt::format("write [[{}]]", key));
      }
    }
  }

  std::optional<std::string> text(const toml::table& table, std::string_view key, bool required) {
    const toml::node* const node = table.get(key);
    if (node == nullptr) {
      if (required) fail_at(table, fmt::format("'{}' is missing", key));
      return std::nullopt;
    }
    auto value = node->value<std::string>();
    if (!value || value->empty()) fail_at(*node, fmt::format("'{}' must be a text", key));
    return value;
  }

  void read_repository(const toml::table& table) {
    only_known(table, {"place", "revision"});
    job::RepositorySpec spec;
    spec.place = text(table, "place", true).value_or("");
    spec.revision = text(table, "revision", false).value_or("");
    configuration_.repositories.push_back(std::move(spec));
  }

  void read_target(const toml::table& table) {
    only_known(table, {"compiler", "platform"});
    const std::string compiler = text(table, "compiler", true).value_or("");
    const auto id = opam::parse_package_id(compiler);
    if (!id) fail_at(table, fmt::format("'{}' is no compiler; write NAME.VERSION", compiler));
    const auto platform = solve::parse_platform(
        text(table, "platform", false).value_or(std::string(default_platform)));
    if (!platform) fail_at(table, platform.error().message);
    if (id && platform) configuration_.targets.push_back({*id, *platform});
  }

  std::string where_;
  Configuration configuration_;
  std::string error_;
};

std::optional<fs::path> user_folder(const char* variable, std::string_view in_home) {
  if (const char* const set = std::getenv(variable); set != nullptr && *set == '/') return set;
  const char* const home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return std::nullopt;
  return fs::path(home) / in_home;
}

template <typename T>
Result<T> parse(std::string_view text, const std::string& where,
                Result<T> (ConfigurationReader::*read)(const toml::table&)) {
  try {
    return (ConfigurationReader(where).*read)(toml::parse(text, where));
  } catch (const toml::parse_error& error) {
    return fail(fmt::format("{}:{}: {}", where, error.source().begin.line, error.description()));
  }
}

}  // namespace

Result<Configuration> parse_configuration(std::string_view text, const std::string& where) {
  return parse(text, where, &ConfigurationReader::read);
}

Result<BuildConfiguration> parse_build_configuration(std::string_view text,
                                                     const std::string& where) {
  return parse(text, where, &ConfigurationReader::read_build);
}

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

Result<BuildConfiguration> user_build_configuration() {
  const auto file = user_configuration();
  if (!file) return BuildConfiguration{};
  const auto text = read_file(*file, std::size_t{1} << 20U);
  if (!text) return std::unexpected(text.error());
  return parse_build_configuration(*text, file->string());
}

}  // namespace oxbow::cli
