#include "cache/care.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <system_error>

#include "base/file.h"
#include "base/tree_removal.h"
#include "cache/digest.h"
#include "cache/key.h"
#include "cache/layout.h"

namespace oxbow::cache {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr std::chrono::hours broken_are_kept{24};

CacheTime modified(const fs::path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return {};
  return CacheTime(std::chrono::duration_cast<CacheTime::duration>(
      seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec)));
}

// What lies in a platform's folder, sorted.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

// Of a tree that cannot be read, 0: that is not a reason not to remove it.
std::uint64_t bytes_of(const fs::path& tree) { return count(tree).value_or(TreeSize{}).bytes; }

CachedLayer look_at(const LayerStore& store, std::string_view key,
                    Result<std::optional<LayerRecord>> found) {
  CachedLayer layer;
  layer.key = key;
  layer.last_use = modified(store.path(key));
  if (found) {
    layer.record = std::move(*found);
  } else {
    layer.broken = std::move(found.error().message);
  }
  if (layer.record && !layer.record->digest.empty()) {
    layer.bytes = layer.record->bytes;
    layer.files = layer.record->files;
  } else if (const auto size = count(store.path(key) / tree_folder)) {
    layer.bytes = size->bytes;
    layer.files = size->files;
  }
  return layer;
}

// Collects from one platform, whose .gc.lock it holds from begin() to its end; what it has moved
// to the trash by then is deleted by empty_trash().
class PlatformCollector {
 public:
  PlatformCollector(const LayerStore& store, bool dry_run, Collection& collection)
      : store_(store), dry_run_(dry_run), collection_(collection) {}

  Result<std::vector<CachedLayer>> begin() {
    std::error_code ignored;
    if (!dry_run_ && fs::is_directory(store_.folder(), ignored)) {
      TRY_ASSIGN(auto taken, FileLock::take(store_.folder() / collection_lock_file,
                                            FileLock::Mode::exclusive, FileLock::Wait::yes));
      lock_ = std::move(taken);
    }
    names_ = names_in(store_.folder());
    TRY(read_leases());
    return list(store_);
  }

  bool is_in_use(const std::string& key) const {
    return leased_.contains(key) || FileLock::is_held(lock_file(key));
  }

  /// False if a process is at it by now, has built it again meanwhile, or it cannot be moved.
  bool remove_layer(const CachedLayer& layer) {
    return with_lock(layer.key, [&] {
      return modified(store_.path(layer.key)) == layer.last_use &&
             discard(layer.key, true, layer.bytes);
    });
  }

  void remove_debris(CacheTime now) {
    for (const std::string& name : names_) {
      if (name.starts_with(draft_prefix)) {
        with_lock(key_of_draft(name), [&] { return discard_tree(name); });
      } else if (name.starts_with(broken_prefix)) {
        if (modified(store_.folder() / name) + broken_are_kept < now) discard_tree(name);
      } else if (name.starts_with(trash_prefix)) {
        discard_tree(name);
      }
    }
    for (const std::string& name : names_) {
      if (!name.ends_with(lock_suffix) || name.starts_with('.')) continue;
      const std::string key = name.substr(0, name.size() - lock_suffix.size());
      if (is_there(store_.path(key)) || !is_there(lock_file(key))) continue;
      with_lock(key, [&] {
        report(name, false, 0);
        return true;
      });
    }
  }

  void empty_trash() {
    lock_.reset();
    for (const fs::path& tree : trash_) {
      if (auto removed = remove_tree(tree); !removed) {
        collection_.problems.push_back(std::move(removed.error().message));
      }
    }
  }

 private:
  fs::path lock_file(std::string_view key) const { return store_.folder() / lock_name(key); }

  // Does something to a key that no other process has locked. The lock's file goes, too, unless the
  // layer is still there.
  template <typename Do>
  bool with_lock(const std::string& key, const Do& action) {
    if (dry_run_) {
      return !FileLock::is_held(lock_file(key)) && action();
    }
    auto lock = store_.lock(key, LayerStore::Wait::no);
    if (!lock) collection_.problems.push_back(std::move(lock.error().message));
    if (!lock || !*lock) return false;
    const bool done = action();
    if (!is_there(store_.path(key))) ::unlink(lock_file(key).c_str());
    return done;
  }

  Result<void> read_leases() {
    for (const std::string& name : names_) {
      if (!name.starts_with(lease_prefix)) continue;
      const fs::path file = store_.folder() / name;
      if (!FileLock::is_held(file)) {
        if (dry_run_ ? is_there(file) : ::unlink(file.c_str()) == 0) report(name, false, 0);
        continue;
      }
      const auto text = read_file(file);
      if (!text && !is_there(file)) continue;  // given back meanwhile
      if (!text) return fail(text.error().message + "; what it keeps is not known");
      for (std::size_t begin = 0, end = 0; begin < text->size(); begin = end + 1) {
        end = std::min(text->find('\n', begin), text->size());
        leased_.insert(text->substr(begin, end - begin));
      }
    }
    return {};
  }

  bool discard_tree(const std::string& name) {
    return discard(name, false, bytes_of(store_.folder() / name));
  }

