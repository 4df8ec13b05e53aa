#pragma once

#include <spdlog/spdlog.h>

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string_view>

namespace oxbow::webhook {

/// LogLimit writes lines to the log, but of warnings and errors at most 20 a second, so that who
/// sends nonsense fills no disk; how many were left out is told with the next. From any thread.
class LogLimit {
 public:
  void log(spdlog::level::level_enum level, std::string_view line) {
    if (level >= spdlog::level::warn && !has_room()) return;
    spdlog::log(level, "{}", line);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t most = 20;

  bool has_room() {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (now - began_ >= std::chrono::seconds(1)) {
      if (left_out_ > 0) spdlog::warn("{} more lines of this kind were left out", left_out_);
      began_ = now;
      told_ = left_out_ = 0;
    }
    if (told_ == most) {
      ++left_out_;
      return false;
    }
    ++told_;
    return true;
  }

  std::mutex mutex_;
  Clock::time_point began_;
  std::size_t told_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace oxbow::webhook
