#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "repo/object_id.h"

namespace oxbow::repo {

/// A git object that is held in memory: a tree in its stored form, or a blob.
struct MemoryObject {
  enum class Type : std::uint8_t { tree, blob };
  Type type = Type::blob;
  std::string data;
};

/// MemoryObjects holds what merging makes, since nothing is ever written to a repository.
/// Objects are never taken out or changed. Safe from several threads at once.
class MemoryObjects {
 public:
  /// The object, or null; it stays valid as long as this.
  const MemoryObject* find(const ObjectId& id) const {
    if (empty_.load(std::memory_order_acquire)) return nullptr;
    const std::shared_lock lock(mutex_);
    const auto found = objects_.find(id);
    return found == objects_.end() ? nullptr : found->second.get();
  }

  void add(const ObjectId& id, MemoryObject object) {
    const std::unique_lock lock(mutex_);
    objects_.try_emplace(id, std::make_unique<const MemoryObject>(std::move(object)));
    empty_.store(false, std::memory_order_release);
  }

 private:
  mutable std::shared_mutex mutex_;
  // Spares every read of a repository in which nothing was merged the lock.
  std::atomic<bool> empty_{true};
  std::unordered_map<ObjectId, std::unique_ptr<const MemoryObject>> objects_;
};

}  // namespace oxbow::repo
