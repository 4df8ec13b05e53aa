#include "webhook/configuration.h"

#include <sys/stat.h>

#include "base/file.h"
#include "base/toml.h"

namespace oxbow::webhook {
namespace {

Result<std::string> read_secret(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0) {
    return fail(file + ": everybody may read this secret; chmod o= it");
  }
  auto text = read_file(file, std::size_t{1} << 16U);
  if (!text) return text;
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (text->empty()) return fail(file + ": the secret is empty");
  return text;
}

}  // namespace

Result<Configuration> read_configuration(const std::filesystem::path& file,
                                         const char* secret_of_environment) {
  const auto text = read_file(file, std::size_t{1} << 20U);
  if (!text) return std::unexpected(text.error());
  TRY_ASSIGN(const auto top, TomlTable::parse(*text, file.string()));
  Configuration configuration;
  if (const auto store = top.table("store")) {
    store->only_known({"file"});
    configuration.store = store->text("file", TomlTable::Need::required).value_or("");
  } else {
    top.fail_at("store", "[store] with its 'file' is missing");
  }
  std::vector<std::string> secret_files;
  if (const auto webhook = top.table("webhook")) {
    webhook->only_known({"listen", "secret_files", "max_body_mib"});
    configuration.listen = webhook->text("listen").value_or(configuration.listen);
    secret_files = webhook->texts("secret_files");
    configuration.most_bytes =
        static_cast<std::size_t>(webhook->integer("max_body_mib", 1, 25).value_or(25)) << 20U;
  }
  if (top.error()) return std::unexpected(*top.error());
  for (const std::string& secret_file : secret_files) {
    TRY_ASSIGN(auto secret, read_secret(secret_file));
    configuration.secrets.push_back(std::move(secret));
  }
  if (secret_of_environment != nullptr && *secret_of_environment != '\0') {
    configuration.secrets.emplace_back(secret_of_environment);
  }
  if (configuration.secrets.empty()) {
    return fail(file.string() +
                ": there is no webhook secret; name a file in secret_files of [webhook], or set "
                "OXBOW_WEBHOOK_SECRET");
  }
  return configuration;
}

}  // namespace oxbow::webhook
