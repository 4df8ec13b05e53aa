#include "schedule/local_runner.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <string_view>

#include "base/untrusted.h"
#include "layer/report.h"

namespace oxbow::schedule {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t longest_complaint = 4096;

std::string status_text(int status) {
  return status > 128 ? fmt::format("was ended by signal {}", status - 128)
                      : fmt::format("exited with {}", status);
}

StepEnd no_report(StepIndex step, const std::string& what, const std::string& complaints) {
  StepEnd end;
  end.step = step;
  end.result.outcome = verdict::Outcome::internal_error;
  end.result.trouble = verdict::Trouble::sandbox;
  const std::string said = in_one_line(complaints, longest_complaint);
  end.result.message = "the process of the step " + what + (said.empty() ? "" : ": " + said);
  return end;
}

StepEnd end_of(StepIndex step, int status, const ChildProcess& process) {
  auto report = layer::parse_layer_report(process.printed());
  if (!report) {
    const std::string text = in_one_line(process.printed(), longest_complaint);
    return no_report(step,
                     fmt::format("{} and gave no result ({})", status_text(status),
                                 text.empty() ? "it printed nothing" : report.error().message),
                     process.complaints());
  }
  if (report->result.outcome == verdict::Outcome::success && status != 0) {
    return no_report(step, status_text(status) + " though it gave success as its result",
                     process.complaints());
  }
  return {step, StepResult(std::move(report->result)), report->busy};
}

}  // namespace

LocalRunner::~LocalRunner() { stop(); }

Result<void> LocalRunner::start(StepIndex step, IfBusy if_busy) {
  std::vector<std::string> command = settings_.command;
  command.insert(command.end(), {"--spec", "/dev/stdin"});
  if (if_busy == IfBusy::come_back) command.insert(command.end(), {"--if-busy", "come-back"});
  auto input = input_(step);
  if (!input) {
    without_input_.push_back({step, StepResult(std::move(input.error())), false});
    return {};
  }
  TRY_ASSIGN(auto process, ChildProcess::start(command, std::move(*input)));
  running_.push_back({step, std::move(process)});
  return {};
}

LocalRunner::Event LocalRunner::await(Watch watch, Time deadline) {
  std::vector<pollfd> watched;
  for (;;) {
    watched.clear();
    const int interruption = watch == Watch::steps_and_interruption ? settings_.interruption : -1;
    watched.push_back({interruption, POLLIN, 0});
    for (const Running& running : running_) {
      watched.push_back({running.process.handle(), POLLIN, 0});
      watched.push_back({running.process.output(), POLLIN, 0});
      watched.push_back({running.process.errors(), POLLIN, 0});
    }
    const auto left = std::chrono::ceil<milliseconds>(deadline - now()).count();
    const int ready =
        ::poll(watched.data(), watched.size(), static_cast<int>(std::clamp<long>(left, 0, 60'000)));
    if (ready > 0 && watched[0].revents != 0) return Event::interruption;
    for (std::size_t i = 0; ready > 0 && i < running_.size(); ++i) {
      const pollfd* const of = &watched[1 + 3 * i];
      if (of[1].revents != 0 || of[2].revents != 0) running_[i].process.read();
      if (of[0].revents == 0) continue;
      ended_ = i;
      return Event::end;
    }
    if (now() >= deadline) return Event::time_over;
  }
}

LocalRunner::Running LocalRunner::take_ended() {
  Running ended = std::move(running_[ended_]);
  running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(ended_));
  return ended;
}

std::optional<StepEnd> LocalRunner::wait(milliseconds patience) {
  if (!without_input_.empty()) {
    StepEnd end = std::move(without_input_.front());
    without_input_.pop_front();
    return end;
  }
  if (await(Watch::steps_and_interruption, now() + patience) != Event::end) return std::nullopt;
  Running ended = take_ended();
  const int status = ended.process.finish();
  return end_of(ended.step, status, ended.process);
}

void LocalRunner::stop() {
  for (const Running& running : running_) running.process.terminate();
  const Time deadline = now() + settings_.grace;
  while (!running_.empty() && await(Watch::steps, deadline) == Event::end) {
    take_ended().process.finish();
  }
  running_.clear();  // which kills them
  without_input_.clear();
}

}  // namespace oxbow::schedule
