#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace oxbow::bot {

/// Ending is told once that the program ends, and tells all who wait. For any thread.
class Ending {
 public:
  void request() {
    {
      const std::lock_guard lock(mutex_);
      requested_ = true;
    }
    changed_.notify_all();
  }

  bool requested() const {
    const std::lock_guard lock(mutex_);
    return requested_;
  }

  /// Waits for so long; false if the program ends before that.
  bool wait(std::chrono::milliseconds time) const {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return requested_; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool requested_ = false;
};

}  // namespace oxbow::bot
