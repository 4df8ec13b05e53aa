#include "cli/build_progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/duration.h"
#include "base/untrusted.h"

namespace oxbow::cli {
namespace {

using schedule::StepIndex;
using schedule::StepResult;
using std::chrono::steady_clock;
using verdict::Outcome;

constexpr auto between_frames = std::chrono::milliseconds(100);

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

bool tells_of_itself(Outcome outcome) {
  return outcome == Outcome::failure || outcome == Outcome::timed_out ||
         outcome == Outcome::internal_error;
}

// Adds `part` if all of the line still fits; a part is never cut.
bool add(std::string& line, std::string_view part, std::size_t width) {
  if (line.size() + part.size() > width) return false;
  line += part;
  return true;
}

void write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

std::vector<std::string> status_lines(const BuildStatus& status, std::size_t width) {
  const schedule::StepCounts& counts = status.counts;
  const std::size_t failed = counts.with(Outcome::failure) + counts.with(Outcome::timed_out) +
                             counts.with(Outcome::internal_error) +
                             counts.with(Outcome::dependency_failed);
  std::vector<std::string> lines(2);
  std::string& numbers = lines[0];
  bool room = add(numbers, fmt::format("{}/{} done", counts.done(), counts.total()), width);
  room = room && add(numbers, fmt::format(", {} running", counts.running), width);
  if (failed != 0) room = room && add(numbers, fmt::format(", {} failed", failed), width);
  if (status.cached != 0) {
    room = room && add(numbers, fmt::format(", {} cached", status.cached), width);
  }
  if (room && !counts.waiting && !counts.running) return lines;
  if (room) {
    add(numbers, fmt::format(", about {} left", clock_text(status.seconds_left)), width);
  }
  for (const BuildStatus::Running& running : status.running) {
    const std::string_view gap = lines[1].empty() ? "  " : ", ";
    const std::string text =
        fmt::format("{}{} ({})", gap, running.name, clock_text(running.seconds));
    if (!add(lines[1], text, width)) break;
  }
  return lines;
}

BuildProgress::BuildProgress(Name name, std::size_t cached)
    : name_(std::move(name)), cached_(cached), on_terminal_(::isatty(STDERR_FILENO) == 1) {}

BuildProgress::~BuildProgress() { erase(); }

std::string BuildProgress::name(StepIndex step) const { return printable(name_(step)); }

void BuildProgress::started(StepIndex step) { running_.push_back({step, steady_clock::now()}); }

void BuildProgress::set_aside(StepIndex step) {
  std::erase_if(running_, [&](const Since& running) { return running.step == step; });
}

void BuildProgress::finished(StepIndex step, const StepResult& result) {
  set_aside(step);
  if (!on_terminal_ || !tells_of_itself(result.outcome)) return;
  erase();
  std::string line = fmt::format("{}: {} after {}", name(step), verdict::name(result.outcome),
                                 duration_text(result.seconds));
  if (!result.message.empty()) line += ": " + printable(result.message);
  write(shortened(line, terminal_width()) + "\n");
}

void BuildProgress::at(const schedule::StepCounts& counts, double seconds_left) {
  const Time now = steady_clock::now();
  if (!on_terminal_ || now - drawn_ < between_frames) return;
  drawn_ = now;
  BuildStatus status{counts, cached_, seconds_left, {}};
  for (const Since& running : running_) {
    status.running.push_back(
        {name(running.step), std::chrono::duration<double>(now - running.time).count()});
  }
  erase();
  // A column is left free, since some terminals go to the next line when the last is filled.
  const auto lines = status_lines(status, terminal_width() - 1);
  for (const std::string& line : lines) write(line + "\n");
  lines_ = lines.size();
}

void BuildProgress::erase() {
  if (lines_ != 0) write(fmt::format("\x1b[{}A\x1b[J", lines_));
  lines_ = 0;
}

}  // namespace oxbow::cli