  bool discard(const std::string& name, bool layer, std::uint64_t bytes) {
    // A draft, say, that was finished since the folder was listed.
    if (!is_there(store_.folder() / name)) return false;
    if (!dry_run_) {
      auto trash = name.starts_with(trash_prefix) ? store_.folder() / name
                                                  : move_to_trash(store_.folder(), name);
      if (!trash) {
        collection_.problems.push_back(std::move(trash.error().message));
        return false;
      }
      trash_.push_back(*std::move(trash));
    }
    report(name, layer, bytes);
    return true;
  }

  void report(const std::string& name, bool layer, std::uint64_t bytes) {
    collection_.removed.push_back({store_.folder().filename().string(), name, layer, bytes});
    collection_.freed += bytes;
  }

  const LayerStore& store_;
  bool dry_run_;
  Collection& collection_;
  std::optional<FileLock> lock_;
  std::vector<std::string> names_;  // what was in the folder at the beginning
  std::set<std::string, std::less<>> leased_;
  std::vector<fs::path> trash_;
};

struct Candidate {
  PlatformCollector* platform;
  CachedLayer layer;
};

void remove_layers(std::vector<Candidate>& candidates, const CollectRequest& request, CacheTime now,
                   Collection& collection) {
  std::ranges::stable_sort(candidates, {}, [](const Candidate& at) { return at.layer.last_use; });
  for (const Candidate& at : candidates) collection.kept_bytes += at.layer.bytes;
  collection.kept = candidates.size();
  for (const Candidate& at : candidates) {
    const bool too_old = request.max_age && at.layer.last_use + *request.max_age < now;
    const bool too_many = request.max_bytes && collection.kept_bytes > *request.max_bytes;
    if (!too_old && !too_many) continue;
    if (at.platform->is_in_use(at.layer.key) || !at.platform->remove_layer(at.layer)) continue;
    collection.kept_bytes -= at.layer.bytes;
    --collection.kept;
  }
}

// What is wrong with a layer whose record can be read.
std::optional<std::string> difference(const LayerStore& store, std::string_view key,
                                      const LayerRecord& record) {
  const auto size = measure(store.path(key) / tree_folder);
  if (!size) return size.error().message;
  if (size->bytes == record.bytes && size->files == record.files && size->digest == record.digest) {
    return std::nullopt;
  }
  if (size->bytes == record.bytes && size->files == record.files) {
    return "fs has other contents, names or modes than were recorded";
  }
  return fmt::format("fs has {} files of {} bytes, and had {} of {} when it was made", size->files,
                     size->bytes, record.files, record.bytes);
}

}  // namespace

Result<std::vector<CachedLayer>> list(const LayerStore& store) {
  TRY_ASSIGN(const auto keys, store.keys());
  std::vector<CachedLayer> layers;
  for (const std::string& key : keys) {
    auto found = store.find(key);
    if (found && !*found) continue;  // deleted meanwhile
    layers.push_back(look_at(store, key, std::move(found)));
  }
  return layers;
}

Result<Collection> collect(std::span<const LayerStore> stores, const CollectRequest& request) {
  const CacheTime now = std::chrono::system_clock::now();
  Collection collection;
  // Always in one order: two that collect would otherwise wait for each other.
  std::vector<const LayerStore*> order;
  for (const LayerStore& store : stores) order.push_back(&store);
  std::ranges::sort(order, {}, &LayerStore::folder);
  std::vector<PlatformCollector> platforms;
  platforms.reserve(order.size());
  std::vector<Candidate> candidates;
  for (const LayerStore* const store : order) {
    platforms.emplace_back(*store, request.dry_run, collection);
    TRY_ASSIGN(auto layers, platforms.back().begin());
    for (CachedLayer& layer : layers) {
      candidates.push_back({&platforms.back(), std::move(layer)});
    }
  }
  remove_layers(candidates, request, now, collection);
  for (PlatformCollector& platform : platforms) platform.remove_debris(now);
  for (PlatformCollector& platform : platforms) platform.empty_trash();
  std::ranges::stable_partition(collection.removed, &CollectedItem::layer);
  return collection;
}

Result<Verification> verify(const LayerStore& store, RemoveBroken remove) {
  TRY_ASSIGN(const auto keys, store.keys());
  Verification verification;
  for (const std::string& key : keys) {
    const auto found = store.find(key);
    if (found && !*found) continue;
    ++verification.layers;
    std::string why;
    if (!found) {
      why = found.error().message;
    } else if ((*found)->outcome != verdict::Outcome::success) {
      continue;  // it has no fs
    } else if ((*found)->digest.empty()) {
      ++verification.without_digest;
      continue;
    } else {
      const auto differs = difference(store, key, **found);
      // A layer that was deleted or replaced while it was read is not broken for that.
      const auto again = differs ? store.find(key) : found;
      if (!differs || (again && *again != *found)) continue;
      why = *differs;
    }
    BrokenLayer broken{key, std::move(why), false};
    if (remove == RemoveBroken::yes) {
      const auto lock = store.lock(key, LayerStore::Wait::no);
      broken.put_aside = lock && *lock && store.put_aside(key);
    }
    verification.broken.push_back(std::move(broken));
  }
  return verification;
}

}  // namespace oxbow::cache
