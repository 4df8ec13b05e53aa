#include "cli/bot_configuration.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/file.h"
#include "base/toml.h"
#include "cli/configuration.h"
#include "cli/quantity.h"

namespace oxbow::cli {
namespace {

namespace fs = std::filesystem;
using Need = TomlTable::Need;

bool is_repository_name(std::string_view name) {
  const std::size_t slash = name.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < name.size() &&
         name.find('/', slash + 1) == std::string_view::npos &&
         std::ranges::all_of(name, [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '/';
         });
}

// "https://HOST[:PORT]", or http to this machine.
bool is_server(std::string_view address) {
  const bool is_local =
      address.starts_with("http://127.0.0.1:") || address.starts_with("http://localhost:");
  if (!address.starts_with("https://") && !is_local) return false;
  return address.find('/', address.find("://") + 3) == std::string_view::npos;
}

bot::TestedRepository read_tested(const TomlTable& table) {
  table.only_known({"name", "place", "branches", "trusted", "below", "target"});
  bot::TestedRepository repository;
  repository.name = table.text("name", Need::required).value_or("");
  if (!is_repository_name(repository.name)) {
    table.fail_at("name", fmt::format("'{}' is not OWNER/NAME", repository.name));
  }
  repository.place = table.text("place").value_or("https://github.com/" + repository.name + ".git");
  repository.branches = table.texts("branches");
  if (repository.branches.empty()) table.fail_at("branches", "'branches' names no branch");
  repository.trusted = table.texts("trusted");
  for (const TomlTable& below : table.tables("below")) {
    below.only_known({"place", "revision"});
    job::RepositorySpec spec;
    spec.place = below.text("place", Need::required).value_or("");
    spec.revision = below.text("revision").value_or("");
    repository.below.push_back(std::move(spec));
  }
  for (const TomlTable& target : table.tables("target")) {
    if (const auto read = read_target(target)) repository.targets.push_back(*read);
  }
  if (repository.targets.empty()) {
    table.fail_at("target", "there is no [[repository.target]] to solve for");
  }
  return repository;
}

// Reads the tables one by one; the first error stays in them.
class Reader {
 public:
  Reader(const TomlTable& top, BotConfiguration& configuration)
      : top_(top), configuration_(configuration), settings_(configuration.settings) {}

  void read() {
    top_.only_known({"version", "store", "webhook", "pages", "github", "worker", "repository",
                     "cache", "fetch", "base"});
    check_version(top_);
    const auto store = needed("store");
    if (store) configuration_.store = store->text("file", Need::required).value_or("");
    if (const auto pages = top_.table("pages")) read_pages(*pages);
    if (const auto github = needed("github")) read_github(*github);
    if (const auto worker = needed("worker")) read_worker(*worker);
    for (const TomlTable& table : top_.tables("repository")) {
      settings_.policy.repositories.push_back(read_tested(table));
    }
    if (settings_.policy.repositories.empty()) {
      top_.fail_at("repository", "there is no [[repository]] to test");
    }
    BuildConfiguration build = read_build(top_);
    settings_.keys = build.keys;
    settings_.build.fetch = std::move(build.fetch);
  }

  const std::optional<std::string>& key_file() const { return key_file_; }

 private:
  std::optional<TomlTable> needed(const char* name) {
    auto table = top_.table(name);
    if (!table) top_.fail_at(name, fmt::format("[{}] is missing", name));
    return table;
  }

  void read_pages(const TomlTable& pages) {
    pages.only_known({"listen", "url"});
    configuration_.pages_listen = pages.text("listen").value_or(configuration_.pages_listen);
    settings_.pages = pages.text("url").value_or("");
    while (settings_.pages.ends_with('/')) settings_.pages.pop_back();
  }

