#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "job/progress.h"

namespace oxbow::job {

/// CountingProgress counts how often each stage began.
class CountingProgress final : public Progress {
 public:
  void at(std::string_view stage, std::size_t done, std::size_t /*total*/) override {
    const std::lock_guard lock(mutex_);
    if (done == 0) ++begun_[std::string(stage)];
  }

  /// How often changes were looked for between two states.
  int comparisons() const {
    const std::lock_guard lock(mutex_);
    const auto found = begun_.find("checking what changed");
    return found == begun_.end() ? 0 : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int> begun_;
};

}  // namespace oxbow::job
