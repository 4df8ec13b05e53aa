#pragma once

#include <functional>
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
    if (done != 0) return;
    if (stage == comparing) on_comparison();
    const std::lock_guard lock(mutex_);
    ++begun_[std::string(stage)];
  }

  /// What happens when changes are looked for.
  std::function<void()> on_comparison = [] {};

  /// How often changes were looked for between two states.
  int comparisons() const {
    const std::lock_guard lock(mutex_);
    const auto found = begun_.find(std::string(comparing));
    return found == begun_.end() ? 0 : found->second;
  }

 private:
  static constexpr std::string_view comparing = "checking what changed";

  mutable std::mutex mutex_;
  std::map<std::string, int> begun_;
};

}  // namespace oxbow::job