  void read_github(const TomlTable& github) {
    github.only_known({"api", "web", "app", "key_file", "login", "name", "dry_run",
                       "write_interval_ms", "settling_ms"});
    configuration_.api = github.text("api").value_or(configuration_.api);
    configuration_.web = github.text("web").value_or(configuration_.web);
    if (!is_server(configuration_.api)) {
      github.fail_at("api", fmt::format("'{}' is not https://HOST", configuration_.api));
    }
    configuration_.app = github.text("app").value_or("");
    key_file_ = github.text("key_file");
    settings_.policy.app_login = github.text("login").value_or("");
    settings_.prefix = github.text("name").value_or(settings_.prefix);
    configuration_.dry_run = github.flag("dry_run").value_or(false);
    if (const auto apart = github.integer("write_interval_ms", 0, 60'000)) {
      settings_.between_writes = std::chrono::milliseconds(*apart);
    }
    if (const auto settling = github.integer("settling_ms", 0, 60'000)) {
      settings_.settling = std::chrono::milliseconds(*settling);
    }
  }

  void read_worker(const TomlTable& worker) {
    worker.only_known({"cache", "mirrors", "build", "jobs", "sandbox", "step_timeout",
                       "step_memory", "step_disk", "step_processes", "step_jobs", "step_log",
                       "lease_seconds"});
    settings_.cache = worker.text("cache").value_or("");
    settings_.mirrors = worker.text("mirrors", Need::required).value_or("");
    settings_.policy.build = worker.flag("build").value_or(true);
    if (settings_.policy.build && settings_.cache.empty()) {
      worker.fail_at("cache", "'cache' is missing; name a folder, or set build = false");
    }
    settings_.jobs = static_cast<std::size_t>(worker.integer("jobs", 1, 1024).value_or(1));
    read_limits(worker);
    settings_.lease = std::chrono::seconds(worker.integer("lease_seconds", 2, 3600).value_or(60));
    if (const auto sandbox = worker.text("sandbox")) {
      if (*sandbox == "runc") configuration_.sandbox = sandbox::SandboxKind::runc;
      if (*sandbox == "bwrap") configuration_.sandbox = sandbox::SandboxKind::bwrap;
      if (!configuration_.sandbox) worker.fail_at("sandbox", "'sandbox' is runc or bwrap");
    }
  }

  // What one build may use.
  void read_limits(const TomlTable& worker) {
    sandbox::Limits& limits = settings_.build.limits;
    limits.time = std::chrono::seconds(
        worker.integer("step_timeout", 1, 1'000'000).value_or(limits.time.count()));
    limits.memory = read_size(worker, "step_memory").value_or(limits.memory);
    limits.disk = read_size(worker, "step_disk").value_or(limits.disk);
    limits.processes = static_cast<std::uint32_t>(
        worker.integer("step_processes", 8, 1'000'000).value_or(limits.processes));
    limits.log = read_size(worker, "step_log").value_or(limits.log);
    settings_.build.jobs =
        static_cast<unsigned>(worker.integer("step_jobs", 1, 1024).value_or(settings_.build.jobs));
  }

  static std::optional<std::uint64_t> read_size(const TomlTable& table, const char* key) {
    const auto text = table.text(key);
    if (!text) return std::nullopt;
    const auto size = parse_size(*text);
    if (size && *size > 0) return *size;
    table.fail_at(key, fmt::format("'{}' must be a size, as in \"8G\" (K, M, G or T)", key));
    return std::nullopt;
  }

  const TomlTable& top_;
  BotConfiguration& configuration_;
  bot::BotSettings& settings_;
  std::optional<std::string> key_file_;
};

Result<std::string> read_key(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0) {
    return fail(file + ": everybody may read this key; chmod o= it");
  }
  return read_file(file, std::size_t{1} << 20U);
}

}  // namespace

Result<BotConfiguration> read_bot_configuration(const fs::path& file, KeyUse use,
                                                const char* key_of_environment) {
  const auto text = read_file(file, std::size_t{1} << 20U);
  if (!text) return std::unexpected(text.error());
  TRY_ASSIGN(const auto top, TomlTable::parse(*text, file.string()));
  BotConfiguration configuration;
  Reader reader(top, configuration);
  reader.read();
  if (top.error()) return std::unexpected(*top.error());
  if (use == KeyUse::not_needed) return configuration;
  if (key_of_environment != nullptr && *key_of_environment != '\0') {
    configuration.key = key_of_environment;
    configuration.key_place = "OXBOW_GITHUB_KEY";
  } else if (reader.key_file()) {
    TRY_ASSIGN(auto key, read_key(*reader.key_file()));
    configuration.key = std::move(key);
    configuration.key_place = *reader.key_file();
  }
  const bool is_app = !configuration.key.empty() && !configuration.app.empty();
  if (!is_app && !configuration.dry_run) {
    return fail(file.string() +
                ": 'app' and 'key_file' of [github] are missing; make an app with `oxbow setup`, "
                "or try it with dry_run = true");
  }
  return configuration;
}

}  // namespace oxbow::cli
