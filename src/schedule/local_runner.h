#pragma once

#include <chrono>
#include <deque>
#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "base/child_process.h"
#include "schedule/step_runner.h"

namespace oxbow::schedule {

/// LocalRunner runs each step as a process on this machine, and takes what became of it from the
/// JSON that it prints (step_report.h). One that prints none is an internal error, whose message
/// holds the end of its standard error. When it is destroyed, nothing that it started is left.
class LocalRunner final : public StepRunner {
 public:
  struct Settings {
    /// The program and its arguments, to which is added: --spec /dev/stdin, where its input is to
    /// be read, and where a busy step is to come back --if-busy come-back.
    std::vector<std::string> command;
    /// When this descriptor is readable, wait() returns at once; -1 if there is none.
    int interruption = -1;
    /// Between asking a step to end and killing it.
    std::chrono::milliseconds grace{5000};
  };

  /// What the process of a step reads. It is asked for when the step starts, since those of a
  /// whole graph are many times as large as the graph; instead of an input, what becomes of a step
  /// that has none.
  using Input = std::function<std::expected<std::string, layer::LayerResult>(StepIndex step)>;

  LocalRunner(Input input, Settings settings)
      : input_(std::move(input)), settings_(std::move(settings)) {}
  ~LocalRunner() override;

  Result<void> start(StepIndex step, IfBusy if_busy) override;
  std::optional<StepEnd> wait(std::chrono::milliseconds patience) override;
  void stop() override;
  std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::now();
  }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Running {
    StepIndex step{};
    ChildProcess process;
  };

  enum class Watch : std::uint8_t { steps, steps_and_interruption };
  enum class Event : std::uint8_t { end, interruption, time_over };

  Event await(Watch watch, Time deadline);
  Running take_ended();

  Input input_;
  Settings settings_;
  std::vector<Running> running_;
  std::deque<StepEnd> without_input_;
  std::size_t ended_ = 0;  // which of them, after an Event::end
};

}  // namespace oxbow::schedule
