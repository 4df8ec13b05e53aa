#include "web/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/descriptor.h"

namespace oxbow::web {
namespace {

namespace fs = std::filesystem;

Descriptor open_log(const fs::path& layer) {
  const Descriptor folder(::open(layer.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) return Descriptor();
  return Descriptor(
      ::openat(folder.get(), "build.log", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
}

// The folder where the newest build of a layer that is not there yet writes.
fs::path newest_draft(const fs::path& platform, std::string_view key) {
  const std::string prefix = ".draft-" + std::string(key) + "-";
  fs::path newest;
  fs::file_time_type time{};
  std::error_code error;
  for (fs::directory_iterator at(platform, error), end; !error && at != end; at.increment(error)) {
    if (!at->path().filename().string().starts_with(prefix)) continue;
    std::error_code ignored;
    const auto written = at->last_write_time(ignored);
    if (newest.empty() || written > time) {
      newest = at->path();
      time = written;
    }
  }
  return newest;
}

}  // namespace

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= 200 && key.front() != '.' &&
         std::ranges::all_of(key, [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '+';
         });
}

std::optional<LogText> read_log(const fs::path& cache, std::string_view platform,
                                std::string_view key, std::optional<std::uint64_t> from,
                                std::uint64_t most) {
  if (cache.empty() || !is_key(platform) || !is_key(key)) return std::nullopt;
  const fs::path folder = cache / platform;
  LogText log;
  Descriptor file = open_log(folder / key);
  log.is_finished = static_cast<bool>(file);
  if (!file) {
    const fs::path draft = newest_draft(folder, key);
    if (!draft.empty()) file = open_log(draft);
  }
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  log.size = static_cast<std::uint64_t>(std::max<off_t>(0, status.st_size));
  log.begin = from ? std::min(*from, log.size) : log.size - std::min(log.size, most);
  log.text.resize(std::min(most, log.size - log.begin));
  std::size_t read = 0;
  while (read < log.text.size()) {
    const ssize_t got = ::pread(file.get(), log.text.data() + read, log.text.size() - read,
                                static_cast<off_t>(log.begin + read));
    if (got <= 0) break;
    read += static_cast<std::size_t>(got);
  }
  log.text.resize(read);
  return log;
}

}  // namespace oxbow::web
