#include "cli/terminal_progress.h"

#include <fmt/format.h>
#include <unistd.h>

namespace oxbow::cli {
namespace {

constexpr auto shortest_between = std::chrono::milliseconds(80);

}  // namespace

TerminalProgress::TerminalProgress() : on_terminal_(isatty(STDERR_FILENO) == 1) {}

TerminalProgress::~TerminalProgress() { clear(); }

void TerminalProgress::at(std::string_view stage, std::size_t done, std::size_t total) {
  if (!on_terminal_) return;
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < shortest_between) return;
  last_ = now;
  shown_ = true;
  std::string line = fmt::format("\r\x1b[K{}", stage);
  if (total != 0) line += fmt::format(" {}/{}", done, total);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void TerminalProgress::clear() {
  const std::lock_guard lock(mutex_);
  if (!shown_) return;
  std::fputs("\r\x1b[K", stderr);
  shown_ = false;
}

}  // namespace oxbow::cli
