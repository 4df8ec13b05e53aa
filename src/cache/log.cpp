#include "cache/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>

#include "base/file.h"
#include "cache/key.h"
#include "cache/layout.h"

namespace oxbow::cache {
namespace {

namespace fs = std::filesystem;

// A regular file in a folder, or none.
Descriptor open_inside(const Descriptor& folder, const char* name) {
  Descriptor file(::openat(folder.get(), name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  const bool is_file = file && ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode);
  return is_file ? std::move(file) : Descriptor();
}

fs::path newest_draft(const fs::path& platform, std::string_view key) {
  fs::path newest;
  fs::file_time_type time{};
  std::error_code error;
  for (fs::directory_iterator at(platform, error), end; !error && at != end; at.increment(error)) {
    if (key_of_draft(at->path().filename().string()) != key) continue;
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

std::string build_name(const LayerRecord& record) {
  constexpr double microseconds = 1e6;
  return std::to_string(std::llround(record.created * microseconds));
}

// Record and log are taken from one folder, which is of one build: a layer that is built again is
// another folder.
std::optional<LayerLog> LayerLog::open(const fs::path& folder, bool is_finished) {
  const Descriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened) return std::nullopt;
  Descriptor log = open_inside(opened, log_file);
  if (!log) return std::nullopt;
  std::string build;
  if (is_finished) {
    const auto record =
        parse_layer_record(read_part(open_inside(opened, record_file), 0, longest_record));
    if (record) build = build_name(*record);
  }
  return LayerLog(std::move(log), is_finished, std::move(build));
}

std::optional<LayerLog> LayerLog::of_layer(const LayerStore& store, std::string_view key) {
  if (!is_layer_key(key)) return std::nullopt;
  return open(store.path(key), true);
}

std::optional<LayerLog> LayerLog::of_layer_or_draft(const LayerStore& store, std::string_view key) {
  if (auto log = of_layer(store, key)) return log;
  const fs::path draft = is_layer_key(key) ? newest_draft(store.folder(), key) : fs::path();
  if (draft.empty()) return std::nullopt;
  return open(draft, false);
}

std::uint64_t LayerLog::size() const { return size_of(file_); }

std::string LayerLog::read(std::uint64_t begin, std::uint64_t most) const {
  return read_part(file_, begin, most);
}

std::string LayerLog::tail(std::uint64_t most) const { return read_end(file_, most); }

}  // namespace oxbow::cache
