#include "cli/build_progress.h"

#include <catch2/catch.hpp>
#include <pty.h>
#include <unistd.h>

#include <array>

#include "tests/fakes/literal_steps.h"

using namespace oxbow;
using namespace oxbow::cli;
using Lines = std::vector<std::string>;

namespace {

BuildStatus status() {
  BuildStatus status;
  status.counts.waiting = 30;
  status.counts.running = 2;
  status.counts.ended[std::to_underlying(verdict::Outcome::success)] = 7;
  status.seconds_left = 125;
  status.running = {{"dune.3.17", 61}, {"lwt.5.6.1", 3}};
  return status;
}

/// What is written to standard error while `work` runs, where that is a terminal or a pipe.
template <typename Work>
std::string written(bool terminal, const Work& work) {
  std::array<int, 2> ends{};
  winsize size{};
  size.ws_col = 60;
  if (terminal) {
    REQUIRE(::openpty(&ends[0], &ends[1], nullptr, nullptr, &size) == 0);
  } else {
    REQUIRE(::pipe(ends.data()) == 0);
  }
  const int usual = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  work();
  ::dup2(usual, STDERR_FILENO);
  ::close(usual);
  // A terminal hands on what it is given piece by piece, when it comes to it.
  constexpr std::string_view end = "<end>";
  REQUIRE(::write(ends[1], end.data(), end.size()) == std::ssize(end));
  std::string text;
  while (!text.ends_with(end)) {
    std::array<char, 8192> buffer{};
    const ssize_t got = ::read(ends[0], buffer.data(), buffer.size());
    REQUIRE(got > 0);
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  ::close(ends[1]);
  return text.substr(0, text.size() - end.size());
}

void fail_one_of_two() {
  const schedule::LiteralSteps steps("a:1 b:1");
  BuildProgress progress(
      [&](schedule::StepIndex step) {
        return step == steps["a"] ? std::string("a\x1b[2J.1") : steps.name(step) + ".1";
      },
      5);
  schedule::StepCounts counts;
  counts.running = 2;
  progress.started(steps["a"]);
  progress.started(steps["b"]);
  progress.at(counts, 3);
  progress.at(counts, 2);  // too early to be drawn
  schedule::StepResult result;
  result.outcome = verdict::Outcome::failure;
  result.seconds = 65;
  progress.finished(steps["a"], result);
  result.outcome = verdict::Outcome::success;
  progress.finished(steps["b"], result);
}

}  // namespace

TEST_CASE("on a terminal a failure has a line of its own, and the status goes in the end") {
  CHECK(written(true, fail_one_of_two) ==
        "0/2 done, 2 running, 5 cached, about 3 s left\r\n"
        "  a\\x1b[2J.1 (0 s), b.1 (0 s)\r\n"
        "\x1b[2A\x1b[J"
        "a\\x1b[2J.1: failure after 1 min 5 s\r\n");
}

TEST_CASE("nothing is told where there is no terminal") {
  CHECK(written(false, fail_one_of_two).empty());
}

TEST_CASE("the status says how far it is and what runs") {
  BuildStatus all = status();
  CHECK(status_lines(all, 80) == Lines{"7/39 done, 2 running, about 2 min 5 s left",
                                       "  dune.3.17 (1 min 1 s), lwt.5.6.1 (3 s)"});
  all.cached = 12;
  all.counts.ended[std::to_underlying(verdict::Outcome::failure)] = 1;
  all.counts.ended[std::to_underlying(verdict::Outcome::dependency_failed)] = 4;
  CHECK(status_lines(all, 80)[0] ==
        "12/44 done, 2 running, 5 failed, 12 cached, about 2 min 5 s left");
}

TEST_CASE("the status is never wider than the terminal") {
  CHECK(status_lines(status(), 36) == Lines{"7/39 done, 2 running", "  dune.3.17 (1 min 1 s)"});
  for (std::size_t width = 0; width < 80; ++width) {
    for (const std::string& line : status_lines(status(), width)) CHECK(line.size() <= width);
  }
}

TEST_CASE("when all is done no time is left") {
  BuildStatus done;
  done.counts.ended[std::to_underlying(verdict::Outcome::success)] = 3;
  CHECK(status_lines(done, 80) == Lines{"3/3 done, 0 running", ""});
}
