#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#include "job/progress.h"

namespace oxbow::cli {

/// TerminalProgress keeps one line about how far the work is at the bottom of a terminal, on
/// standard error, and removes it when it is destroyed. Where that is not a terminal it is silent.
class TerminalProgress final : public job::Progress {
 public:
  TerminalProgress();
  ~TerminalProgress() override;
  TerminalProgress(const TerminalProgress&) = delete;
  TerminalProgress& operator=(const TerminalProgress&) = delete;

  void at(std::string_view stage, std::size_t done, std::size_t total) override;

  /// Removes the line, so that something else can be written.
  void clear();

 private:
  bool on_terminal_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point last_;
  bool shown_ = false;
};

}  // namespace oxbow::cli
