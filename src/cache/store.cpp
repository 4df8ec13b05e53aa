#include "cache/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "base/descriptor.h"
#include "base/file.h"
#include "base/tree_removal.h"
#include "cache/build_times.h"
#include "cache/digest.h"
#include "cache/key.h"
#include "cache/layout.h"

namespace oxbow::cache {
namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(fs::symlink_status(path, ignored));
}

bool is_absent(const fs::path& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) != 0 && errno == ENOENT;
}

// Which folder a path names at the moment; 0, and errno, if that cannot be told.
ino_t identity(const fs::path& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

// The time of last use. Who may not set it is not kept from reading the layer.
void mark_used(const fs::path& path) {
  const std::array<timespec, 2> times = {timespec{0, UTIME_OMIT}, timespec{0, UTIME_NOW}};
  ::utimensat(AT_FDCWD, path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
}

// After a crash of the machine a name must not be there without its content: the rename alone may
// reach the disk before what was written. Measured on ext4: 1 ms for a layer of 60 files, 38 ms for
// one of 3,000, 80 ms where others have just written 200 MB; a layer takes seconds to build. It is
// also where a file system that writes late says that it is full.
Result<void> write_through(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return fail(system_message(folder, errno));
  const int trouble = ::syncfs(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (trouble != 0) return fail(system_message(folder, trouble));
  return {};
}

Result<LayerRecord> read_layer(const fs::path& layer) {
  const auto text = read_file(layer / record_file, longest_record);
  if (!text) return fail(text.error().message);
  auto record = parse_layer_record(*text);
  if (!record) return fail((layer / record_file).string() + ": " + record.error().message);
  if (record->outcome == verdict::Outcome::success && !is_folder(layer / tree_folder)) {
    return fail(layer.string() + " succeeded and has no folder fs");
  }
  return record;
}

// Fills in what a record says of fs.
Result<void> complete(const fs::path& tree, LayerRecord& record) {
  record.bytes = 0;
  record.files = 0;
  record.digest.clear();
  if (record.outcome != verdict::Outcome::success) return remove_tree(tree);
  TRY_ASSIGN(auto size, measure(tree));
  record.bytes = size.bytes;
  record.files = size.files;
  record.digest = std::move(size.digest);
  return {};
}

}  // namespace

Draft::~Draft() {
  if (!folder_.empty()) {
    [[maybe_unused]] const auto gone = remove_tree(folder_);
  }
}

Lease::~Lease() {
  if (!file_.empty()) ::unlink(file_.c_str());
}

LayerStore::LayerStore(const fs::path& cache, std::string_view platform)
    : folder_(cache / platform) {}

Result<void> LayerStore::check_writable() const {
  std::error_code ignored;
  fs::path place = fs::absolute(folder_, ignored).lexically_normal();
  while (is_absent(place) && place.has_relative_path()) place = place.parent_path();
  if (!fs::is_directory(place, ignored)) {
    return fail(fmt::format("{} is not a folder; name another cache", place.string()));
  }
  if (::faccessat(AT_FDCWD, place.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    if (errno == EROFS) {
      return fail(
          fmt::format("{} is on a read-only file system; mount it writable or name another cache",
                      place.string()));
    }
    if (errno == EACCES || errno == EPERM) {
      return fail(
          fmt::format("no permission to write in {}; run as who owns it or name another "
                      "cache",
                      place.string()));
    }
    return fail(system_message(place, errno));
  }
  struct statvfs disk{};
  if (::statvfs(place.c_str(), &disk) != 0) return fail(system_message(place, errno));
  // Some file systems have no such numbers, and say 0 of 0.
  if ((disk.f_blocks != 0 && disk.f_bavail == 0) || (disk.f_files != 0 && disk.f_favail == 0)) {
    return fail(
        fmt::format("the disk is full that holds {}; make room, for instance with 'oxbow cache gc'",
                    place.string()));
  }
  return {};
}

Result<std::optional<LayerRecord>> LayerStore::find(std::string_view key) const {
  const fs::path layer = path(key);
  for (;;) {
    // Held meanwhile: a folder that is gone would leave its inode number to the next one.
    const Descriptor held(::open(layer.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat before{};
    if (!held && errno == ENOENT) return std::nullopt;
    if (!held || ::fstat(held.get(), &before) != 0) return fail(system_message(layer, errno));
    auto record = read_layer(layer);
    if (record) return std::optional(*std::move(record));
    // It is broken only if it was not deleted or replaced while it was looked at.
    if (identity(layer) == before.st_ino) return std::unexpected(std::move(record.error()));
  }
}

Result<std::optional<FileLock>> LayerStore::lock(std::string_view key, Wait wait) const {
  TRY(make_folders(folder_));
  const fs::path file = folder_ / lock_name(key);
  for (;;) {
    auto taken = FileLock::take(file, FileLock::Mode::exclusive,
                                wait == Wait::yes ? FileLock::Wait::yes : FileLock::Wait::no);
    if (!taken || !*taken) return taken;
    // Who collects may have deleted the file before it was ours: then it holds off nobody.
    struct stat locked{};
    if (::fstat((*taken)->descriptor(), &locked) != 0) return fail(system_message(file, errno));
    if (locked.st_ino == identity(file)) return taken;
  }
}

Result<Draft> LayerStore::begin(std::string_view key) const {
  TRY(make_folders(folder_));
  std::string name = (folder_ / draft_template(key)).string();
  if (::mkdtemp(name.data()) == nullptr || ::chmod(name.c_str(), 0755) != 0) {
    const int code = errno;
    TRY(check_writable());
    return fail(system_message(name, code));
  }
  return Draft(name);
}

Result<void> LayerStore::commit(Draft draft, std::string_view key, LayerRecord record) const {
  auto ready = complete(draft.folder() / tree_folder, record);
  if (ready) ready = write_file(draft.folder() / record_file, to_json(record));
  if (ready) ready = write_through(draft.folder());
  if (!ready) {
    auto writable = check_writable();
    return writable ? ready : writable;
  }
  fs::path trash;
  if (!is_absent(path(key))) {
    TRY_ASSIGN(auto moved, move_to_trash(folder_, key));
    trash = std::move(moved);
  }
  if (::rename(draft.folder().c_str(), path(key).c_str()) != 0) {
    const int code = errno;
    if (!trash.empty()) ::rename(trash.c_str(), path(key).c_str());
    return fail(system_message(path(key), code));
  }
  draft.folder_.clear();
  mark_used(path(key));
  [[maybe_unused]] const auto expected = BuildTimes(folder_).add(record.package, record.seconds);
  if (!trash.empty()) {
    [[maybe_unused]] const auto gone = remove_tree(trash);
  }  // or else the next collection does
  return {};
}

Result<void> LayerStore::put_aside(std::string_view key) const {
  const std::string name = broken_name(key);
  fs::path trash;
  if (!is_absent(folder_ / name)) {
    TRY_ASSIGN(auto moved, move_to_trash(folder_, name));
    trash = std::move(moved);
  }
  if (::rename(path(key).c_str(), (folder_ / name).c_str()) != 0) {
    return fail(system_message(path(key), errno));
  }
  mark_used(folder_ / name);  // from when it is kept for a day
  if (!trash.empty()) {
    [[maybe_unused]] const auto gone = remove_tree(trash);
  }
  return {};
}

Result<std::optional<Lease>> LayerStore::lease(const std::vector<std::string>& keys) const {
  std::error_code ignored;
  fs::create_directories(folder_, ignored);
  if (::faccessat(AT_FDCWD, folder_.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    if (errno == EROFS || errno == EACCES || errno == EPERM || is_absent(folder_)) {
      return std::nullopt;
    }
    return fail(system_message(folder_, errno));
  }
  TRY_ASSIGN(const auto collecting, FileLock::take(folder_ / collection_lock_file,
                                                   FileLock::Mode::shared, FileLock::Wait::yes));
  std::string name = (folder_ / fmt::format("{}{}-XXXXXX", lease_prefix, ::getpid())).string();
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) return fail(system_message(name, errno));
  ::close(file);
  std::string text;
  for (const std::string& key : keys) text.append(key).push_back('\n');
  if (auto written = write_file(name, text); !written) {
    ::unlink(name.c_str());
    auto writable = check_writable();
    return std::unexpected(std::move(writable ? written.error() : writable.error()));
  }
  auto held = FileLock::take(name, FileLock::Mode::exclusive, FileLock::Wait::yes);
  if (!held || !*held) {
    ::unlink(name.c_str());
    return held ? fail(name + " is locked by another process") : std::unexpected(held.error());
  }
  for (const std::string& key : keys) mark_used(path(key));
  return Lease(std::move(name), std::move(**held));
}

Result<std::vector<std::string>> LayerStore::keys() const {
  std::vector<std::string> keys;
  if (is_absent(folder_)) return keys;
  std::error_code error;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename().string();
    if (is_layer_key(name) && is_folder(at->path())) keys.push_back(std::move(name));
  }
  if (error) return fail(folder_.string() + ": " + error.message());
  std::ranges::sort(keys);
  return keys;
}

}  // namespace oxbow::cache
